//! A running widget without its looks: owns stream, timers and listeners, and has one verb for each thing a visitor or page can do.
//!
//! It knows no element, no component and no sentence. Dropping the last handle, or [`Session::destroy`], releases everything.

mod calls;
pub mod client;
pub mod fact;
mod fence;
mod keeper;
pub mod leader;
pub mod line;
mod listening;
pub mod mind;
pub mod order;
pub mod passed;
pub mod prelude;
pub mod reader;
mod rim;
mod sender;
mod shelf;
pub mod stored;
mod talk;
mod together;
pub mod typed;
pub mod word;

use std::rc::{Rc, Weak};

use chataibot_wire::{Pairs, documented::Contact, text::is_blank, token::Uploads};

pub use order::Outgoing;

pub use crate::{api::upload::Step as FileStep, system::PHONE};

use crate::conversation::{
    Conversation,
    gate::{Gate, Step},
};
use fact::Fact;
use rim::Rim;

/// What a session needs to know; made by the element from attributes and properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Full address of `POST /token`.
    pub token_url: Rc<str>,
    /// Base of the two documented calls, such as `https://chat.example.com/api/v1`, without a slash at the end.
    pub api_url: Rc<str>,
    /// Base of `…/conversation/{id}/events`; `None` when replies are the page's affair.
    pub events_url: Option<Rc<str>>,
    /// Which site, when one origin serves several.
    pub site: Option<Rc<str>>,
    /// The page's own id of the signed-in user.
    pub user: Option<Rc<str>>,
    /// What the page's server signed about that user.
    pub identity: Option<Rc<str>>,
    /// Stands on the bot's trigger block; may be empty towards a proxy that knows its bot.
    pub bot_key: Rc<str>,
    /// The contact variables of the start call.
    pub contact: Contact,
    /// Does what the page knows of the contact go before what the visitor writes?
    pub contact_locked: bool,
    /// What is asked of the visitor before, between and after.
    pub gate: Gate,
    /// The conversation variables of the start call.
    pub variables: Pairs,
    /// Keep everything in memory only: nothing survives a reload.
    pub memory_only: bool,
}

/// What a subscriber is called with.
pub type Listener = Rc<dyn Fn(&Rc<Conversation>)>;

impl Settings {
    /// What everything stored begins with: other sites, other proxies and other users see nothing of it.
    #[must_use]
    pub fn storage_prefix(&self) -> String {
        let place = self.site.as_deref().unwrap_or_else(|| origin(&self.token_url));
        match self.user.as_deref() {
            Some(user) => ["chataibot:@", user, ":", place, ":"].concat(),
            None => ["chataibot:", place, ":"].concat(),
        }
    }
}

/// The origin of an absolute address, or whatever stands in its place.
fn origin(url: &str) -> &str {
    let Some(host) = url.find(':').filter(|&at| url[at..].starts_with("://")).map(|at| at + 3) else { return url };
    url[host..].find('/').map_or(url, |at| &url[..host + at])
}

/// A handle on a running session. Clones are the same session.
#[derive(Clone)]
pub struct Session(Rc<Rim>);

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Ends a subscription when dropped.
#[must_use]
pub struct Subscription {
    rim: Weak<Rim>,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(rim) = self.rim.upgrade() {
            rim.unsubscribe(self.number);
        }
    }
}

impl Session {
    /// Starts a session: reads what is stored, and connects only when a conversation is running.
    #[must_use]
    pub fn start(settings: Settings, on_outgoing: Rc<dyn Fn(Outgoing)>) -> Self {
        Self(Rim::start(settings, on_outgoing))
    }

    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> Rc<Conversation> {
        self.0.state()
    }

    /// Calls `listener` after every change, until the subscription is dropped.
    pub fn subscribe(&self, listener: Listener) -> Subscription {
        Subscription { rim: Rc::downgrade(&self.0), number: self.0.subscribe(listener) }
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
        self.0.hear(Fact::Said { id: id.clone(), text: Rc::from(text), typed: typed.map(Rc::from) });
        Some(id)
    }

    /// Sends a failed message again.
    pub fn retry(&self, id: &str) {
        self.0.hear(Fact::RetryAsked { id: Rc::from(id), new_id: self.0.new_id() });
    }

    /// Takes back a message that was not sent.
    pub fn discard(&self, id: &str) {
        self.0.hear(Fact::DiscardAsked { id: Rc::from(id) });
    }

    /// Opens the window.
    pub fn open(&self) {
        self.0.hear(Fact::Opened);
    }

    /// Closes the window. The conversation goes on.
    pub fn close(&self) {
        self.0.hear(Fact::Closed);
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
        self.0.hear(Fact::EarlierAsked);
    }

    /// The visitor found the message of this row helpful, or not. Of messages that are not a bot's or an agent's nothing is kept.
    pub fn feedback(&self, key: u32, helpful: bool) {
        self.0.hear(Fact::Rated { key, helpful });
    }

    /// Ends the conversation: it can be read, and what is said next starts a new one. The platform documents no call for it, so it
    /// is known in this browser only.
    pub fn end(&self) {
        self.0.hear(Fact::EndAsked);
    }

    /// Leaves this conversation; what is said next starts a new one.
    pub fn restart(&self) {
        self.0.hear(Fact::RestartAsked);
    }

    /// Forgets the visitor: wipes storage, ends the conversation here and in other tabs.
    pub fn reset(&self) {
        self.0.hear(Fact::ResetAsked);
    }

    /// The visitor did this at the gate before the chat, or rated what has ended.
    pub fn step(&self, step: Step) {
        self.0.hear(Fact::Stepped(step));
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
    pub fn send_file(&self, file: web_sys::File, told: Box<dyn Fn(FileStep)>) -> impl Sized + 'static {
        let talk = talk::here();
        if talk.is_none() {
            // No conversation has begun that could take it.
            told(FileStep::Failed(0));
            return None;
        }
        talk.map(|talk| (talk.send_file)(&self.0, file, told))
    }

    /// What stands in the composer now.
    pub fn set_draft(&self, text: &str) {
        self.0.hear(Fact::Drafted(Rc::from(text)));
    }

    /// Everything shown was read.
    pub fn mark_read(&self) {
        self.0.hear(Fact::ReadAll);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_kept_apart_by_site_or_else_by_proxy() {
        let mut settings =
            Settings { token_url: Rc::from("https://chat.example.com:8443/token"), ..Settings::default() };
        assert_eq!(settings.storage_prefix(), "chataibot:https://chat.example.com:8443:");
        settings.site = Some(Rc::from("shop"));
        assert_eq!(settings.storage_prefix(), "chataibot:shop:");
        settings.user = Some(Rc::from("42"));
        assert_eq!(settings.storage_prefix(), "chataibot:@42:shop:");
        assert_eq!(origin("https://chat.example.com"), "https://chat.example.com");
    }
}
