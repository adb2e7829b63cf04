//! `POST /api/v1/conversations`: the documented start, for one visitor.

use std::sync::Arc;

use axum::{Json, extract::State};
use chataibot_wire::documented::{StartAnswer, StartConversation, StartedConversation};

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
