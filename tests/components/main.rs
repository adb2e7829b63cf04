//! The components in a real browser: names, roles, keyboard, focus, scrolling, announcements,
//! theming. No session, no network: each test sets up a conversation, and the visitor's actions are
//! recorded.
#![cfg(target_arch = "wasm32")]

mod announcer;
mod attach;
mod composer;
mod harness;
mod kinds;
mod kinds_asked;
mod launcher;
mod list;
mod long_answers;
mod looks;
mod menu;
mod messages;
mod panels;
mod script;
mod window;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
