//! The handle of a runtime: one method for each thing a visitor or page can do. Dropping the last handle, or [`Session::destroy`],
//! releases everything.

use std::rc::{Rc, Weak};

use chataibot_wire::{text::is_blank, token::Uploads};

use super::{Listener, PageEvent, Runtime, Settings, lazy};
use crate::{
    api::upload::UploadProgress,
    conversation::{Conversation, onboarding::OnboardingEvent},
    machine::input::Input,
};

/// A handle on a running session. Clones are the same session.
#[derive(Clone)]
pub struct Session(Rc<Runtime>);

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Ends a subscription when dropped.
#[must_use]
pub struct Subscription {
    runtime: Weak<Runtime>,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.upgrade() {
            runtime.unsubscribe(self.number);
        }
    }
}

impl Session {
    /// Starts a session: reads what is stored, and connects only when a conversation is running.
    #[must_use]
    pub fn start(settings: Settings, on_event: Rc<dyn Fn(PageEvent)>) -> Self {
        Self(Runtime::start(settings, on_event))
    }

    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> Rc<Conversation> {
        self.0.state()
    }

    /// Requests `listener` after every change, until the subscription is dropped.
    pub fn subscribe(&self, listener: Listener) -> Subscription {
        Subscription { runtime: Rc::downgrade(&self.0), number: self.0.subscribe(listener) }
    }

    /// Says `text`. Blank texts are ignored. Returns the client message id.
    pub fn send(&self, text: &str) -> Option<Rc<str>> {
        self.answer(text, None)
    }

    /// Says `text`; `typed` is the same as the `message` of a send in JSON, and goes in its place where the site takes it.
    pub fn answer(&self, text: &str, typed: Option<&str>) -> Option<Rc<str>> {
        // To the letter: spaces at the beginning of a pasted line are part of it.
        if is_blank(text) || self.0.is_gone() {
            return None;
        }
        let id = self.0.new_id();
        self.0.handle(Input::Said { id: id.clone(), text: Rc::from(text), typed: typed.map(Rc::from) });
        Some(id)
    }

    /// Sends a failed message again.
    pub fn retry(&self, id: &str) {
        self.0.handle(Input::RetryAsked { id: Rc::from(id), new_id: self.0.new_id() });
    }

    /// Takes back a message that was not sent.
    pub fn discard(&self, id: &str) {
        self.0.handle(Input::DiscardAsked { id: Rc::from(id) });
    }

    /// Opens the window.
    pub fn open(&self) {
        self.0.handle(Input::Opened);
    }

    /// Closes the window. The conversation goes on.
    pub fn close(&self) {
        self.0.handle(Input::Closed);
    }

    /// Opens the closed window, closes the open one.
    pub fn toggle(&self) {
        if self.state().window_open() {
            self.close();
        } else {
            self.open();
        }
    }

    /// Asks for what stands in the log before the first row. How that goes on is told by [`Conversation::earlier`].
    pub fn load_earlier(&self) {
        self.0.handle(Input::EarlierAsked);
    }

    /// The visitor found the message of this row helpful, or not. Of messages that are not a bot's or an agent's nothing is kept.
    pub fn feedback(&self, key: u32, helpful: bool) {
        self.0.handle(Input::Rated { key, helpful });
    }

    /// Ends the conversation: it can be read, and what is said next starts a new one. The platform documents no call for it, so it
    /// is known in this browser only.
    pub fn end(&self) {
        self.0.handle(Input::EndAsked);
    }

    /// Leaves this conversation; what is said next starts a new one.
    pub fn restart(&self) {
        self.0.handle(Input::RestartAsked);
    }

    /// Forgets the visitor: wipes storage, ends the conversation here and in other tabs.
    pub fn reset(&self) {
        self.0.handle(Input::ResetAsked);
    }

    /// The visitor did this at the gate before the chat, or rated what has ended.
    pub fn step(&self, step: OnboardingEvent) {
        self.0.handle(Input::Stepped(step));
    }

    /// Does the site take answers in forms of their own?
    #[must_use]
    pub fn takes_typed(&self) -> bool {
        self.0.takes_typed()
    }

    /// Which files can be sent, if any.
    #[must_use]
    pub fn takes_files(&self) -> Option<Uploads> {
        self.0.takes_files()
    }

    /// Sends a file, and tells `told` how that goes. The answer is held as long as the file is wanted.
    pub fn send_file(&self, file: web_sys::File, told: Box<dyn Fn(UploadProgress)>) -> impl Sized + 'static {
        let talk = lazy::loaded();
        if talk.is_none() {
            // No conversation has start_answer_id that could take it.
            told(UploadProgress::Failed(0));
            return None;
        }
        talk.map(|talk| (talk.send_file)(&self.0, file, told))
    }

    /// What stands in the composer now.
    pub fn set_draft(&self, text: &str) {
        self.0.handle(Input::Drafted(Rc::from(text)));
    }

    /// Everything shown was read.
    pub fn mark_read(&self) {
        self.0.handle(Input::ReadAll);
    }

    /// Takes new settings. Another proxy, site or storage begins anew with what is stored there.
    pub fn update(&self, settings: Settings) {
        self.0.update(settings);
    }

    /// Releases everything: stream, timers, listeners. What is stored stays. Verbs do nothing afterwards.
    pub fn destroy(&self) {
        self.0.destroy();
    }
}
