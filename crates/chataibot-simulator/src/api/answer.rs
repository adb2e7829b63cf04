//! Answers of the documented calls: the error bodies (DOC), what a test ordered, or none at all.

use std::io;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::call_log::Outcome;
use crate::server::Cut;
use crate::stub_rules::{Canned, StubAction};

#[derive(Clone, Debug)]
pub struct Refusal {
    /// One of [`ERRORS`].
    pub error: &'static str,
    /// What is wrong; the error's own sentence if `None`.
    pub message: Option<String>,
    /// Seconds.
    pub retry_after: Option<u32>,
}

impl Refusal {
    pub const fn new(error: &'static str) -> Self {
        Self { error, message: None, retry_after: None }
    }

    /// `BAD_REQUEST`: says which field is wrong and why.
    pub fn bad(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::new("BAD_REQUEST") }
    }

    pub fn into_answer(self) -> Answer {
        let status = status_of(self.error);
        let mut answer = Canned::json(status, &error_body(self.error, self.message.as_deref(), status));
        answer.headers.extend(self.retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string())));
        Answer::Whole(answer)
    }
}

/// The documented errors: code, status, a sentence (INF).
const ERRORS: &[(&str, u16, &str)] = &[
    ("CONVERSATION_CREATION_EXCEPTION", 400, "Something went wrong while creating the conversation"),
    ("CHANNEL_NOT_ENABLED", 400, "API channel is not enabled for this account"),
    ("CHANNEL_TOKEN_EXPIRED", 400, "The channel's token has expired"),
    ("CONTACT_IS_BLOCKED", 400, "The contact is blocked"),
    ("BAD_REQUEST", 400, "Bad request"),
    ("JWT_SIGNATURE_EXCEPTION", 401, "Signature verification failed"),
    ("UNAUTHORIZED_FEATURE", 401, "This feature is not part of your plan"),
    ("ACCOUNT_DETAILS_NOT_FOUND", 404, "Account details not found"),
    ("NOT_FOUND", 404, "Not found"),
    ("TOO_MANY_REQUESTS", 429, "Too many requests"),
];

/// Returns the documented status of an error; 400 for an unknown code.
pub fn status_of(error: &str) -> u16 {
    ERRORS.iter().find(|(code, ..)| *code == error).map_or(400, |(_, status, _)| *status)
}

/// `{"ok":false,"error":"X","code":"X","message":"…","status":N}` (DOC).
pub fn error_body(error: &str, message: Option<&str>, status: u16) -> Value {
    let usual = ERRORS.iter().find(|(code, ..)| *code == error).map_or("Something went wrong", |(.., message)| message);
    json!({ "ok": false, "error": error, "code": error, "message": message.unwrap_or(usual), "status": status })
}

#[derive(Clone, Debug)]
pub enum Answer {
    Whole(Canned),
    /// Half of the body, with the `Content-Length` of the whole.
    Half(Canned),
    Cut,
}

impl Answer {
    /// Returns the outcome for the record.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Whole(canned) => Outcome::Answered(canned.status),
            Self::Half(_) | Self::Cut => Outcome::Cut,
        }
    }

    pub fn into_response(self) -> Response {
        match self {
            Self::Whole(canned) => respond(canned, Body::from),
            Self::Half(canned) => respond(canned, |bytes| {
                let half = bytes.slice(..bytes.len() / 2);
                Body::from_stream(futures_util::stream::iter([Ok(half), Err(io::Error::from(Cut))]))
            }),
            Self::Cut => Extension(Cut).into_response(),
        }
    }
}

/// Returns the answer that a test ordered, in place of the right answer if there is one already.
pub fn stubbed(action: StubAction, actual: Option<Answer>) -> Answer {
    match action {
        StubAction::Answer(canned) => Answer::Whole(canned),
        StubAction::Close | StubAction::Hold(_) => Answer::Cut,
        StubAction::Truncate => match actual {
            Some(Answer::Whole(canned) | Answer::Half(canned)) => Answer::Half(canned),
            Some(Answer::Cut) | None => Answer::Cut,
        },
    }
}

fn respond(canned: Canned, body: impl FnOnce(Bytes) -> Body) -> Response {
    let length = HeaderValue::from(canned.body.len());
    let mut response = Response::new(body(canned.body.into()));
    *response.status_mut() = StatusCode::from_u16(canned.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(canned.content_type));
    headers.insert(header::CONTENT_LENGTH, length);
    for (name, value) in canned.headers {
        // The controls accept only names and values that are valid.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    response
}
