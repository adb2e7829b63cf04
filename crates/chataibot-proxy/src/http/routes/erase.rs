//! `POST /erase`, on the metrics listener, with the operator's token: erases one visitor's data.

use std::sync::Arc;

use axum::{Json, extract::State};
use http::{HeaderMap, header};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::error::ApiError;
use crate::http::body::JsonBody;
use crate::http::state::App;
use crate::ids::VisitorId;
use crate::service::header_text;

/// The visitor whose data is erased.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// The visitor's id: 32 lower-case hex characters.
    pub visitor: String,
}

/// What was erased.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct EraseAnswer {
    /// `true`.
    pub ok: bool,
    /// How many conversations were deleted, with their logs and files.
    pub conversations: usize,
    /// How many families of tokens were ended.
    pub tokens: usize,
}

/// Erases a visitor; can be repeated. Errors: 401 without the operator's token, 404 if none is
/// configured, 400 for an invalid visitor id, 503.
pub async fn erase(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<EraseRequest>,
) -> Result<Json<EraseAnswer>, ApiError> {
    let token = app.config.operator_token.as_ref().ok_or_else(ApiError::not_found)?;
    let presented = header_text(&headers, header::AUTHORIZATION);
    let expected = format!("Bearer {}", token.expose_secret());
    if !bool::from(expected.as_bytes().ct_eq(presented.as_bytes())) {
        return Err(ApiError::unauthorized().cause("an erasure without the operator's token"));
    }
    let visitor = VisitorId::parse(&request.visitor)
        .ok_or_else(|| ApiError::bad_request("`visitor` is 32 lower-case hex characters"))?;
    let erased = app.services.retention.erase_visitor(&visitor).await?;
    Ok(Json(EraseAnswer { ok: true, conversations: erased.conversations.len(), tokens: erased.families.len() }))
}
