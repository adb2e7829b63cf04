//! `POST /api/v1/conversation/{alias}/messages`: the documented send, for one visitor; also takes
//! typed answers if the site enables them.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use chataibot_wire::{documented::SendAnswer, typed::SendTyped};

use crate::{
    error::ApiError,
    http::{body::JsonBody, state::App},
    service::{message_forwarding::IdempotencyKey, token::Visitor},
};

/// Answers with the platform's message id, or with the key if only an echo showed that the message
/// arrived.
pub async fn send(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(alias): Path<String>,
    key: IdempotencyKey,
    JsonBody(body): JsonBody<SendTyped>,
) -> Result<Json<SendAnswer>, ApiError> {
    let fallback_id = key.clone();
    let accepted = app.services.messages.send(&visitor, alias, key, body).await?;
    Ok(Json(SendAnswer { ok: true, message_id: accepted.answer.unwrap_or_else(|| fallback_id.into_string()) }))
}
