//! `POST /api/v1/conversations`: the documented start, for one visitor.

use std::sync::Arc;

use axum::{Json, extract::State};
use chataibot_wire::documented::{StartAnswer, StartConversation, StartedConversation};

use crate::{
    app::App,
    error::ApiError,
    http::body::JsonBody,
    service::{
        message_forwarding::{self, IdempotencyKey},
        token::Visitor,
    },
};

/// Answers with our alias as the id, and without assignee and contact, which stay on the server.
///
/// # Errors
/// See [`message_forwarding::start`].
pub async fn start(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    key: IdempotencyKey,
    JsonBody(body): JsonBody<StartConversation>,
) -> Result<Json<StartAnswer>, ApiError> {
    let accepted = message_forwarding::start(&app, &visitor, key, body).await?;
    let conversation = StartedConversation { id: accepted.alias, created_at: accepted.answer, assignee: None };
    Ok(Json(StartAnswer { ok: true, conversation, contact: None }))
}
