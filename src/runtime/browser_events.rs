//! Browser events as inputs: network, visibility, sleep, and storage changes by other tabs.

use std::rc::{Rc, Weak};

use wasm_bindgen::JsCast;
use web_sys::{EventTarget, PageTransitionEvent};

use super::repository::{self, CONVERSATION, LEFT, VISITOR};
use super::{InboxItem, Runtime};
use crate::browser::events::Listener;
use crate::browser::{environment, tabs};
use crate::machine::input::Input;

/// Registers all listeners of a session. Handles at once what already holds: hidden, offline.
pub(super) fn listeners(runtime: &Rc<Runtime>, prefix: &str) -> Vec<Listener> {
    let Some(window) = environment::window() else { return Vec::new() };
    let Some(document) = window.document() else { return Vec::new() };
    let weak = Rc::downgrade(runtime);
    let listen = |target: &EventTarget, event, input: fn(&web_sys::Event) -> Option<Input>| {
        let weak = weak.clone();
        Listener::new(target, event, move |event| {
            if let (Some(runtime), Some(input)) = (weak.upgrade(), input(&event)) {
                runtime.handle(input);
            }
        })
    };
    let listeners = [
        listen(&window, "online", |_| Some(Input::Online)),
        listen(&window, "offline", |_| Some(Input::Offline)),
        listen(&window, "pageshow", |event| {
            event.dyn_ref::<PageTransitionEvent>()?.persisted().then_some(Input::Resumed)
        }),
        // Always: a lock, channel or stream would keep it out of the back-forward cache.
        listen(&window, "pagehide", |_| Some(Input::Frozen)),
        listen(&document, "visibilitychange", |_| {
            Some(if environment::is_hidden() { Input::Hidden } else { Input::Shown })
        }),
        listen(&document, "freeze", |_| Some(Input::Frozen)),
        listen(&document, "resume", |_| Some(Input::Resumed)),
        watch_storage(&weak, prefix),
    ];
    if environment::is_hidden() {
        runtime.handle(Input::Hidden);
    }
    if !window.navigator().on_line() {
        runtime.handle(Input::Offline);
    }
    listeners.into_iter().flatten().collect()
}

fn watch_storage(runtime: &Weak<Runtime>, prefix: &str) -> Option<Listener> {
    let runtime = runtime.clone();
    tabs::watch_storage(prefix, move |key, value| {
        let Some(runtime) = runtime.upgrade() else { return };
        match (key, value) {
            (Some(VISITOR), Some(text)) if text != LEFT => {
                // Storage as it is now: a visitor who has left since must not come back.
                if let Some(identity) = runtime.repository().credentials() {
                    runtime.handle(Input::RemoteVisitor(Some(Rc::new(identity))));
                }
            }
            // Nothing has been said in that tab either.
            (Some(CONVERSATION), Some(text))
                if runtime.state().id().is_none() && repository::stored_window_open(&text).is_some() => {}
            // Without a key: everything was removed.
            (key, value) => runtime.receive(InboxItem::StoredValue(key.unwrap_or(VISITOR).into(), value)),
        }
    })
}
