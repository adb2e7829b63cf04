//! Controls that report what happened, and can wait until it has.

use std::time::Duration;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{CallFilter, Shared};
use crate::{
    call_log::{Content, Delivery},
    platform::{self, Platform},
};

/// How long a list waits by default.
const USUAL_WAIT_MS: u64 = 5000;

body!(CallsQuery {
    #[serde(default)]
    call: CallFilter,
    conversation: Option<String>,
    processed: Option<bool>,
    outcome: Option<String>,
    at_least: Option<usize>,
    timeout_ms: Option<u64>,
});

pub async fn calls(State(platform): Shared, Query(query): Query<CallsQuery>) -> Response {
    let list = |state: &platform::State| {
        let fitting = state.calls.iter().filter(|call| {
            query.call.kind().is_none_or(|kind| kind == call.kind)
                && query.conversation.as_ref().is_none_or(|id| Some(id) == call.conversation.as_ref())
                && query.processed.is_none_or(|processed| processed == call.processed)
        });
        let told = fitting.map(|call| json!(call));
        told.filter(|call| query.outcome.as_ref().is_none_or(|outcome| call["outcome"] == **outcome)).collect()
    };
    wait(&platform, "calls", query.at_least, query.timeout_ms, list).await
}

body!(DeliveriesQuery {
    conversation: Option<String>,
    state: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    at_least: Option<usize>,
    timeout_ms: Option<u64>,
});

pub async fn deliveries(State(platform): Shared, Query(query): Query<DeliveriesQuery>) -> Response {
    let has_kind = |delivery: &Delivery| match (&query.kind, &delivery.content) {
        (None, _) => true,
        (Some(_), Content::Raw(_)) => false,
        (Some(kind), Content::Events(events)) => events.iter().any(|event| event["event"]["type"] == **kind),
    };
    let list = |state: &platform::State| {
        let fitting = state.deliveries.iter().filter(|delivery| {
            query.conversation.as_ref().is_none_or(|id| *id == delivery.lane)
                && query.state.as_ref().is_none_or(|wanted| wanted == delivery.state.name())
                && has_kind(delivery)
        });
        fitting.map(Delivery::describe).collect()
    };
    wait(&platform, "deliveries", query.at_least, query.timeout_ms, list).await
}

body!(ConversationsQuery { visitor: Option<String>, at_least: Option<usize>, timeout_ms: Option<u64> });

pub async fn conversations(State(platform): Shared, Query(query): Query<ConversationsQuery>) -> Response {
    let list = |state: &platform::State| {
        let known = state.order.iter().filter_map(|id| state.conversations.get(id));
        let fitting = known.filter(|one| query.visitor.as_ref().is_none_or(|visitor| *visitor == one.visitor));
        fitting.map(crate::conversation::Conversation::describe).collect()
    };
    wait(&platform, "conversations", query.at_least, query.timeout_ms, list).await
}

body!(IdleQuery { timeout_ms: Option<u64> });

pub async fn idle(State(platform): Shared, Query(query): Query<IdleQuery>) -> Response {
    let idle = |state: &platform::State| {
        let spoken = state.conversations.values().all(|one| !one.waiting && one.script.is_empty());
        let sent = state.deliveries.iter().all(|delivery| delivery.state.is_final());
        (spoken && sent).then_some(())
    };
    let limit = Duration::from_millis(query.timeout_ms.unwrap_or(USUAL_WAIT_MS));
    let in_time = tokio::time::timeout(limit, platform.wait_for(idle)).await.is_ok();
    let status = if in_time { StatusCode::OK } else { StatusCode::REQUEST_TIMEOUT };
    (status, Json(json!({ "ok": in_time }))).into_response()
}

/// Answers once there are enough entries, or after the timeout with 408 and the entries so far.
async fn wait(
    platform: &Platform,
    name: &str,
    at_least: Option<usize>,
    timeout_ms: Option<u64>,
    list: impl Fn(&platform::State) -> Vec<Value>,
) -> Response {
    let wanted = at_least.unwrap_or(0);
    let limit = Duration::from_millis(timeout_ms.unwrap_or(USUAL_WAIT_MS));
    let enough = platform.wait_for(|state| Some(list(state)).filter(|found| found.len() >= wanted));
    let (status, found) = match tokio::time::timeout(limit, enough).await {
        Ok(found) => (StatusCode::OK, found),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, list(&platform.read())),
    };
    let mut body = json!({ "ok": status == StatusCode::OK });
    body[name] = found.into();
    (status, Json(body)).into_response()
}
