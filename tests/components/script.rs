//! Builds conversations from the same actions that a session would apply.

use std::rc::Rc;

use chataibot_widget::conversation::{Action, ConnectionStatus, Conversation, RawEntry, Restored};
use chataibot_wire::content::{Action as Press, Button, ButtonLayout, Buttons, Text};
use chataibot_wire::entry::{Delivery, DeliveryState, Message};
use chataibot_wire::rich_text::RichText;
use chataibot_wire::{Author, Content, Cursor, Entry, Event};

/// A conversation under construction.
pub struct Script {
    pub conversation: Conversation,
    entries: Vec<Rc<RawEntry>>,
    seq: u32,
    at: u64,
}

/// A conversation with a live connection in an open window.
pub fn open() -> Script {
    closed().with(Action::WindowOpened)
}

/// A conversation with a live connection in a closed window.
pub fn closed() -> Script {
    let script = Script { conversation: Conversation::default(), entries: Vec::new(), seq: 0, at: 1_763_800_000_000 };
    script.with(Action::Started("c1".into())).with(Action::ConnectionChanged(ConnectionStatus::Live))
}

pub fn text(words: &str) -> Content {
    Content::Text(Text { body: RichText::plain(words), prompt: None })
}

/// A question with these suggested replies.
pub fn question(title: &str, replies: &[&str]) -> Content {
    let button = |label: &&str| Button { label: (*label).to_owned(), action: Press::Reply((*label).to_owned()) };
    Content::Buttons(Buttons {
        header: None,
        title: RichText::plain(title),
        footer: None,
        buttons: replies.iter().map(button).collect(),
        layout: ButtonLayout::Wrap,
    })
}

impl Script {
    pub fn with(mut self, action: Action) -> Self {
        self.conversation.apply(action);
        self
    }

    /// Sets the time of the next entry.
    pub fn at(self, at: u64) -> Self {
        Self { at: at - 60_000, ..self }
    }

    /// Appends the next entry to the log, a minute after the last.
    pub fn entry(&mut self, event: Event) -> Action {
        self.seq += 1;
        self.at += 60_000;
        let entry = Rc::new(RawEntry::from(Entry { cursor: Cursor { epoch: 1, seq: self.seq }, at: self.at, event }));
        self.entries.push(entry.clone());
        Action::Received { entry, now: u64::from(self.seq) }
    }

    pub fn message(&mut self, author: Author, content: Content, id: Option<&str>) -> Action {
        self.entry(Event::Message(Message { author, client_message_id: id.map(str::to_owned), content }))
    }

    pub fn bot(self, words: &str) -> Self {
        self.bot_shows(text(words))
    }

    pub fn bot_shows(mut self, content: Content) -> Self {
        let action = self.message(Author::Bot, content, None);
        self.with(action)
    }

    pub fn event(mut self, event: Event) -> Self {
        let action = self.entry(event);
        self.with(action)
    }

    /// The visitor's message, logged and sent.
    pub fn visitor(mut self, words: &str) -> Self {
        let id = ["v", &self.seq.to_string()].concat();
        let said = self.message(Author::Visitor, text(words), Some(&id));
        let sent = self.entry(Event::Delivery(Delivery { client_message_id: id, state: DeliveryState::Sent }));
        self.with(said).with(sent)
    }

    /// A message composed in this tab, and what happened to it next.
    pub fn composed(self, id: &str, words: &str, then: impl IntoIterator<Item = Action>) -> Self {
        let at = self.at;
        let script = self.with(Action::Composed { id: id.into(), text: words.into(), typed: None, at });
        then.into_iter().fold(script, Script::with)
    }

    /// The whole log, as it is read again.
    pub fn rebuilt(&self) -> Action {
        Action::Rebuilt { entries: self.entries.clone(), has_earlier: false }
    }

    /// The conversation as storage returns it after a reload.
    pub fn restored(self) -> Self {
        self.restored_from(0)
    }

    /// The same, without the `oldest` first entries.
    pub fn restored_from(self, oldest: usize) -> Self {
        let end = self.entries.len();
        self.restored_part(oldest, end)
    }

    /// The same, with the entries before `end`: later ones arrive later.
    pub fn restored_up_to(self, end: usize) -> Self {
        self.restored_part(0, end)
    }

    fn restored_part(self, from: usize, end: usize) -> Self {
        let entries = self.entries[from..end].to_vec();
        let cursor = entries.last().map(|entry| entry.cursor);
        let open = self.conversation.window_open();
        let restored = Restored {
            id: Some("c1".into()),
            phase: self.conversation.phase(),
            entries,
            cursor,
            read_cursor: cursor,
            assignee: None,
            ..Restored::default()
        };
        let mut conversation = Conversation::default();
        conversation.apply(Action::Restored(Box::new(restored)));
        conversation.apply(Action::ConnectionChanged(ConnectionStatus::Live));
        if open {
            conversation.apply(Action::WindowOpened);
        }
        Self { conversation, ..self }
    }
}
