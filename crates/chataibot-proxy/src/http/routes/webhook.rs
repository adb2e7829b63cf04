//! `POST /webhook/{secret}`: receives the platform's events.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;

use crate::{error::ApiError, http::state::App, normalise};

/// Accepts a handshake or events, of any `Content-Type`: the platform's is not documented. Errors:
/// 404 for a wrong secret, 401 for a wrong token, 400 if the body is neither, 503.
pub async fn webhook(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let sites = app.sites.current().of_webhook_secret(&secret);
    if sites.is_empty() {
        return Err(ApiError::not_found());
    }
    let delivery = normalise::read(&body)
        .map_err(|error| ApiError::bad_request("this is neither a handshake nor events").cause(error))?;
    app.services.webhooks.handle(&sites, &headers, delivery).await
}
