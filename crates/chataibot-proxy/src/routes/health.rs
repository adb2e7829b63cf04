//! `GET /healthz`: the process answers. `GET /readyz`: it can also do its work.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, error::ApiError};

/// Longer than a busy disk needs, shorter than a balancer waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// Alive.
pub async fn live() -> Json<Value> {
    Json(json!({ "ok": true }))
}

/// Ready: the database takes a write, and no end was asked for.
///
/// # Errors
/// 503.
pub async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    if app.is_draining() {
        return Err(ApiError::unavailable("an end was asked for"));
    }
    match tokio::time::timeout(PATIENCE, app.store.check()).await {
        Ok(Ok(())) => Ok(Json(json!({ "ok": true }))),
        Ok(Err(error)) => Err(ApiError::unavailable(error)),
        Err(_) => Err(ApiError::unavailable("the database did not take a write in time")),
    }
}
