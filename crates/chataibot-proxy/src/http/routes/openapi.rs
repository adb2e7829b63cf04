//! `GET /openapi.json`: the calls of this proxy, for programs.

use axum::Json;
use serde_json::Value;

use crate::http::openapi::DOCUMENT;

pub async fn openapi() -> Json<&'static Value> {
    Json(&DOCUMENT)
}
