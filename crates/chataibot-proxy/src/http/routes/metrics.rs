//! `GET /metrics` for Prometheus, on its own listener.

use std::sync::Arc;

use axum::{extract::State, response::IntoResponse};
use http::header;
use prometheus::TEXT_FORMAT;

use crate::{error::ApiError, http::state::App};

/// Returns all metrics in Prometheus' text format. Gauges of other components are updated first.
pub async fn metrics(State(app): State<Arc<App>>) -> Result<impl IntoResponse, ApiError> {
    let metrics = &app.metrics;
    for (gauge, value) in [
        (&metrics.connections, app.connections()),
        (&metrics.subscribers, app.hub.subscribers()),
        (&metrics.messages_forwarding, app.services.messages.in_flight()),
        (&metrics.draining, usize::from(app.is_draining())),
        (&metrics.store_away, usize::from(app.store.is_unavailable())),
    ] {
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    }
    let text = metrics.text().map_err(ApiError::internal)?;
    Ok(([(header::CONTENT_TYPE, format!("{TEXT_FORMAT}; charset=utf-8"))], text))
}
