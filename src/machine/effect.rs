//! The effects a machine asks for: requests to send, values to store, events for the page. The
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
    /// One whose code is always loaded.
    Core(CoreEffect),
    /// One of the chat machine, whose code is loaded with it.
    Chat(ChatEffect),
}

/// The effects of both machines, and those which only end something.
#[derive(Clone, Debug)]
pub enum CoreEffect {
    /// Get a good token, by [`crate::api::credentials::plan`], under the lock all tabs share.
    /// Answer: `TokenAnswered`.
    Authorize {
        /// What is held now.
        held: Option<Rc<Credentials>>,
        /// A renewal secret the proxy did not take.
        refused: Option<Rc<str>>,
    },
    /// Give up the current call to the log.
    Disconnect,
    /// Listen to other tabs. Until `LeaveTabs`: `TabMessage`.
    JoinTabs,
    /// Stop listening, and hold nothing that other tabs could wait for.
    LeaveTabs,
    /// Release the lock, or the place in its queue.
    ReleaseLock,
    /// Send this to all other tabs.
    Broadcast(TabMessage),
    /// Store the visitor, for all tabs.
    SaveCredentials(Rc<Credentials>),
    /// Nothing was said yet: store only whether the window is open, unless storage holds a
    /// conversation.
    SaveWindowOpen {
        /// Is it?
        open: bool,
    },
    /// Store a message of the outbox.
    SaveMessage(Rc<OutboxMessage>),
    /// Store the draft; an empty one is removed.
    SaveDraft,
    /// Tell the page.
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
        /// By whom.
        credentials: Rc<Credentials>,
    },
    /// Send a message, under the lock. Answer: `SendAnswered`, or `SettledRemotely`.
    Send {
        /// The message.
        message: Rc<OutboxMessage>,
        /// Where to.
        conversation: Rc<str>,
        /// By whom.
        credentials: Rc<Credentials>,
    },
    /// Connect to the log.
    Connect {
        /// The number of this call.
        generation: u32,
        /// Stream or poll.
        attempt: Attempt,
        /// Whose log.
        conversation: Rc<str>,
        /// From where; `None` wants all of it.
        after: Option<Cursor>,
        /// By whom.
        credentials: Rc<Credentials>,
    },
    /// Get a page of the log from before this place. Answer: `PageAnswered`.
    FetchPage {
        /// Whose log.
        conversation: Rc<str>,
        /// The first entry that is known.
        before: Cursor,
        /// By whom.
        credentials: Rc<Credentials>,
    },
    /// Request the leader's lock. Answer, when it is this tab's turn: `LockAcquired`; when it is
    /// taken away: `LockLost`.
    RequestLock {
        /// Take it away from whoever holds it.
        steal: bool,
    },
    /// Tell the proxy that the visitor has left: their tokens are to end. No answer: they are gone
    /// from here in any case.
    EndTokens(Rc<Credentials>),
    /// Store the conversation as it stands, unless storage holds a newer one: then
    /// `RemoteConversation`.
    SaveConversation {
        /// The conversation that storage held last, as far as is known.
        over: Option<Rc<str>>,
    },
    /// Remove a message of the outbox from storage.
    RemoveMessage {
        /// The client message id.
        id: Rc<str>,
        /// Taken back by the visitor? Then other tabs must know.
        discarded: bool,
    },
    /// Store how far the visitor is with the onboarding.
    SaveProgress(Rc<Progress>),
    /// Remove everything stored, and have the other tabs know that the visitor is to be forgotten.
    ClearStorage,
    /// Remove everything stored if it is this visitor's: it was stored again before the news came
    /// that they are to be forgotten.
    ClearStorageOf(String),
    /// See whether what was stored is there still. Answer, where it is not: `StorageCleared`, or
    /// `RemoteVisitor`.
    CheckStorage,
}

/// What the page is told.
#[derive(Clone, Debug)]
pub enum PageEvent {
    /// The session stands.
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
    /// A message of the visitor's was accepted.
    Sent {
        /// The client message id.
        id: Rc<str>,
        /// What was said.
        text: Rc<str>,
    },
    /// Bot or agent said something.
    Received(MessageRow),
    /// The number of unread messages changed.
    Unread(u32),
    /// The conversation was closed or opened again.
    Status(Status),
    /// The visitor found a message helpful, or not.
    Feedback {
        /// What the message says, as plain text.
        text: Rc<str>,
        /// Was it?
        helpful: bool,
    },
    /// The visitor was asked for consent.
    Consent {
        /// Was it given?
        given: bool,
    },
    /// The visitor rated the conversation.
    Rated {
        /// How.
        rating: Rating,
        /// Its id.
        conversation: Option<Rc<str>>,
    },
    /// Something went wrong that the page's developer should know of.
    Error {
        /// The wire's code, or `NETWORK`.
        code: Rc<str>,
        /// A sentence for developers.
        message: Rc<str>,
    },
}
