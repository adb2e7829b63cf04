//! Controls that report what happened, and can wait until it has.

use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::{Shared, waited_response};
use crate::call_log::{Content, WebhookCall};
use crate::conversation::Conversation;
use crate::platform::{self, Platform};
use crate::stub_rules::CallFilter;

/// How long a list waits by default.
const DEFAULT_TIMEOUT_MS: u64 = 5000;

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
        let matching = state.calls.iter().filter(|call| {
            query.call.includes(call.kind)
                && query.conversation.as_ref().is_none_or(|id| Some(id) == call.conversation.as_ref())
                && query.processed.is_none_or(|processed| processed == call.processed)
        });
        let described = matching.map(|call| json!(call));
        described.filter(|call| query.outcome.as_ref().is_none_or(|outcome| call["outcome"] == **outcome)).collect()
    };
    wait_for_entries(&platform, "calls", query.at_least, query.timeout_ms, list).await
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
    let has_kind = |delivery: &WebhookCall| match (&query.kind, &delivery.content) {
        (None, _) => true,
        (Some(_), Content::Raw(_)) => false,
        (Some(kind), Content::Events(events)) => events.iter().any(|event| event["event"]["type"] == **kind),
    };
    let list = |state: &platform::State| {
        let matching = state.deliveries.iter().filter(|delivery| {
            query.conversation.as_ref().is_none_or(|id| *id == delivery.lane)
                && query.state.as_ref().is_none_or(|wanted| wanted == delivery.state.name())
                && has_kind(delivery)
        });
        matching.map(WebhookCall::describe).collect()
    };
    wait_for_entries(&platform, "deliveries", query.at_least, query.timeout_ms, list).await
}

body!(ConversationsQuery { visitor: Option<String>, at_least: Option<usize>, timeout_ms: Option<u64> });

pub async fn conversations(State(platform): Shared, Query(query): Query<ConversationsQuery>) -> Response {
    let list = |state: &platform::State| {
        let known = state.conversation_ids.iter().filter_map(|id| state.conversations.get(id));
        let matching = known.filter(|one| query.visitor.as_ref().is_none_or(|visitor| *visitor == one.visitor));
        matching.map(Conversation::describe).collect()
    };
    wait_for_entries(&platform, "conversations", query.at_least, query.timeout_ms, list).await
}

body!(IdleQuery { timeout_ms: Option<u64> });

pub async fn idle(State(platform): Shared, Query(query): Query<IdleQuery>) -> Response {
    let idle = |state: &platform::State| {
        let scripts_are_done = state.conversations.values().all(Conversation::has_played);
        let deliveries_are_final = state.deliveries.iter().all(|delivery| delivery.state.is_final());
        (scripts_are_done && deliveries_are_final).then_some(())
    };
    let limit = Duration::from_millis(query.timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS));
    waited_response(tokio::time::timeout(limit, platform.wait_for(idle)).await.is_ok(), json!({}))
}

/// Answers once there are enough entries, or after the timeout with 408 and the entries so far.
async fn wait_for_entries(
    platform: &Platform,
    name: &str,
    at_least: Option<usize>,
    timeout_ms: Option<u64>,
    list: impl Fn(&platform::State) -> Vec<Value>,
) -> Response {
    let wanted = at_least.unwrap_or(0);
    let limit = Duration::from_millis(timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS));
    let enough = platform.wait_for(|state| Some(list(state)).filter(|found| found.len() >= wanted));
    let found = tokio::time::timeout(limit, enough).await;
    waited_response(found.is_ok(), json!({ name: found.unwrap_or_else(|_| list(&platform.read())) }))
}
