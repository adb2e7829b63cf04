#![doc = include_str!("../CONTROL.md")]
//!
//! This file: the routes, and how orders are parsed and answered.

/// Declares the body or query of a control; unknown fields are refused.
macro_rules! body {
    ($name:ident { $($fields:tt)* }) => {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($fields)* }
    };
}

mod answers;
mod inspect;
mod messages;
mod webhooks;

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::platform::Platform;

pub fn routes() -> Router<Arc<Platform>> {
    let docs = || async { ([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], include_str!("../CONTROL.md")) };
    Router::new()
        .route("/_control", get(docs))
        .route("/_control/health", get(|| async { ok_response(json!({})) }))
        .route("/_control/reset", post(answers::reset))
        .route("/_control/hold", post(answers::hold))
        .route("/_control/release", post(answers::release))
        .route("/_control/drop", post(answers::drop_answer))
        .route("/_control/fail", post(answers::fail))
        .route("/_control/account-token", post(answers::account_token))
        .route("/_control/pace", post(answers::pace))
        .route("/_control/reply", post(messages::reply))
        .route("/_control/handover", post(messages::handover))
        .route("/_control/agent", post(messages::agent))
        .route("/_control/hand-back", post(messages::hand_back))
        .route("/_control/close", post(messages::close))
        .route("/_control/reopen", post(messages::reopen))
        .route("/_control/block", post(messages::block))
        .route("/_control/unblock", post(messages::unblock))
        .route("/_control/webhook", get(webhooks::get_target).post(webhooks::set_target))
        .route("/_control/handshake", post(webhooks::handshake))
        .route("/_control/style", post(webhooks::style))
        .route("/_control/webhooks/pause", post(|platform, order| webhooks::set_paused(platform, order, true)))
        .route("/_control/webhooks/resume", post(|platform, order| webhooks::set_paused(platform, order, false)))
        .route("/_control/webhooks/release", post(webhooks::release))
        .route("/_control/webhooks/discard", post(webhooks::discard))
        .route("/_control/redeliver", post(webhooks::redeliver))
        .route("/_control/calls", get(inspect::calls))
        .route("/_control/deliveries", get(inspect::deliveries))
        .route("/_control/conversations", get(inspect::conversations))
        .route("/_control/idle", get(inspect::idle))
}

/// Why an order cannot be executed.
#[derive(Debug)]
pub struct BadOrder(String);

impl BadOrder {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl IntoResponse for BadOrder {
    fn into_response(self) -> Response {
        let body = json!({ "ok": false, "error": "BAD_ORDER", "message": self.0 });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

/// Answers `{"ok":true}` with these additional fields.
fn ok_response(fields: Value) -> Response {
    waited_response(true, fields)
}

/// The same; 408 and `{"ok":false}` if what was waited for did not come in time.
fn waited_response(in_time: bool, mut fields: Value) -> Response {
    fields["ok"] = in_time.into();
    let status = if in_time { StatusCode::OK } else { StatusCode::REQUEST_TIMEOUT };
    (status, Json(fields)).into_response()
}

type Reply = Result<Response, BadOrder>;

type Shared = axum::extract::State<Arc<Platform>>;

/// Extractor for the body of an order; an empty body counts as `{}`.
pub struct Order<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Order<T> {
    type Rejection = BadOrder;

    async fn from_request(request: Request, _: &S) -> Result<Self, BadOrder> {
        // 32 MiB: a test may want to send a very large answer or webhook.
        let bytes = to_bytes(request.into_body(), 32 << 20).await.map_err(|error| BadOrder::new(error.to_string()))?;
        let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(bytes).map(Self).map_err(|error| BadOrder::new(error.to_string()))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}
