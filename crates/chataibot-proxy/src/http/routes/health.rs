//! `GET /healthz`: liveness. `GET /readyz`: readiness.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State, response::IntoResponse};
use chataibot_wire::error::code;
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use crate::{error::ApiError, http::state::App};

/// Time for the store check; longer than a busy disk needs, shorter than a load balancer waits.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Lets a page of any origin see only that the proxy answers: `doctor()` uses it to tell a proxy
/// that is down from one that refuses its origin.
const CROSS_ORIGIN: [(HeaderName, &str); 1] =
    [(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin")];

pub async fn live() -> impl IntoResponse {
    (CROSS_ORIGIN, Json(json!({ "ok": true })))
}

/// Answers 200 if the store accepts a write and no shutdown was requested. With several proxies on
/// one Redis, "not ready" may mean that Redis is down.
pub async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    if app.is_draining() {
        return Err(ApiError::unavailable("an end was asked for"));
    }
    let cause = match tokio::time::timeout(TIMEOUT, app.store.check()).await {
        Ok(Ok(())) => return Ok(Json(json!({ "ok": true }))),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the store did not take a write in time".to_owned(),
    };
    // The caller is an operator, so the message names the store to look at.
    let message = format!("{} does not take a write", if app.store.is_shared() { "Redis" } else { "the database" });
    Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE, message).cause(cause))
}
