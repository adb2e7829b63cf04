//! The effects a machine asks for: requests to send, values to store, events for the host page. The
//! runtime runs them in order.
//!
//! [`CoreEffect`]s are run by code that is always loaded, [`ChatEffect`]s by the lazily loaded
//! module.

use std::rc::Rc;

use chataibot_wire::{Cursor, entry::Status};

use super::{connection::Attempt, tab_message::TabMessage};
use crate::{
    api::Credentials,
    conversation::{
        MessageRow, OutboxMessage,
        onboarding::{Progress, Rating},
    },
};

/// An effect for the runtime to carry out.
#[derive(Clone, Debug)]
pub enum Effect {
    /// An effect whose code is always loaded.
    Core(CoreEffect),
    /// An effect of the chat machine, whose code is loaded with that machine.
    Chat(ChatEffect),
}

/// The effects of both machines, and those that only end something.
#[derive(Clone, Debug)]
pub enum CoreEffect {
    /// Get a valid token, by [`crate::api::credentials::plan`], under the lock all tabs share.
    /// Answer: `TokenAnswered`.
    Authorize {
        /// The credentials held now.
        held: Option<Rc<Credentials>>,
        /// A renewal secret that the proxy refused.
        refused: Option<Rc<str>>,
    },
    /// Abort the current log request.
    Disconnect,
    /// Listen to other tabs. Until `LeaveTabs`, they send `TabMessage`s.
    JoinTabs,
    /// Stop listening, and release everything that other tabs could wait for.
    LeaveTabs,
    /// Release the lock, or the place in its queue.
    ReleaseLock,
    /// Send this to all other tabs.
    Broadcast(TabMessage),
    /// Store the visitor's credentials, for all tabs.
    SaveCredentials(Rc<Credentials>),
    /// Store only whether the window is open, as nothing has been said yet. Skipped if storage
    /// holds a conversation.
    SaveWindowOpen {
        /// Whether it is open.
        open: bool,
    },
    /// Store a message of the outbox.
    SaveMessage(Rc<OutboxMessage>),
    /// Store the draft; an empty one is removed.
    SaveDraft,
    /// Report an event to the host page.
    Emit(PageEvent),
}

/// The effects of the chat machine alone.
#[derive(Clone, Debug)]
pub enum ChatEffect {
    /// Start a conversation, under the lock. Answer: `StartAnswered`, or `RemoteConversation` when
    /// another tab was first.
    Start {
        /// The first message.
        message: Rc<OutboxMessage>,
        /// Credentials of the sender.
        credentials: Rc<Credentials>,
    },
    /// Send a message, under the lock. Answer: `SendAnswered`, or `SettledRemotely`.
    Send {
        /// The message.
        message: Rc<OutboxMessage>,
        /// The conversation it goes to.
        conversation: Rc<str>,
        /// Credentials of the sender.
        credentials: Rc<Credentials>,
    },
    /// Connect to the log.
    Connect {
        /// The generation of this request.
        generation: u32,
        /// Stream or poll.
        attempt: Attempt,
        /// The conversation whose log it is.
        conversation: Rc<str>,
        /// The cursor to read from; `None` reads the whole log.
        after: Option<Cursor>,
        /// Credentials of the reader.
        credentials: Rc<Credentials>,
    },
    /// Get a page of the log from before a cursor. Answer: `PageAnswered`.
    FetchPage {
        /// The conversation whose log it is.
        conversation: Rc<str>,
        /// The cursor of the first known entry.
        before: Cursor,
        /// Credentials of the reader.
        credentials: Rc<Credentials>,
    },
    /// Request the leader's lock. Answer: `LockAcquired` when this tab gets it, `LockLost` when
    /// another tab takes it away.
    RequestLock {
        /// Whether to take it away from its holder.
        steal: bool,
    },
    /// Tell the proxy that the visitor has left, so that it ends their tokens. The answer is
    /// ignored: here they are gone in any case.
    EndTokens(Rc<Credentials>),
    /// Store the conversation as it is now, unless storage holds a newer one: then the answer is
    /// `RemoteConversation`.
    SaveConversation {
        /// The id of the conversation last known to be in storage.
        expected_id: Option<Rc<str>>,
    },
    /// Remove a message of the outbox from storage.
    RemoveMessage {
        /// The client message id.
        id: Rc<str>,
        /// Whether the visitor discarded it: then other tabs must know.
        discarded: bool,
    },
    /// Store the onboarding progress.
    SaveProgress(Rc<Progress>),
    /// Remove everything stored, and let the other tabs know that the visitor is to be forgotten.
    ClearStorage,
    /// Remove everything stored if it is this visitor's: this tab may have stored it again before
    /// it learned that they are to be forgotten.
    ClearStorageOf(String),
    /// Check whether the stored values still exist. Answer, if they do not: `StorageCleared` or
    /// `RemoteVisitor`.
    CheckStorage,
}

/// An event for the host page.
#[derive(Clone, Debug)]
pub enum PageEvent {
    /// The session has started.
    Ready,
    /// The window was opened.
    Opened,
    /// The window was closed.
    Closed,
    /// A conversation began.
    Started {
        /// Its id.
        conversation: Rc<str>,
    },
    /// A message of the visitor was accepted.
    Sent {
        /// The client message id.
        id: Rc<str>,
        /// The text of the message.
        text: Rc<str>,
    },
    /// A message of a bot or an agent arrived.
    Received(MessageRow),
    /// The number of unread messages changed.
    Unread(u32),
    /// The conversation was closed or opened again.
    Status(Status),
    /// The visitor rated a message as helpful or not.
    Feedback {
        /// The message, as plain text.
        text: Rc<str>,
        /// Whether it was helpful.
        helpful: bool,
    },
    /// The visitor answered the request for consent.
    Consent {
        /// Whether consent was given.
        given: bool,
    },
    /// The visitor rated the conversation.
    Rated {
        /// The rating.
        rating: Rating,
        /// The conversation's id.
        conversation: Option<Rc<str>>,
    },
    /// An error that the developer of the host page should know of.
    Error {
        /// The error code of the wire, or `NETWORK`.
        code: Rc<str>,
        /// A sentence for developers.
        message: Rc<str>,
    },
}
