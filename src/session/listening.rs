//! The browser's events, as facts: network, visibility, sleep, and what other tabs store.

use std::rc::{Rc, Weak};

use wasm_bindgen::JsCast;
use web_sys::{EventTarget, PageTransitionEvent, VisibilityState};

use super::{
    fact::Fact,
    rim::Rim,
    shelf::{self, CONVERSATION, OUTBOX, PASSED, VISITOR},
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
        let value = value.as_deref();
        let fact = match key {
            // Everything was removed, by the page's own log-out perhaps.
            None => Some(Fact::VisitorElsewhere(None)),
            Some(VISITOR) => match value {
                None => Some(Fact::VisitorElsewhere(None)),
                Some(text) => shelf::read(text).map(|identity| Fact::VisitorElsewhere(Some(Rc::new(identity)))),
            },
            Some(CONVERSATION) => match value {
                None => Some(Fact::ConversationElsewhere(None)),
                Some(text) => {
                    shelf::read_conversation(text).map(|stored| Fact::ConversationElsewhere(Some(Box::new(stored))))
                }
            },
            // Removed only together with the visitor.
            Some(PASSED) => value.and_then(shelf::read_passed).map(Fact::PassedElsewhere),
            Some(key) => key
                .strip_prefix(OUTBOX)
                .map(|id| Fact::OutboxElsewhere { id: Rc::from(id), stored: value.and_then(shelf::read) }),
        };
        if let Some(fact) = fact {
            rim.hear(fact);
        }
    })
}
