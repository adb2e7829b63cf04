//! The inputs of a machine: from the visitor, the proxy, the browser and other tabs.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::storage_schema::{StoredConversation, StoredPending, StoredSession};
use super::tab_message::TabMessage;
use super::user_action::UserAction;
use crate::api::{ApiError, Credentials};
use crate::conversation::RawEntry;
use crate::conversation::onboarding::{Progress, Requirements};

pub use crate::api::sse::{Frame, frame_of};

/// When an input is handled. All times and random numbers come from here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// Monotonic milliseconds.
    pub monotonic: u64,
    /// Milliseconds since 1970-01-01 UTC, by the visitor's clock.
    pub unix: u64,
    /// Uniform over `u32`.
    pub random: u32,
}

/// An input of a machine. `id` is the client message id that a request carried, `generation` that
/// of a log request.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum Input {
    /// Storage was read. This is the first input, except for `RequirementsSet`.
    Loaded(Box<StoredSession>),

    /// The visitor did something; with a new client message id, in case it sends a message.
    User(UserAction, Rc<str>),
    /// What the host page requires of a visitor before, between and after chats.
    RequirementsSet(Requirements),

    /// The token request was answered or failed.
    TokenAnswered(Result<Rc<Credentials>, ApiError>),
    /// The start request was answered, with the conversation's id.
    StartAnswered { id: Rc<str>, result: Result<Rc<str>, ApiError> },
    /// The send request was answered.
    SendAnswered { id: Rc<str>, result: Result<(), ApiError> },
    /// The message was no longer in storage when its turn came: another tab has settled it.
    SettledRemotely { id: Rc<str> },

    /// The stream's response head came.
    StreamOpened { generation: u32 },
    /// The stream delivered bytes, which completed these frames, in order; often none.
    StreamFrames { generation: u32, frames: Vec<Frame> },
    /// The stream ended normally.
    StreamEnded { generation: u32 },
    /// The stream or a poll failed.
    LogFailed { generation: u32, failure: ApiError },
    /// A poll was answered. [`Frame::Reset`] comes first if the log could not be continued.
    Polled { generation: u32, frames: Vec<Frame> },

    /// The request for the page before a cursor was answered: the entries, in order, and whether
    /// there are more before them.
    PageAnswered { before: Cursor, result: Result<(Vec<Rc<RawEntry>>, bool), ApiError> },

    /// This tab holds the lock: it is the leader.
    LockAcquired,
    /// Another tab took the lock away.
    LockLost,
    /// The browser provides no lock or no channel after all.
    TabsUnavailable,
    /// Another tab sent a message.
    TabMessage(TabMessage),
    /// Another tab changed the conversation in storage; `None` if it removed it.
    RemoteConversation(Option<Box<StoredConversation>>),
    /// Another tab changed the visitor in storage; `None` if it removed them.
    RemoteVisitor(Option<Rc<Credentials>>),
    /// Another tab wrote a message of the outbox, or removed it (`None`).
    RemoteOutbox { id: Rc<str>, stored: Option<StoredPending> },
    /// The stored data is gone: the host page has cleared it, in some tab.
    StorageCleared,
    /// Another tab stored the onboarding progress.
    RemoteProgress(Progress),
    /// Storage throws: nothing is stored from now on.
    StorageLost,

    /// The browser has a network again.
    Online,
    /// The browser lost its network.
    Offline,
    /// The page is visible again.
    Shown,
    /// The page is hidden.
    Hidden,
    /// The page, or the whole computer, was asleep.
    Resumed,
    /// The page is being frozen, or enters the back-forward cache.
    Frozen,
    /// The time that [`super::chat::ChatMachine::due`] returned has come.
    Ticked,
}
