//! A row of the message list. It keeps its key from local echo to logged entry.

use std::rc::Rc;

use chataibot_wire::{Author, Content, Cursor, Event, entry::Assignee};

use super::RawEntry;

/// One row of the message list. Rows are replaced, never changed: the same `Rc` always looks the
/// same. Comparing them is cheap: content is compared by address.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Stays with the row from local echo to logged; unique. Newer rows have larger keys.
    pub key: u32,
    /// When it was said, in Unix milliseconds: by the visitor's clock, once logged the proxy's.
    pub at: u64,
    /// What the row shows.
    pub kind: RowKind,
    /// Whether the row above has another author or minute.
    pub first_in_group: bool,
    /// Whether the row below has another author or minute.
    pub last_in_group: bool,
    /// Whether it is new to this page: received live, or in a rebuilt log after everything shown,
    /// but not from storage. Only such rows are announced.
    pub is_new: bool,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq)]
pub enum RowKind {
    /// A message.
    Message(MessageRow),
    /// A notice about the conversation.
    Notice(Notice),
}

/// A message in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    /// Who wrote it.
    pub author: Author,
    /// The client message id, if this widget sent it; `retry` and `discard` take it.
    pub id: Option<Rc<str>>,
    /// Whether it is logged, and its send state.
    pub state: MessageState,
    /// Whether the visitor found it helpful; `None` if not rated.
    pub feedback: Option<bool>,
    pub(super) body: Body,
}

/// The content; shared with the log where it is logged, so that a long history is kept once.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Local(Rc<Content>),
    Logged(Rc<RawEntry>),
}

/// Whether a message is logged, and its send state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// Not in the log.
    Local(SendState),
    /// In the log; for messages of bots and agents the state is [`SendState::Sent`].
    Logged(Cursor, SendState),
}

impl MessageState {
    /// The send state, logged or not.
    pub fn send_state(self) -> SendState {
        match self {
            Self::Local(state) | Self::Logged(_, state) => state,
        }
    }
}

/// The send state of a visitor's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendState {
    /// Waits for its turn or for the network.
    Queued,
    /// In flight.
    Sending,
    /// Nobody knows whether it arrived. It is not sent again; the log will tell.
    Unknown,
    /// It did not arrive.
    Failed(SendError),
    /// It arrived.
    Sent,
}

impl SendState {
    /// Whether this state, in the log, is final: sending the key again is pointless.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Sent | Self::Unknown | Self::Failed(SendError::Refused))
    }
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// Temporary: trying again can help.
    Temporary,
    /// The conversation has ended; the message can be sent in a new one.
    Ended,
    /// Permanent: trying again cannot help.
    Refused,
}

impl SendError {
    /// Whether to offer a retry.
    pub fn can_retry(self) -> bool {
        self != Self::Refused
    }
}

/// Something that happened to the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Another person or bot answers from now on.
    Handover(Assignee),
    /// The conversation was closed.
    Ended,
    /// A closed conversation was reopened.
    Reopened,
}

impl Row {
    /// The message, if the row is one.
    pub fn message(&self) -> Option<&MessageRow> {
        match &self.kind {
            RowKind::Message(message) => Some(message),
            RowKind::Notice(_) => None,
        }
    }

    /// Whether the row is a message of the bot or a team member.
    pub fn is_reply(&self) -> bool {
        self.message().is_some_and(|message| message.author != Author::Visitor)
    }

    /// The notice, if the row is one.
    pub fn notice(&self) -> Option<&Notice> {
        match &self.kind {
            RowKind::Message(_) => None,
            RowKind::Notice(notice) => Some(notice),
        }
    }
}

impl MessageRow {
    /// The content of the message.
    pub fn content(&self) -> &Content {
        match &self.body {
            Body::Local(content) => content,
            Body::Logged(entry) => match &entry.event {
                Event::Message(message) => &message.content,
                Event::Delivery(_) | Event::Status(_) | Event::Assignee(_) => &Content::Delay,
            },
        }
    }

    /// The message's entry in the log, if it is logged.
    pub fn log_entry(&self) -> Option<&Rc<RawEntry>> {
        match &self.body {
            Body::Local(_) => None,
            Body::Logged(entry) => Some(entry),
        }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local(a), Self::Local(b)) => Rc::ptr_eq(a, b),
            (Self::Logged(a), Self::Logged(b)) => Rc::ptr_eq(a, b),
            (Self::Local(_), Self::Logged(_)) | (Self::Logged(_), Self::Local(_)) => false,
        }
    }
}
