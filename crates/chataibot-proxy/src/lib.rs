//! The server between the ChatAIBot widget and the platform.
//!
//! In reading order:
//! - [`config`], [`demo`]: every setting, from file, environment and command line
//! - [`app`]: what requests share, and every route on one screen
//! - [`serve`]: the accept loop; [`border`], [`cors`], [`body`], [`limits`]: what each request passes
//! - [`token`]: who a request comes from
//! - [`routes`]: the calls
//! - [`conversations`], [`platform`]: a visitor's messages, logged and forwarded by the two documented calls
//! - [`files`]: the files of visitors, and where they lie
//! - [`webhook`], [`normalise`]: the platform's events, from its JSON and HTML to our types
//! - [`store`]: the log, the idempotency records and the renewal secrets, in SQLite or in a Redis that several proxies share
//! - [`shared`]: what one of these takes over from the others
//! - [`hub`], [`handover`], [`stream`]: committed entries to the browsers that wait for them; [`sweep`]: what is deleted, and when
//! - [`reload`]: what changes while it runs; [`openapi`]: all calls as an OpenAPI document
//! - [`error`]: the one way to refuse; [`assets`]: the widget's files; [`counters`], [`histograms`], [`clock`], [`sync`]; [`erase`]: all of one visitor; [`commands`]: what is done instead of serving
//!
//! A message out: `routes::send` → `store::sends` (logged first) → `platform` → a `delivery` entry. A reply in: `routes::webhook` →
//! `normalise` → `store::incoming` (committed) → `hub` → `stream`.
//!
//! Absent on purpose: cookies, HTML in an answer, a platform error's own text in an answer, message text in a log.

pub mod app;
pub mod assets;
pub mod body;
pub mod border;
pub mod capture;
pub mod clock;
pub mod commands;
pub mod config;
pub mod conversations;
pub mod cors;
pub mod counters;
pub mod demo;
pub mod erase;
pub mod error;
pub mod files;
pub mod handover;
pub mod histograms;
pub mod hub;
pub mod limits;
pub mod normalise;
pub mod openapi;
#[cfg(feature = "otel")]
pub mod otel;
pub mod platform;
pub mod reload;
pub mod routes;
pub mod serve;
pub mod shared;
pub mod steps;
pub mod store;
pub mod stream;
pub mod sweep;
pub mod sync;
pub mod testing;
pub mod token;
pub mod webhook;

pub use app::{App, Listeners, StartError, build, run};
