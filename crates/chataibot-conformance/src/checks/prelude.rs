//! What the checks use.

pub(super) use reqwest::{Method, RequestBuilder};
pub(super) use serde_json::{Value, json};

pub(super) use crate::entry::{
    cursor_of, event_kind, is_delivery, is_message, is_sent_with, log_summary, parse_cursor, plain_text,
};
pub(super) use crate::fixture::{Answer, Fixture};
pub(super) use crate::outcome::{CheckError, Outcome, ensure, ensure_count, not_applicable, violation};
pub(super) use crate::visitor::{
    Chat, EVENT_STREAM, JSON, Visitor, new_key, random_hex, send_body, start_body, unique_text,
};
