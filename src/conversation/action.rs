//! The actions of a conversation: what happened, in the past tense, each with its own time and
//! ids.

use std::rc::Rc;

use chataibot_wire::{Cursor, entry::Assignee};

use super::{
    ConnectionStatus, OutboxMessage, Phase, Problem, RawEntry, SendError,
    onboarding::{Progress, Requirements},
};

/// A fact. `at` is wall-clock time for people, milliseconds since 1970-01-01 UTC; `now` is a
/// monotonic clock in milliseconds.
#[derive(Clone, Debug)]
pub enum Action {
    /// The visitor said something. It shows at once and waits in the outbox.
    Composed {
        /// The client message id, a UUIDv7.
        id: Rc<str>,
        /// What was said.
        text: Rc<str>,
        /// An answer in its own form: see [`OutboxMessage::typed`].
        typed: Option<Rc<str>>,
        /// When.
        at: u64,
    },
    /// The composer holds this now.
    Drafted(Rc<str>),
    /// A message left for the proxy.
    SendBegan {
        /// The client message id.
        id: Rc<str>,
    },
    /// The proxy has the message.
    SendAccepted {
        /// The client message id.
        id: Rc<str>,
        /// When the answer came, monotonic.
        now: u64,
    },
    /// Another tab has settled the message; the log tells how.
    SettledRemotely {
        /// The client message id.
        id: Rc<str>,
    },
    /// It did not get through for now and waits again.
    SendDelayed {
        /// The client message id.
        id: Rc<str>,
    },
    /// The answer was lost on the way from the platform: nobody knows.
    SendUnknown {
        /// The client message id.
        id: Rc<str>,
    },
    /// An answer's form was not taken, and nothing of it kept: it waits again, in words.
    FormRefused {
        /// The client message id.
        id: Rc<str>,
    },
    /// It did not arrive.
    SendFailed {
        /// The client message id.
        id: Rc<str>,
        /// Why.
        error: SendError,
    },
    /// The visitor asked to send a failed message again.
    Requeued {
        /// The client message id so far.
        id: Rc<str>,
        /// The id from now on. The same one, unless the old one got a final answer.
        new_id: Rc<str>,
        /// When.
        at: u64,
    },
    /// The visitor took an unsent message back.
    Discarded {
        /// The client message id.
        id: Rc<str>,
    },
    /// The outbox of an earlier page, or of another tab, was found in storage.
    OutboxFound(Vec<OutboxMessage>),
    /// The first message began a conversation.
    Started {
        /// The proxy's id for it.
        conversation: Rc<str>,
    },
    /// The log brought its next entry.
    Received {
        /// The entry.
        entry: Rc<RawEntry>,
        /// When it came, monotonic.
        now: u64,
    },
    /// The log brought an entry this version cannot read.
    Skipped {
        /// Where it stands.
        cursor: Cursor,
    },
    /// The log could not be continued; this is all that is left of it.
    Rebuilt {
        /// Everything, in order.
        entries: Vec<Rc<RawEntry>>,
        /// Does more stand before it, for the asking?
        earlier: bool,
    },
    /// The log said whether more stands before its first entry here.
    EarlierKnown(bool),
    /// What stands before was asked for.
    EarlierAsked,
    /// A page of it came.
    EarlierCame {
        /// In order; what does not stand before all that is known is left out.
        entries: Vec<Rc<RawEntry>>,
        /// Does more stand before it?
        earlier: bool,
    },
    /// It did not come.
    EarlierFailed,
    /// The visitor said whether a message was helpful.
    Rated {
        /// Where the message stands.
        cursor: Cursor,
        /// Was it?
        helpful: bool,
    },
    /// A stored conversation was found. Replaces the one that was shown; unsent messages stay.
    Restored(Box<Restored>),
    /// The server says that the conversation has ended, or the visitor has ended it.
    Ended,
    /// The conversation is left, or lost: what is said next starts a new one. Unsent messages and
    /// the draft stay.
    Left,
    /// The visitor is forgotten: nothing stays.
    Forgotten,
    /// The window was opened.
    WindowOpened,
    /// The window was closed.
    WindowClosed,
    /// The page is seen again.
    PageShown,
    /// The page is hidden: another tab, or minimised.
    PageHidden,
    /// The visitor read everything up to here, here or in another tab.
    Read {
        /// The last entry read; `None` means the last one there is.
        up_to: Option<Cursor>,
    },
    /// The connection changed.
    ConnectionChanged(ConnectionStatus),
    /// A standing trouble began or went away.
    ProblemChanged(Option<Problem>),
    /// The page asks for this before, between and after.
    RequirementsSet(Requirements),
    /// The visitor has passed this much of it.
    ProgressChanged(Progress),
    /// The browser refuses to keep anything.
    StorageLost,
    /// Time went by.
    Ticked {
        /// Monotonic.
        now: u64,
    },
}

/// What storage knew of a conversation.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// The proxy's id for it; `None` when none was started.
    pub id: Option<Rc<str>>,
    /// New, active or ended.
    pub phase: Phase,
    /// The last entries, in order.
    pub entries: Vec<Rc<RawEntry>>,
    /// Up to where the log was read in: the last entry, or a skipped one after it.
    pub cursor: Option<Cursor>,
    /// The last entry the visitor has read.
    pub read: Option<Cursor>,
    /// Who answered, should the entry that says so be older than those kept.
    pub assignee: Option<Assignee>,
    /// Does more stand in the log before the first entry?
    pub earlier: bool,
    /// Which messages the visitor found helpful or not.
    pub feedback: Vec<(Cursor, bool)>,
}
