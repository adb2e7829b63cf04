//! `GET /openapi.json`: the OpenAPI document of this proxy.

use axum::Json;
use serde_json::Value;

use crate::http::openapi::DOCUMENT;

pub async fn openapi() -> Json<&'static Value> {
    Json(&DOCUMENT)
}
