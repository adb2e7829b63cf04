//! The ChatAIBot chat widget: a Yew component compiled to WASM, shown by the custom element `<chataibot-widget>`.
//!
//! In reading order:
//! - [`config`], [`strings`]: every setting, every sentence
//! - [`conversation`]: the whole behaviour, pure: facts in, state out
//! - [`session`]: a running widget without its looks; its decisions are pure too, its rim carries them out
//! - [`api`]: tokens, the two documented calls, the event stream and its fallback
//! - [`storage`], [`tabs`], [`system`]: what survives a reload, what tabs agree on, what the browser knows
//! - [`notify`]: sound and title while nobody looks
//! - [`components`]: what a visitor sees
//! - [`player`]: scenes in place of a session, for designers and tests
//! - [`element`]: the border to JavaScript
//!
//! Who may import whom stands in ARCHITECTURE.md and is tested.

pub mod config;
pub mod strings;

pub mod conversation;
pub mod session;

pub mod api;
pub mod storage;
pub mod system;
pub mod tabs;

pub mod notify;

pub mod components;
pub mod player;

pub mod element;
