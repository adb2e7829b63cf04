//! Simulator of the ChatAIBot platform for demos and tests: the two documented calls and webhooks.
//!
//! In reading order:
//! - [`config`]: every setting
//! - [`server`]: [`spawn`] and the accept loop
//! - `api`: the two documented calls (DOC), checked strictly
//! - `bot`: what the bot says; its table of scenarios is [`scenario::SCENARIOS`]
//! - `conversation`, `script`: one conversation, and how its next steps are played
//! - `events`: events as the platform writes them; `webhook`: how they go out
//! - `control`: the calls below `/_control`, by which a test decides what happens, and when
//! - `platform`, `call_log`, `stub_rules`: the shared state, the record of calls, the rules of a
//!   test for future calls
//! - [`clock`], `media`: times and ids; media files
//!
//! It shares no type with `chataibot-wire` or `chataibot-proxy` on purpose: it writes its own JSON,
//! so a wrong guess about the platform can't pass its own test. They share only the fixtures in
//! `tests/fixtures/platform`, one file for each shape, named by evidence: `doc-`, `seen-`,
//! `guess-`. Comments grade that evidence: DOC is documented, OBS observed, INT seen only in the
//! platform's own clients, INF inferred.

mod api;
mod bot;
mod call_log;
pub mod clock;
pub mod config;
mod control;
mod conversation;
mod events;
mod media;
mod platform;
mod script;
pub mod server;
mod stub_rules;
mod webhook;

/// What the bot can show, by the keywords that visitors type.
pub mod scenario {
    pub use crate::bot::scenario::{SCENARIOS, find};
}
pub use config::Config;
pub use server::{Simulator, spawn};
