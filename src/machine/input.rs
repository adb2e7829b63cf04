//! The inputs of a machine: actions of the visitor, answers of the proxy, events of the browser
//! and of other tabs.

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

/// When an input is heard. All clocks and all chance come from here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// Monotonic milliseconds.
    pub monotonic: u64,
    /// Milliseconds since 1970-01-01 UTC, by the visitor's clock.
    pub unix: u64,
    /// Uniform over `u32`.
    pub random: u32,
}

/// An input.
#[derive(Clone, Debug)]
pub enum Input {
    /// Storage was read. Comes first, but for what the page asks for.
    Loaded(Box<StoredSession>),

    /// The visitor did something. With it a new client message id, for whatever is said by it.
    User(UserAction, Rc<str>),
    /// What the page requires of a visitor before, between and after.
    RequirementsSet(Requirements),

    /// A token came, or did not.
    TokenAnswered(Result<Rc<Credentials>, ApiError>),
    /// The start call was answered.
    StartAnswered {
        /// The client message id it carried.
        id: Rc<str>,
        /// The conversation's id.
        result: Result<Rc<str>, ApiError>,
    },
    /// The send call was answered.
    SendAnswered {
        /// The client message id it carried.
        id: Rc<str>,
        /// Whether it was accepted.
        result: Result<(), ApiError>,
    },
    /// When its turn came, the message was no longer in storage: another tab has settled it.
    SettledRemotely {
        /// The client message id.
        id: Rc<str>,
    },

    /// The stream's head came.
    StreamOpened {
        /// Which call.
        generation: u32,
    },
    /// The stream brought bytes; these are the frames they completed.
    StreamFrames {
        /// Which call.
        generation: u32,
        /// In order; often none.
        frames: Vec<Frame>,
    },
    /// The stream ended by itself.
    StreamEnded {
        /// Which call.
        generation: u32,
    },
    /// The stream, or a poll, failed.
    LogFailed {
        /// Which call.
        generation: u32,
        /// Why.
        failure: ApiError,
    },
    /// A poll was answered.
    Polled {
        /// Which call.
        generation: u32,
        /// In order, with [`Frame::Reset`] first when the log could not be continued.
        frames: Vec<Frame>,
    },

    /// The call for a page of the log was answered.
    PageAnswered {
        /// Before which place.
        before: Cursor,
        /// The entries, in order, and whether more stand before them.
        result: Result<(Vec<Rc<RawEntry>>, bool), ApiError>,
    },

    /// This tab holds the lock: it leads.
    LockAcquired,
    /// Another tab took the lock away.
    LockLost,
    /// The browser gives no lock or no channel after all.
    TabsUnavailable,
    /// Another tab said something.
    TabMessage(TabMessage),
    /// The conversation in storage was changed by another tab; `None` when it was removed.
    RemoteConversation(Option<Box<StoredConversation>>),
    /// The visitor in storage was changed by another tab; `None` when it was removed.
    RemoteVisitor(Option<Rc<Credentials>>),
    /// A message of the outbox was written or removed by another tab.
    RemoteOutbox {
        /// The client message id.
        id: Rc<str>,
        /// How it stands there; `None` when it was removed.
        stored: Option<StoredPending>,
    },
    /// What was stored is not there any more, and nobody has asked for that here: the page has
    /// cleared it, in whichever tab.
    StorageCleared,
    /// What the visitor has passed was stored by another tab.
    RemoteProgress(Progress),
    /// Storage throws: nothing is kept from now on.
    StorageLost,

    /// The browser has a network again.
    Online,
    /// The browser lost its network.
    Offline,
    /// The page is seen again.
    Shown,
    /// The page is hidden.
    Hidden,
    /// The page, or the whole machine, was asleep.
    Resumed,
    /// The page goes to sleep or into the back-forward cache.
    Frozen,
    /// The time [`super::chat::ChatMachine::due`] named has come.
    Ticked,
}
