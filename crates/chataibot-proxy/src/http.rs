//! The HTTP layer: what each request passes, and the calls. Translates between HTTP and
//! [`crate::service`].
//!
//! - [`state`]: what all handlers share
//! - [`middleware`], [`cors`], [`body`], [`rate_limits`], [`auth`]: what a request passes, from the
//!   outside in
//! - [`routes`]: the calls; [`openapi`]: all of them as a document
//! - [`assets`]: the widget's bundle

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{self, AsHeaderName},
};

pub(crate) mod assets;
pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod cors;
pub(crate) mod middleware;
pub mod openapi;
pub(crate) mod rate_limits;
pub(crate) mod routes;
pub mod state;

/// Of each event stream: whoever stands between must neither keep nor change nor collect it.
pub const EVENT_STREAM: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
];

/// A header's text; empty where it is not there or no text.
pub(crate) fn header_text(headers: &HeaderMap, name: impl AsHeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Marks an answer, among its extensions, that goes on until somebody ends it: [`crate::server`]
/// takes it out of hyper's hands.
#[derive(Clone, Copy, Debug)]
pub struct LongLived;
