//! `GET /healthz`: the process answers. `GET /readyz`: it can also do its work.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State, response::IntoResponse};
use chataibot_wire::error::code;
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use crate::{error::ApiError, http::state::App};

/// Longer than a busy disk needs, shorter than a balancer waits.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Lets a page of any origin know that somebody answers, and no more: `doctor()` tells a proxy that
/// is down from one that refuses its origin.
const FOR_EVERYBODY: [(HeaderName, &str); 1] =
    [(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin")];

pub async fn live() -> impl IntoResponse {
    (FOR_EVERYBODY, Json(json!({ "ok": true })))
}

/// Ready: the store takes a write, and no end was asked for. Where several proxies share a Redis,
/// "not ready" may mean that it is away.
pub async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    if app.is_draining() {
        return Err(ApiError::unavailable("an end was asked for"));
    }
    match tokio::time::timeout(TIMEOUT, app.store.check()).await {
        Ok(Ok(())) => Ok(Json(json!({ "ok": true }))),
        Ok(Err(error)) => Err(away(&app).cause(error)),
        Err(_) => Err(away(&app).cause("the store did not take a write in time")),
    }
}

/// Whoever asks here is an operator: which store it is tells them where to look.
fn away(app: &App) -> ApiError {
    let message =
        if app.store.is_shared() { "Redis does not take a write" } else { "the database does not take a write" };
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE, message)
}
