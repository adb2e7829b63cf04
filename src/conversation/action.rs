//! The actions of a conversation: events in the past tense, each with its own time and ids.

use std::rc::Rc;

use chataibot_wire::{Cursor, entry::Assignee};

use super::onboarding::{Progress, Requirements};
use super::{ConnectionStatus, OutboxMessage, Phase, RawEntry, SendError};

/// Something that happened. `at` is wall-clock time in milliseconds since 1970-01-01 UTC, `now` a
/// monotonic clock in milliseconds. Known messages are named by their client message id.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum Action {
    /// The visitor sent a message. It is shown at once and waits in the outbox. `id` is a UUIDv7;
    /// `typed` is the typed form of an answer: see [`OutboxMessage::typed`].
    Composed { id: Rc<str>, text: Rc<str>, typed: Option<Rc<str>>, at: u64 },
    /// The draft in the composer changed.
    Drafted(Rc<str>),
    /// Sending a message to the proxy began.
    SendBegan(Rc<str>),
    /// The proxy accepted the message.
    SendAccepted { id: Rc<str>, now: u64 },
    /// Another tab has settled the message; the log will tell how.
    SettledRemotely(Rc<str>),
    /// The message failed temporarily and waits again.
    SendDelayed(Rc<str>),
    /// The platform's answer was lost: nobody knows whether the message arrived.
    SendUnknown(Rc<str>),
    /// The typed form of an answer was refused, nothing stored: it waits again, as text.
    TypedAnswerRefused(Rc<str>),
    /// The message did not arrive.
    SendFailed { id: Rc<str>, error: SendError },
    /// The visitor asked to send a failed message again, with a new id if it got a final answer.
    Requeued { id: Rc<str>, new_id: Rc<str>, at: u64 },
    /// The visitor discarded an unsent message.
    Discarded(Rc<str>),
    /// The outbox of an earlier page or another tab was found in storage.
    OutboxFound(Vec<OutboxMessage>),
    /// The first message started a conversation, to which the proxy gave this id.
    Started(Rc<str>),
    /// The log delivered its next entry.
    Received { entry: Rc<RawEntry>, now: u64 },
    /// At this cursor the log delivered an entry that this version cannot read.
    Skipped(Cursor),
    /// The log could not be continued; these entries are what is left of it, or its last part.
    Rebuilt { entries: Vec<Rc<RawEntry>>, has_earlier: bool },
    /// The log reported whether it has more before the first entry here.
    EarlierKnown(bool),
    /// Earlier entries were requested.
    EarlierRequested,
    /// A page of earlier entries arrived, in order; those that do not precede all known ones are
    /// dropped. `has_earlier`: whether the log has more before them.
    EarlierReceived { entries: Vec<Rc<RawEntry>>, has_earlier: bool },
    /// The request for earlier entries failed.
    EarlierFailed,
    /// The visitor rated the message at this cursor as helpful or not.
    Rated { cursor: Cursor, helpful: bool },
    /// A stored conversation was found. It replaces the one shown; unsent messages stay.
    Restored(Box<Restored>),
    /// The proxy reported that the conversation has ended, or the visitor ended it.
    Ended,
    /// The conversation was left or lost. Unsent messages and the draft stay.
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
    /// The visitor has read up to this entry, in this tab or another; `None`: the newest.
    Read { up_to: Option<Cursor> },
    /// The connection changed.
    ConnectionChanged(ConnectionStatus),
    /// The chat became unavailable, until the operator acts, or available again.
    UnavailableChanged(bool),
    /// The host page set its requirements for before, between and after chats.
    RequirementsSet(Requirements),
    /// The visitor's onboarding progress changed.
    ProgressChanged(Progress),
    /// The browser refuses to store anything.
    StorageLost,
    /// Time passed.
    Ticked { now: u64 },
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
