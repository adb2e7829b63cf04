//! `POST /api/v1/conversations` and `POST /api/v1/conversation/{alias}/messages`: the documented
//! start and send, for one visitor; also typed answers if the site enables them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use chataibot_wire::documented::{SendAnswer, StartAnswer, StartConversation, StartedConversation};
use chataibot_wire::typed::SendTyped;

use crate::{
    error::ApiError,
    http::{body::JsonBody, state::App},
    service::{message_forwarding::IdempotencyKey, token::Visitor},
};

/// Answers with our alias as the id, and without assignee and contact, which stay on the server.
pub async fn start(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    key: IdempotencyKey,
    JsonBody(body): JsonBody<StartConversation>,
) -> Result<Json<StartAnswer>, ApiError> {
    let accepted = app.services.messages.start(&visitor, key, body).await?;
    let conversation = StartedConversation { id: accepted.alias, created_at: accepted.answer, assignee: None };
    Ok(Json(StartAnswer { ok: true, conversation, contact: None }))
}

/// Answers with the platform's message id, or with the key if only an echo confirmed the message.
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
