//! Record of each documented call that came in and each webhook call that went out, for tests.

use serde::Serialize;
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    Start,
    Send,
    /// Any other request: no caller should make one.
    Other,
}

/// A documented call that came in, as the controls report it.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// `c1`, `c2`, …
    pub id: String,
    #[serde(rename = "call")]
    pub kind: CallKind,
    /// Method, path and headers, in order; only the presence of `authorization` and `cookie`.
    pub request: Value,
    pub body: Value,
    pub conversation: Option<String>,
    /// Whether it was processed: it started a conversation or added a message.
    pub processed: bool,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", content = "status", rename_all = "snake_case")]
pub enum Outcome {
    Open,
    Held,
    Answered(u16),
    /// The connection was closed without a whole answer, as ordered.
    Cut,
    #[serde(rename = "caller gone")]
    CallerGone,
}

/// A webhook call, made or waiting.
#[derive(Clone, Debug)]
pub struct WebhookCall {
    /// `d1`, `d2`, …
    pub id: String,
    /// Deliveries of one lane go out one after another. A lane is a conversation, or empty.
    pub lane: String,
    pub content: Content,
    pub state: DeliveryState,
    /// The result of each attempt: the status of the answer, or the error if there was none.
    pub attempts: Vec<Result<u16, String>>,
}

#[derive(Clone, Debug)]
pub enum Content {
    /// Events; the token is added when they go out.
    Events(Vec<Value>),
    /// Exactly these bytes, with the token in `Authorization` only if that is the style.
    Raw(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    Waiting,
    InFlight,
    Delivered,
    GivenUp,
    /// Discarded by a control: a webhook that never came.
    Discarded,
}

impl DeliveryState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::InFlight => "going",
            Self::Delivered => "delivered",
            Self::GivenUp => "given up",
            Self::Discarded => "discarded",
        }
    }

    /// Whether it has ended: the simulator makes no more attempts on its own.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::InFlight)
    }
}

impl WebhookCall {
    pub fn describe(&self) -> Value {
        let attempts: Vec<Value> = self.attempts.iter().map(describe_attempt).collect();
        let (kind, content) = match &self.content {
            Content::Events(events) => ("events", json!(events)),
            Content::Raw(body) => ("raw", json!(body)),
        };
        let state = self.state.name();
        json!({ "id": self.id, "conversation": self.lane, "state": state, "attempts": attempts, kind: content })
    }
}

pub fn describe_attempt(outcome: &Result<u16, String>) -> Value {
    outcome.as_ref().map_or_else(|error| json!({ "error": error }), |status| json!({ "status": status }))
}
