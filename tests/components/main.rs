//! The components in a real browser: names, roles, keyboard, focus, scrolling, announcements,
//! theming. No session, no network: each test sets up a conversation, and the visitor's actions are
//! recorded.
#![cfg(target_arch = "wasm32")]

mod announcer;
mod attachments;
mod composer;
mod harness;
mod launcher;
mod list;
mod long_answers;
mod menu;
mod message_kinds;
mod messages;
mod panels;
mod questions;
mod script;
mod theming;
mod window;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
