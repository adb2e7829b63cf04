//! `POST /webhook/{secret}`: the platform's events.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use bytes::Bytes;
use http::HeaderMap;

use crate::{error::ApiError, http::state::App, normalise};

/// Takes a handshake or events. The type of the body is not asked for: the platform's is not
/// documented.
///
/// # Errors
/// 404 for a wrong secret, 401 for a wrong token, 400 for what is no event, 503 when it can't be
/// stored.
pub async fn webhook(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let sites = app.sites.now().of_webhook_secret(&secret);
    if sites.is_empty() {
        return Err(ApiError::not_found());
    }
    let delivery = normalise::read(&body)
        .map_err(|error| ApiError::bad_request("this is neither a handshake nor events").cause(error))?;
    app.services.webhooks.handle(&sites, &headers, delivery).await
}
