//! Boundary to JavaScript: what the loader's custom element calls, and the events it receives.
//!
//! The element itself, with its attributes, its lifecycle and its DOM events, is
//! `loader/element.js`. This module turns settings into a running widget, and the widget's events
//! into plain objects. No other module knows both sides.

mod handle;

use std::rc::Rc;

use chataibot_wire::{Author, documented::Contact, entry::Status};
use js_sys::{Array, Function, JSON, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::components::{Transcript, UserAction, attached, requirements_of};
use crate::config::{Config, Name, from_js};
use crate::conversation::onboarding::Rating;
use crate::conversation::{ConnectionStatus, Conversation, MessageRow, Phase};
use crate::machine::effect::PageEvent;
use crate::runtime::Settings;
use handle::Handle;

/// A running widget. Dropping it in JavaScript (`free`) is the same as [`Mounted::destroy`].
#[wasm_bindgen]
pub struct Mounted(Rc<Handle>);

/// Starts a runtime and renders the widget into `container`, an element that nothing else touches;
/// with `later`, [`Mounted::render`] renders it. `launcher` is the button that the page shows
/// already, alone in an element of its own: the widget takes it over.
///
/// `settings` maps attribute or property names to values, as in [`from_js::apply`]. `spoken` is as
/// in [`Mounted::speak`]; given here, nothing is rendered in another language first. Calls
/// `tell(type, detail)` for everything the page may want to know; the element makes it an event.
#[wasm_bindgen]
pub fn mount(
    container: Element,
    launcher: Element,
    settings: &JsValue,
    spoken: &JsValue,
    tell: Function,
    later: bool,
) -> Mounted {
    let mut config = Config::default();
    from_js::apply(&mut config, settings, &mut warn);
    config.set_language(from_js::language(spoken));
    let handle = Handle::begin(container, launcher, config, tell);
    // A shell of the previous version does not pass `later`.
    if !later {
        handle.render(false);
    }
    Mounted(handle)
}

#[wasm_bindgen]
impl Mounted {
    /// Renders the widget for the first time, soon; with `prepares`, only prepares that.
    pub fn render(&self, prepares: bool) {
        self.0.render(prepares);
    }

    /// Reports that the container, rendered into outside of the page, is now in the page.
    pub fn attached(&self) {
        attached();
    }

    /// Opens the window.
    pub fn open(&self) {
        self.0.act(UserAction::Open);
    }

    /// Closes the window. The conversation goes on.
    pub fn close(&self) {
        self.0.act(UserAction::Close);
    }

    /// Opens the window if it is closed, and closes it if it is open.
    pub fn toggle(&self) {
        let open = self.0.source().is_some_and(|source| source.state().window_open());
        self.0.act(if open { UserAction::Close } else { UserAction::Open });
    }

    /// Sends `text` as the visitor. Returns the message's id, or nothing for a blank text.
    pub fn send(&self, text: &str) -> Option<String> {
        self.0.act(UserAction::Send(text.to_owned())).map(|id| id.as_ref().into())
    }

    /// Takes over the first message `text`, which the shell has sent; `early` is `{id, answer,
    /// startAbort, log, logAbort, release, asked}`.
    #[wasm_bindgen(js_name = sendEarly)]
    pub fn send_early(&self, text: &str, early: &JsValue) {
        self.0.send_early(text.to_owned(), early);
    }

    /// Puts `text` into the message field.
    pub fn prefill(&self, text: &str) {
        self.0.act(UserAction::Draft(text.to_owned()));
    }

    /// Forgets visitor and conversation, here and in storage.
    pub fn reset(&self) {
        self.0.act(UserAction::Reset);
    }

    /// Saves the conversation as a file: a web page, or plain text.
    pub fn transcript(&self, html: bool) {
        self.0.save_transcript(if html { Transcript::Html } else { Transcript::Text });
    }

    /// Changes the given settings and keeps the others.
    pub fn update(&self, settings: &JsValue) {
        self.0.change(|config| from_js::apply(config, settings, &mut warn));
    }

    /// Sets the language to `spoken`, which is `{tag, words}`; English if there are no words.
    pub fn speak(&self, spoken: &JsValue) {
        self.0.change(|config| config.set_language(from_js::language(spoken)));
    }

    /// State of the widget for the page: `{open, unread, phase, link, conversation}`.
    pub fn state(&self) -> JsValue {
        let state = self.0.source().map(|source| source.state()).unwrap_or_default();
        object(&[
            ("open", state.window_open().into()),
            ("unread", state.unread().into()),
            ("phase", phase(&state).into()),
            ("link", link(&state).into()),
            ("conversation", state.id().map_or(JsValue::NULL, |id| JsValue::from_str(id))),
        ])
    }

    /// Removes the widget: elements, stream, timers, listeners. Stored data stays.
    pub fn destroy(&self) {
        self.0.end();
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.destroy();
    }
}

fn runtime_settings(config: &Config) -> Settings {
    let address = config.address();
    let owned = |fact| config.contact(fact).map(|text| text.as_ref().to_owned());
    Settings {
        token_url: address.token.into(),
        api_url: address.api.into(),
        events_url: address.events.map(Into::into),
        site: config.given(Name::Site),
        user: config.given(Name::User),
        identity: config.given(Name::Identity),
        bot_key: config.given(Name::BotKey).unwrap_or_default(),
        contact: Contact {
            name: owned(Name::ContactName),
            email: owned(Name::ContactEmail),
            phone: owned(Name::ContactPhone),
        },
        contact_locked: config.flag(Name::ContactLocked),
        requirements: requirements_of(config),
        variables: config.variables().as_ref().clone(),
        memory_only: config.text(Name::Storage) == "memory",
    }
}

fn report(tell: &Function, outgoing: PageEvent) {
    let js = JsValue::from_str;
    let (kind, detail) = match outgoing {
        PageEvent::Opened => ("open", object(&[])),
        PageEvent::Closed => ("close", object(&[])),
        PageEvent::Started { conversation } => ("conversation", object(&[("id", js(&conversation))])),
        PageEvent::Sent { id, text } => ("sent", object(&[("id", js(&id)), ("text", js(&text))])),
        PageEvent::Received(message) => ("message", received_detail(&message)),
        PageEvent::Unread(count) => ("unread", object(&[("count", count.into())])),
        PageEvent::Status(Status::Open) => ("status", object(&[("status", "open".into())])),
        PageEvent::Status(Status::Closed) => ("status", object(&[("status", "closed".into())])),
        PageEvent::Feedback { text, helpful } => {
            ("feedback", object(&[("text", js(&text)), ("helpful", helpful.into())]))
        }
        PageEvent::Consent { given } => ("consent", object(&[("given", given.into())])),
        PageEvent::Rated { rating: Rating { value, best, comment }, conversation } => {
            let conversation = conversation.map_or(JsValue::NULL, |id| js(&id));
            let (value, best, comment) = (value.into(), best.into(), comment.into());
            let detail = [("value", value), ("best", best), ("comment", comment), ("conversation", conversation)];
            ("rating", object(&detail))
        }
        PageEvent::Error { code, message } => ("error", object(&[("code", js(&code)), ("message", js(&message))])),
    };
    // `tell` dispatches an event: the browser reports what listeners throw.
    let called = tell.call2(&JsValue::NULL, &kind.into(), &detail);
    debug_assert!(called.is_ok(), "the element's tell threw");
}

/// Asks the page about a visitor's message. Returns the text to send, perhaps changed.
fn before_send(tell: &Function, text: &str) -> Option<String> {
    let detail = object(&[("text", JsValue::from_str(text))]);
    let allowed = tell.call2(&JsValue::NULL, &"before-send".into(), &detail).is_ok_and(|allowed| allowed.is_truthy());
    // If the page replaced the text with another type, there is nothing to send.
    allowed.then(|| Reflect::get(&detail, &"text".into()).ok().and_then(|text| text.as_string()).unwrap_or_default())
}

fn received_detail(message: &MessageRow) -> JsValue {
    // As received: `entry.event.message.content`.
    let entry = message.log_entry().and_then(|entry| JSON::parse(entry.json()).ok()).unwrap_or_default();
    let content = ["event", "message", "content"]
        .iter()
        .fold(entry, |value, name| Reflect::get(&value, &JsValue::from_str(name)).unwrap_or_default());
    let author = match message.author {
        Author::Bot => "bot",
        Author::Agent => "agent",
        Author::Visitor => "visitor",
    };
    object(&[("author", author.into()), ("text", message.content().to_plain().into()), ("content", content)])
}

fn phase(state: &Conversation) -> &'static str {
    match state.phase() {
        Phase::New => "new",
        Phase::Active => "active",
        Phase::Ended => "ended",
    }
}

fn link(state: &Conversation) -> &'static str {
    match state.connection() {
        ConnectionStatus::Idle => "idle",
        ConnectionStatus::Connecting => "connecting",
        ConnectionStatus::Live => "live",
        ConnectionStatus::Reconnecting { .. } => "reconnecting",
        ConnectionStatus::Offline => "offline",
    }
}

/// Creates an object with own properties, whatever a page has added to `Object.prototype`.
fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let pairs: Array = entries.iter().map(|(key, value)| Array::of2(&JsValue::from_str(key), value)).collect();
    // Pairs of a name and a value are always accepted.
    Object::from_entries(&pairs).map_or(JsValue::UNDEFINED, JsValue::from)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn warn(line: &str);
}
