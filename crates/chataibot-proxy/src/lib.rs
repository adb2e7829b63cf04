//! The server between the ChatAIBot widget and the platform.
//!
//! In reading order, from the bottom layer to the top one:
//! - [`ids`], [`credentials`], [`file_types`]: types that all layers share; [`error`], [`metrics`],
//!   [`concurrency`], [`clock`], [`sync`], [`failpoints`]: small tools that import nothing of this
//!   crate
//! - [`config`], [`demo`]: every setting, from file, environment and command line
//! - [`normalise`]: parses the platform's events, from its JSON and HTML to our types;
//!   [`platform`]: the client of its two documented calls
//! - [`store`]: the log, the idempotency records and the renewal secrets, in SQLite or in a Redis
//!   that several proxies share
//! - [`hub`], [`log_reader`]: publish/subscribe of committed entries, and the reader that goes from
//!   replay to live
//! - [`service`]: the services: tokens, message forwarding, webhooks, streams, files, retention
//! - [`http`]: middleware and routes
//! - [`server`]: the accept loop, HTTP framing, detached streams
//! - [`app`]: the composition root, which lists every route; [`commands`]: commands other than
//!   serving
//!
//! An outgoing message: `http::routes::messages` → `service::message_forwarding` → `store::sends`
//! (logged first) → `platform` → a `delivery` entry. An incoming reply: `http::routes::webhook` →
//! `normalise` → `service::webhook` → `store::incoming` (committed) → `hub` → `service::stream`.
//!
//! Deliberately absent: cookies; HTML or a platform's error in an answer; message text in a log.

mod app;
pub mod clock;
pub mod commands;
mod concurrency;
pub mod config;
pub mod credentials;
pub mod demo;
mod error;
pub mod failpoints;
pub mod file_types;
pub mod http;
pub mod hub;
pub mod ids;
pub mod log_reader;
mod metrics;
pub mod normalise;
#[cfg(feature = "otel")]
pub mod otel;
pub mod platform;
mod server;
pub mod service;
pub mod store;
mod sync;
pub mod testing;

pub use app::{Listeners, build, run};
pub use http::state::App;
