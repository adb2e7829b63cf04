//! Builder of scenes: applies actions one after the other, a minute apart, the last one at `NOW`.

use std::rc::Rc;

use chataibot_wire::entry::{Assignee, Message, Status};
use chataibot_wire::{Author, Content, Cursor, Entry, Event, RichText, content::Text};

use crate::conversation::{Action, ConnectionStatus, Conversation, RawEntry};

/// The time at which all scenes play: 2026-03-02, 10:30 UTC, a Monday.
pub const NOW: u64 = 1_772_447_400_000;

/// A minute, in milliseconds.
const MINUTE: u64 = 60_000;

pub(super) struct SceneBuilder {
    pub(super) conversation: Conversation,
    seq: u32,
    at: u64,
}

impl SceneBuilder {
    /// Starts with an open window and no conversation.
    pub(super) fn fresh() -> Self {
        Self { conversation: Conversation::default(), seq: 0, at: NOW }.then(Action::WindowOpened)
    }

    /// Starts with an open window and a running conversation, which will have `lines` lines.
    pub(super) fn new(lines: u32) -> Self {
        let builder =
            Self::fresh().then(Action::Started("scene".into())).then(Action::ConnectionChanged(ConnectionStatus::Live));
        Self { at: NOW - u64::from(lines) * MINUTE, ..builder }
    }

    pub(super) fn then(mut self, action: Action) -> Self {
        self.conversation.apply(action);
        self
    }

    fn entry(mut self, event: Event) -> Self {
        self.seq += 1;
        self.at = (self.at + MINUTE).min(NOW);
        let entry = Entry { cursor: Cursor { epoch: 1, seq: self.seq }, at: self.at, event };
        self.then(Action::Received { entry: Rc::new(RawEntry::from(entry)), now: 0 })
    }

    fn message(self, author: Author, content: Content, id: Option<&str>) -> Self {
        self.entry(Event::Message(Message { author, client_message_id: id.map(String::from), content }))
    }

    pub(super) fn bot_shows(self, content: Content) -> Self {
        self.message(Author::Bot, content, None)
    }

    pub(super) fn bot(self, words: &str) -> Self {
        self.bot_shows(text(words))
    }

    pub(super) fn agent(self, words: &str) -> Self {
        self.message(Author::Agent, text(words), None)
    }

    /// Adds a text of the visitor that has arrived.
    pub(super) fn visitor(self, words: &str) -> Self {
        let id = ["visitor-", &self.seq.to_string()].concat();
        self.message(Author::Visitor, text(words), Some(&id))
            .then(Action::SendAccepted { id: id.into(), now: 0 })
            .then(Action::Ticked { now: u64::MAX })
    }

    /// Adds a text that the visitor has just sent; `actions` determine its state.
    pub(super) fn just_sent(self, id: &str, words: &str, actions: impl IntoIterator<Item = Action>) -> Self {
        let message = self.then(Action::Composed { id: id.into(), text: words.into(), typed: None, at: NOW });
        actions.into_iter().fold(message, Self::then)
    }

    pub(super) fn handed_over_to(self, name: Option<&str>, picture: Option<String>) -> Self {
        self.entry(Event::Assignee(Assignee { kind: Author::Agent, name: name.map(String::from), picture }))
    }

    pub(super) fn status(self, status: Status) -> Self {
        self.entry(Event::Status(status))
    }
}

pub(super) fn text(words: &str) -> Content {
    Content::Text(Text { body: RichText::plain(words), prompt: None })
}
