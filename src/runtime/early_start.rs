//! The first message, if the shell sent it before the program was loaded (`loader/early_start.js`).
//! Its answers replace requests of the program's own.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue};

use super::Runtime;
use crate::api::http::{AbortGuard, EarlyResponse, REQUEST_TIMEOUT};
use crate::api::json;
use crate::browser::tabs::Lock;
use crate::machine::input::Input;
use crate::machine::user_action::UserAction;

/// Requests that the shell has made, until they are taken. Dropping one aborts it.
#[derive(Default)]
pub(super) struct EarlyRequests {
    /// The start request of this message, and the event stream of the conversation it starts.
    pub(super) start: RefCell<Option<(Rc<str>, EarlyResponse, EarlyResponse)>>,
    /// The event stream of this conversation.
    pub(super) log: RefCell<Option<(Rc<str>, EarlyResponse)>>,
    pub(super) leader: RefCell<Option<Lock>>,
}

impl EarlyRequests {
    /// Takes the start request of the message `id`, if the shell has made it, and the stream. The
    /// request holds the lock for sends until it is aborted.
    pub(super) fn take_start(&self, id: &Rc<str>) -> Option<(EarlyResponse, EarlyResponse)> {
        self.start.borrow_mut().take_if(|(known, ..)| known == id).map(|(_, start, log)| (start, log))
    }

    /// Takes the stream of this conversation; a stream of another one ends here.
    pub(super) fn take_log(&self, conversation: &str) -> Option<EarlyResponse> {
        self.log.take().filter(|(known, _)| **known == *conversation).map(|(_, log)| log)
    }
}

impl Runtime {
    /// Sends `text`, which the shell has already sent with that `id`.
    pub fn send_early(self: &Rc<Self>, text: String, early: &JsValue) {
        let field = |name| json::field(early, name);
        let response = |promise, abort, limit| EarlyResponse {
            promise: field(promise).unchecked_into(),
            guard: AbortGuard::with_controller(field(abort).unchecked_into(), limit),
        };
        let Some(id) = field("id").as_string().map(Rc::<str>::from) else { return };
        let (start, log) = (response("answer", "startAbort", Some(REQUEST_TIMEOUT)), response("log", "logAbort", None));
        *self.requests.early.start.borrow_mut() = Some((id.clone(), start, log));
        if let Ok(release) = field("release").dyn_into() {
            *self.requests.early.leader.borrow_mut() = Some(Lock::from_held(release, field("asked").unchecked_into()));
        }
        self.handle(Input::User(UserAction::Send(text), id));
    }
}
