//! HTTP layer: middleware and routes. Translates between HTTP and [`crate::service`].
//!
//! - [`state`]: state shared by all handlers
//! - [`middleware`], [`cors`], [`body`], [`rate_limits`], [`auth`]: the layers that a request
//!   passes, outermost first
//! - [`routes`]: the calls; [`openapi`]: their OpenAPI document
//! - [`assets`]: the widget's bundle

use http::{HeaderName, HeaderValue, header};

pub(crate) mod assets;
pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod cors;
pub(crate) mod middleware;
pub mod openapi;
pub(crate) mod rate_limits;
pub(crate) mod routes;
pub mod state;

/// Headers of each event stream: intermediaries must not store, transform or buffer it.
pub const EVENT_STREAM: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
];

/// Response extension that marks a long-lived answer: [`crate::server`] takes it over from hyper.
#[derive(Clone, Copy, Debug)]
pub struct LongLived;
