//! The inputs of a machine: actions of the visitor, answers of the proxy, events of the browser and
//! of other tabs.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::{
    storage_schema::{StoredConversation, StoredPending, StoredSession},
    tab_message::TabMessage,
    user_action::UserAction,
};
use crate::{
    api::{ApiError, Credentials},
    conversation::{
        RawEntry,
        onboarding::{Progress, Requirements},
    },
};

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

/// An input of a machine.
#[derive(Clone, Debug)]
pub enum Input {
    /// Storage was read. This is the first input, except for `RequirementsSet`.
    Loaded(Box<StoredSession>),

    /// The visitor did something; with a new client message id, in case it sends a message.
    User(UserAction, Rc<str>),
    /// What the host page requires of a visitor before, between and after chats.
    RequirementsSet(Requirements),

    /// The token request was answered or failed.
    TokenAnswered(Result<Rc<Credentials>, ApiError>),
    /// The start request was answered.
    StartAnswered {
        /// The client message id it carried.
        id: Rc<str>,
        /// The conversation's id.
        result: Result<Rc<str>, ApiError>,
    },
    /// The send request was answered.
    SendAnswered {
        /// The client message id it carried.
        id: Rc<str>,
        /// Whether it was accepted.
        result: Result<(), ApiError>,
    },
    /// The message was no longer in storage when its turn came: another tab has settled it.
    SettledRemotely {
        /// The client message id.
        id: Rc<str>,
    },

    /// The stream's response head came.
    StreamOpened {
        /// The generation of the request.
        generation: u32,
    },
    /// The stream delivered bytes, which completed these frames.
    StreamFrames {
        /// The generation of the request.
        generation: u32,
        /// In order; often empty.
        frames: Vec<Frame>,
    },
    /// The stream ended normally.
    StreamEnded {
        /// The generation of the request.
        generation: u32,
    },
    /// The stream or a poll failed.
    LogFailed {
        /// The generation of the request.
        generation: u32,
        /// The error.
        failure: ApiError,
    },
    /// A poll was answered.
    Polled {
        /// The generation of the request.
        generation: u32,
        /// In order; [`Frame::Reset`] comes first if the log could not be continued.
        frames: Vec<Frame>,
    },

    /// The request for a page of the log was answered.
    PageAnswered {
        /// The cursor before which it was requested.
        before: Cursor,
        /// The entries, in order, and whether there are more before them.
        result: Result<(Vec<Rc<RawEntry>>, bool), ApiError>,
    },

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
    /// Another tab wrote or removed a message of the outbox.
    RemoteOutbox {
        /// The client message id.
        id: Rc<str>,
        /// The message as stored; `None` if it was removed.
        stored: Option<StoredPending>,
    },
    /// The stored data is gone although this widget did not remove it: the host page has cleared
    /// it, in some tab.
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
