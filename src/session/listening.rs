//! The browser's events, as facts: network, visibility, sleep, and what other tabs store.

use std::rc::{Rc, Weak};

use wasm_bindgen::JsCast;
use web_sys::{EventTarget, PageTransitionEvent, VisibilityState};

use super::{
    fact::Fact,
    rim::{News, Rim},
    shelf::{self, CONVERSATION, LEFT, VISITOR},
    talk::Unread,
};
use crate::{
    system::{self, Listener},
    tabs,
};

/// All ears of a session. Tells it at once what already holds: hidden, offline.
pub(super) fn ears(rim: &Rc<Rim>, prefix: &str) -> Vec<Listener> {
    let Some(window) = system::window() else { return Vec::new() };
    let Some(document) = window.document() else { return Vec::new() };
    let weak = Rc::downgrade(rim);
    let hear = |target: &EventTarget, event, fact: fn(&web_sys::Event) -> Option<Fact>| {
        let weak = weak.clone();
        Listener::new(target, event, move |event| {
            if let (Some(rim), Some(fact)) = (weak.upgrade(), fact(&event)) {
                rim.hear(fact);
            }
        })
    };
    let ears = [
        hear(&window, "online", |_| Some(Fact::Online)),
        hear(&window, "offline", |_| Some(Fact::Offline)),
        hear(&window, "pageshow", |event| persisted(event).then_some(Fact::Woke)),
        // Kept in the back-forward cache or not: a lock, a channel or a stream that is held on to would decide against it.
        hear(&window, "pagehide", |_| Some(Fact::Froze)),
        hear(&document, "visibilitychange", |_| visibility()),
        hear(&document, "freeze", |_| Some(Fact::Froze)),
        hear(&document, "resume", |_| Some(Fact::Woke)),
        watch(&weak, prefix),
    ];
    if document.visibility_state() == VisibilityState::Hidden {
        rim.hear(Fact::Hidden);
    }
    if !window.navigator().on_line() {
        rim.hear(Fact::Offline);
    }
    ears.into_iter().flatten().collect()
}

fn persisted(event: &web_sys::Event) -> bool {
    event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted)
}

fn visibility() -> Option<Fact> {
    let document = system::window()?.document()?;
    Some(if document.visibility_state() == VisibilityState::Hidden { Fact::Hidden } else { Fact::Shown })
}

fn watch(rim: &Weak<Rim>, prefix: &str) -> Option<Listener> {
    let rim = rim.clone();
    tabs::watch(prefix, move |key, value| {
        let Some(rim) = rim.upgrade() else { return };
        match (key, value) {
            (Some(VISITOR), Some(text)) if text != LEFT => {
                // As storage has it now: who has left meanwhile does not come back.
                if let Some(identity) = rim.shelf().identity() {
                    rim.hear(Fact::VisitorElsewhere(Some(Rc::new(identity))));
                }
            }
            // Nothing was said there either.
            (Some(CONVERSATION), Some(text)) if rim.state().id().is_none() && shelf::opening(&text).is_some() => {}
            // Without a key: everything was removed.
            (key, value) => rim.hear_news(News::Unread(Unread::stored(key.unwrap_or(VISITOR), value))),
        }
    })
}
