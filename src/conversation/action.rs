//! The actions of a conversation: events in the past tense, each with its own time and ids.

use std::rc::Rc;

use chataibot_wire::{Cursor, entry::Assignee};

use super::{
    ConnectionStatus, OutboxMessage, Phase, RawEntry, SendError,
    onboarding::{Progress, Requirements},
};

/// Something that happened. `at` is wall-clock time for display, in milliseconds since 1970-01-01
/// UTC; `now` is a monotonic clock in milliseconds. A message that exists already is named by its
/// client message id.
#[derive(Clone, Debug)]
pub enum Action {
    /// The visitor sent a message. It is shown at once and waits in the outbox.
    Composed {
        /// The client message id, a UUIDv7.
        id: Rc<str>,
        /// The text of the message.
        text: Rc<str>,
        /// The typed form of an answer: see [`OutboxMessage::typed`].
        typed: Option<Rc<str>>,
        /// The time.
        at: u64,
    },
    /// The draft in the composer changed.
    Drafted(Rc<str>),
    /// Sending a message to the proxy began.
    SendBegan(Rc<str>),
    /// The proxy accepted the message.
    SendAccepted {
        /// The client message id.
        id: Rc<str>,
        /// When the answer came, monotonic.
        now: u64,
    },
    /// Another tab has settled the message; the log will tell how.
    SettledRemotely(Rc<str>),
    /// The message failed temporarily and waits again.
    SendDelayed(Rc<str>),
    /// The platform's answer was lost: nobody knows whether the message arrived.
    SendUnknown(Rc<str>),
    /// The typed form of an answer was refused, and nothing of it stored: the message waits again,
    /// as text.
    TypedAnswerRefused(Rc<str>),
    /// The message did not arrive.
    SendFailed {
        /// The client message id.
        id: Rc<str>,
        /// The reason.
        error: SendError,
    },
    /// The visitor asked to send a failed message again.
    Requeued {
        /// The client message id so far.
        id: Rc<str>,
        /// Its new id: the same one, unless that got a final answer.
        new_id: Rc<str>,
        /// The time.
        at: u64,
    },
    /// The visitor discarded an unsent message.
    Discarded(Rc<str>),
    /// The outbox of an earlier page or another tab was found in storage.
    OutboxFound(Vec<OutboxMessage>),
    /// The first message started a conversation, to which the proxy gave this id.
    Started(Rc<str>),
    /// The log delivered its next entry.
    Received {
        /// The entry.
        entry: Rc<RawEntry>,
        /// When it arrived, monotonic.
        now: u64,
    },
    /// At this cursor the log delivered an entry that this version cannot read.
    Skipped(Cursor),
    /// The log could not be continued; these entries are all that is left of it.
    Rebuilt {
        /// Everything, in order.
        entries: Vec<Rc<RawEntry>>,
        /// Whether the log has more before them, on request.
        has_earlier: bool,
    },
    /// The log reported whether it has more before the first entry here.
    EarlierKnown(bool),
    /// Earlier entries were requested.
    EarlierRequested,
    /// A page of earlier entries arrived.
    EarlierReceived {
        /// In order; entries that do not precede all known ones are dropped.
        entries: Vec<Rc<RawEntry>>,
        /// Whether the log has more before them.
        has_earlier: bool,
    },
    /// The request for earlier entries failed.
    EarlierFailed,
    /// The visitor rated a message as helpful or not.
    Rated {
        /// The message's cursor.
        cursor: Cursor,
        /// Whether it was helpful.
        helpful: bool,
    },
    /// A stored conversation was found. It replaces the one shown; unsent messages stay.
    Restored(Box<Restored>),
    /// The proxy reported that the conversation has ended, or the visitor ended it.
    Ended,
    /// The conversation was left or lost: the next message starts a new one. Unsent messages and
    /// the draft stay.
    ConversationLeft,
    /// The visitor was forgotten: nothing stays.
    VisitorForgotten,
    /// The window was opened.
    WindowOpened,
    /// The window was closed.
    WindowClosed,
    /// The page is visible again.
    PageShown,
    /// The page is hidden: another tab, or minimised.
    PageHidden,
    /// The visitor has read everything up to here, in this tab or another.
    Read {
        /// The last entry read; `None` means the newest one.
        up_to: Option<Cursor>,
    },
    /// The connection changed.
    ConnectionChanged(ConnectionStatus),
    /// The chat became unavailable, for a cause that only the operator can remove, or available
    /// again.
    UnavailableChanged(bool),
    /// The host page set its requirements for before, between and after chats.
    RequirementsSet(Requirements),
    /// The visitor's onboarding progress changed.
    ProgressChanged(Progress),
    /// The browser refuses to store anything.
    StorageLost,
    /// Time passed.
    Ticked {
        /// Monotonic.
        now: u64,
    },
}

/// A conversation as restored from storage.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// The proxy's id for it; `None` if none was started.
    pub id: Option<Rc<str>>,
    /// New, active or ended.
    pub phase: Phase,
    /// The last entries, in order.
    pub entries: Vec<Rc<RawEntry>>,
    /// Up to where the log was read: the last entry, or a skipped one after it.
    pub cursor: Option<Cursor>,
    /// The last entry the visitor has read.
    pub read_cursor: Option<Cursor>,
    /// Who answered, in case the entry that says so is older than those kept.
    pub assignee: Option<Assignee>,
    /// Whether the log has more before the first entry.
    pub has_earlier: bool,
    /// Which messages the visitor found helpful or not.
    pub feedback: Vec<(Cursor, bool)>,
}
