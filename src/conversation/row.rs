//! One row of the message list: a message or a notice, with the key it keeps from local echo to
//! the end.

use std::rc::Rc;

use chataibot_wire::{Author, Content, Cursor, Event, entry::Assignee};

use super::RawEntry;

/// One row of the message list. Rows are replaced, never changed: a row that is the same `Rc` looks
/// the same.
#[derive(Clone, Debug)]
pub struct Row {
    /// Stays with the row for its whole life, from local echo to logged, and is never given twice.
    /// Newer rows have larger keys.
    pub key: u32,
    /// When it was said: milliseconds since 1970-01-01 UTC; the visitor's clock until the row is
    /// logged, then the proxy's.
    pub at: u64,
    /// What the row shows.
    pub kind: RowKind,
    /// Does another author or another minute stand above?
    pub first_in_group: bool,
    /// Does another author or another minute stand below?
    pub last_in_group: bool,
    /// Did it arrive while this page was looking, and not from storage or a rebuilt log? Only such
    /// rows are announced.
    pub fresh: bool,
}

/// What a row shows.
#[derive(Clone, Debug)]
pub enum RowKind {
    /// Somebody said something.
    Message(MessageRow),
    /// Something happened to the conversation.
    Notice(Notice),
}

/// A message in the list.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// Who said it.
    pub author: Author,
    /// The client message id of a visitor's message sent by this widget: what `retry` and `discard`
    /// want.
    pub id: Option<Rc<str>>,
    /// Where the message is on its way into the log.
    pub delivery: Delivery,
    /// Did the visitor find it helpful? `None` while they have not said.
    pub feedback: Option<bool>,
    pub(super) body: Body,
}

/// Shared with the log where there is one, so that a long history is kept once.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Local(Rc<Content>),
    Logged(Rc<RawEntry>),
}

/// Where a message is on its way into the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Only here.
    Local(SendState),
    /// In the log; for messages of bots and agents the state is [`SendState::Sent`].
    Logged(Cursor, SendState),
}

impl Delivery {
    /// How the sending stands, logged or not.
    #[must_use]
    pub fn state(self) -> SendState {
        match self {
            Self::Local(state) | Self::Logged(_, state) => state,
        }
    }
}

/// How the sending of a visitor's message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendState {
    /// Waits for its turn or for the network.
    Queued,
    /// On its way.
    Sending,
    /// Nobody knows whether it arrived; it is not sent again, and the log will tell.
    Unknown,
    /// It did not arrive.
    Failed(SendError),
    /// The other side has it.
    Sent,
}

impl SendState {
    /// Once the log says so, is there nothing left to ask for with this message's key?
    #[must_use]
    pub fn is_settled(self) -> bool {
        match self {
            Self::Sent | Self::Unknown | Self::Failed(SendError::Refused) => true,
            Self::Queued | Self::Sending | Self::Failed(SendError::Temporary | SendError::Ended) => false,
        }
    }
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// For now: trying again can help.
    Temporary,
    /// The conversation has ended; in a new one it can be sent.
    Ended,
    /// For good: trying again cannot help.
    Refused,
}

impl SendError {
    /// Is "try again" worth offering?
    #[must_use]
    pub fn can_retry(self) -> bool {
        match self {
            Self::Temporary | Self::Ended => true,
            Self::Refused => false,
        }
    }
}

/// Something that happened to the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Another person or bot answers from now on.
    Handover(Assignee),
    /// The conversation was closed.
    Ended,
    /// A closed conversation goes on.
    Reopened,
}

impl Row {
    /// The message, when the row is one.
    #[must_use]
    pub fn message(&self) -> Option<&MessageRow> {
        match &self.kind {
            RowKind::Message(message) => Some(message),
            RowKind::Notice(_) => None,
        }
    }

    /// The notice, when the row is one.
    #[must_use]
    pub fn notice(&self) -> Option<&Notice> {
        match &self.kind {
            RowKind::Message(_) => None,
            RowKind::Notice(notice) => Some(notice),
        }
    }
}

impl MessageRow {
    /// What was said.
    #[must_use]
    pub fn content(&self) -> &Content {
        match &self.body {
            Body::Local(content) => content,
            Body::Logged(entry) => match &entry.event {
                Event::Message(message) => &message.content,
                Event::Delivery(_) | Event::Status(_) | Event::Assignee(_) => &Content::Delay,
            },
        }
    }

    /// The log's entry of this message, once it is there.
    #[must_use]
    pub fn logged(&self) -> Option<&Rc<RawEntry>> {
        match &self.body {
            Body::Local(_) => None,
            Body::Logged(entry) => Some(entry),
        }
    }
}

/// Cheap: same key, same state, and the very same content in memory.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        let same_kind = match (&self.kind, &other.kind) {
            (RowKind::Message(a), RowKind::Message(b)) => {
                a.author == b.author
                    && a.id == b.id
                    && a.delivery == b.delivery
                    && a.feedback == b.feedback
                    && a.body.is(&b.body)
            }
            (RowKind::Notice(a), RowKind::Notice(b)) => a == b,
            (RowKind::Message(_), RowKind::Notice(_)) | (RowKind::Notice(_), RowKind::Message(_)) => false,
        };
        same_kind
            && self.key == other.key
            && self.at == other.at
            && self.first_in_group == other.first_in_group
            && self.last_in_group == other.last_in_group
            && self.fresh == other.fresh
    }
}

impl Body {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local(a), Self::Local(b)) => Rc::ptr_eq(a, b),
            (Self::Logged(a), Self::Logged(b)) => Rc::ptr_eq(a, b),
            (Self::Local(_), Self::Logged(_)) | (Self::Logged(_), Self::Local(_)) => false,
        }
    }
}
