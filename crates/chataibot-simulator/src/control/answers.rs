//! Controls over the answers of the documented calls.

use std::{collections::BTreeMap, time::Duration};

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BadOrder, Nothing, Order, Reply, Shared, ok_response};
use crate::api::{error_body, status_of};
use crate::platform::Platform;
use crate::stub_rules::{CallFilter, Canned, Hold, Phase, Rule, StubAction};

pub async fn reset(State(platform): Shared, Order(Nothing {}): Order<Nothing>) -> Response {
    platform.write().reset();
    ok_response(json!({}))
}

body!(HoldOrder {
    #[serde(default)]
    call: CallFilter
});

pub async fn hold(State(platform): Shared, Order(order): Order<HoldOrder>) -> Response {
    let mut state = platform.write();
    let id = format!("h{}", state.holds.len() + 1);
    state.holds.push(Hold { id: id.clone(), call: None, released: false });
    let action = StubAction::Hold(id.clone());
    state.rules.push(Rule { call: order.call, times: 1, phase: Phase::After, action });
    ok_response(json!({ "hold": id }))
}

body!(ReleaseOrder { hold: Option<String> });

pub async fn release(State(platform): Shared, Order(order): Order<ReleaseOrder>) -> Reply {
    let mut state = platform.write();
    let mut released = Vec::new();
    for hold in &mut state.holds {
        if !hold.released && order.hold.as_ref().is_none_or(|wanted| *wanted == hold.id) {
            hold.released = true;
            released.push(json!({ "hold": hold.id, "call": hold.call }));
        }
    }
    match order.hold {
        Some(unknown) if released.is_empty() => Err(BadOrder::new(format!("hold: {unknown:?} is not held"))),
        Some(_) | None => Ok(ok_response(json!({ "released": released }))),
    }
}

body!(DropOrder {
    #[serde(default)]
    call: CallFilter,
    times: Option<u32>,
    processed: Option<bool>,
    #[serde(default)]
    how: How,
});

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    #[default]
    Close,
    Truncate,
}

pub async fn drop_answer(State(platform): Shared, Order(order): Order<DropOrder>) -> Reply {
    let is_processed = order.processed.unwrap_or(true);
    let action = match order.how {
        How::Close => StubAction::Close,
        How::Truncate if is_processed => StubAction::Truncate,
        How::Truncate => return Err(BadOrder::new("how: only the answer of a processed call can be truncated")),
    };
    Ok(add_rule(&platform, order.call, order.times, is_processed, action))
}

body!(FailOrder {
    #[serde(default)]
    call: CallFilter,
    times: Option<u32>,
    #[serde(default)]
    processed: bool,
    error: Option<String>,
    status: Option<u16>,
    message: Option<String>,
    #[serde(default)]
    without_code: bool,
    retry_after: Option<Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    json: Option<Value>,
    text: Option<String>,
});

pub async fn fail(State(platform): Shared, Order(order): Order<FailOrder>) -> Reply {
    let status = order.status.unwrap_or_else(|| order.error.as_deref().map_or(500, status_of));
    if !(200..=599).contains(&status) || StatusCode::from_u16(status).is_err() {
        return Err(BadOrder::new("status: must be between 200 and 599"));
    }
    let mut answer = match (order.json, order.text) {
        (Some(_), Some(_)) => return Err(BadOrder::new("json, text: only one of them")),
        (Some(json), None) => Canned::json(status, &json),
        (None, Some(body)) => Canned { status, content_type: "text/html; charset=utf-8", headers: Vec::new(), body },
        (None, None) => {
            let error = order.error.as_deref().unwrap_or("SIMULATED_FAILURE");
            let mut body = error_body(error, order.message.as_deref(), status);
            if let (true, Some(fields)) = (order.without_code, body.as_object_mut()) {
                fields.remove("code");
            }
            Canned::json(status, &body)
        }
    };
    answer.headers.extend(order.headers);
    if let Some(value) = order.retry_after {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        answer.headers.push(("retry-after".to_owned(), text));
    }
    for (name, value) in &answer.headers {
        if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
            return Err(BadOrder::new(format!("headers: {name:?} is not a valid header")));
        }
    }
    Ok(add_rule(&platform, order.call, order.times, order.processed, StubAction::Answer(answer)))
}

/// Adds a rule that acts after or before the call is processed.
fn add_rule(platform: &Platform, call: CallFilter, times: Option<u32>, after: bool, action: StubAction) -> Response {
    let phase = if after { Phase::After } else { Phase::Before };
    platform.write().rules.push(Rule { call, times: times.unwrap_or(1), phase, action });
    ok_response(json!({}))
}

body!(TokenOrder { token: String });

pub async fn account_token(State(platform): Shared, Order(order): Order<TokenOrder>) -> Response {
    platform.write().account_token = order.token;
    ok_response(json!({}))
}

body!(PaceOrder { ms: u64 });

pub async fn pace(State(platform): Shared, Order(order): Order<PaceOrder>) -> Response {
    platform.write().pace = Duration::from_millis(order.ms);
    ok_response(json!({}))
}
