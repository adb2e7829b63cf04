//! The ChatAIBot chat widget: a Yew component compiled to WASM, shown by the custom element
//! `<chataibot-widget>`.
//!
//! In reading order:
//! - [`config`], [`strings`]: every setting, every sentence
//! - [`conversation`]: the behaviour of one conversation, pure: actions in, state out
//! - [`machine`]: the decisions of a running chat, pure: inputs in, effects out
//! - [`runtime`]: runs the effects in a browser
//! - [`api`]: tokens, the two documented calls, the event stream and its fallback
//! - [`browser`]: storage, tabs, timers and facts of the browser
//! - [`notify`]: sound and title while nobody looks
//! - [`components`]: the views
//! - [`demo`]: stories in place of a runtime, for designers and tests
//! - [`element`]: the interface to JavaScript
//!
//! Allowed dependencies between these are listed in ARCHITECTURE.md and tested.

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
