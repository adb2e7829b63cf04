//! The ChatAIBot chat widget: a Yew component compiled to WASM, shown by the custom element
//! `<chataibot-widget>`.
//!
//! Modules, in reading order:
//! - [`config`], [`strings`]: the settings and the texts
//! - [`conversation`]: the state of one conversation, a pure reducer: actions in, state out
//! - [`machine`]: the state machine of a running chat, pure: inputs in, effects out
//! - [`runtime`]: runs the effects in a browser
//! - [`api`]: tokens, the two documented calls, the event stream and its fallback
//! - [`browser`]: storage, tabs, timers and facts about the browser
//! - [`notify`]: sound and tab title for new messages while the visitor looks elsewhere
//! - [`components`]: the views
//! - [`demo`]: scenes in place of a runtime, for designers and tests
//! - [`element`]: the interface to JavaScript
//!
//! ARCHITECTURE.md lists the allowed dependencies between these modules; a test enforces them.

pub mod config;
pub mod strings;

pub mod conversation;
pub mod machine;
pub mod runtime;

pub mod api;
pub mod browser;

pub mod notify;

pub mod components;
pub mod demo;

pub mod element;
