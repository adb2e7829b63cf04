//! The effects a machine asks for; the runtime runs them in order.
//!
//! [`CoreEffect`]s are run by code that is always loaded, [`ChatEffect`]s by the lazy module.

use std::rc::Rc;

use chataibot_wire::{Cursor, entry::Status};

use super::{connection::Attempt, tab_message::TabMessage};
use crate::api::Credentials;
use crate::conversation::onboarding::{Progress, Rating};
use crate::conversation::{MessageRow, OutboxMessage};

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
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum CoreEffect {
    /// Get a valid token, under the lock all tabs share. Answer: `TokenAnswered`. `held` are the
    /// credentials so far, `refused` is a renewal secret that the proxy refused.
    Authorize { held: Option<Rc<Credentials>>, refused: Option<Rc<str>> },
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
    /// Store whether the window is open, unless storage holds a conversation.
    SaveWindowOpen { open: bool },
    /// Store a message of the outbox.
    SaveMessage(Rc<OutboxMessage>),
    /// Store the draft; an empty one is removed.
    SaveDraft,
    /// Report an event to the host page.
    Emit(PageEvent),
}

/// The effects of the chat machine alone. Requests are made with these `credentials`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum ChatEffect {
    /// Start a conversation, under the lock. Answer: `StartAnswered`, or `RemoteConversation`.
    Start { message: Rc<OutboxMessage>, credentials: Rc<Credentials> },
    /// Send a message, under the lock. Answer: `SendAnswered`, or `SettledRemotely`.
    Send { message: Rc<OutboxMessage>, conversation: Rc<str>, credentials: Rc<Credentials> },
    /// Connect to the log, to read from a cursor; `None` reads the whole log.
    Connect {
        generation: u32,
        attempt: Attempt,
        conversation: Rc<str>,
        after: Option<Cursor>,
        credentials: Rc<Credentials>,
    },
    /// Get a page of the log from before the first known entry. Answer: `PageAnswered`.
    FetchPage { conversation: Rc<str>, before: Cursor, credentials: Rc<Credentials> },
    /// Request the leader's lock, or take it away. Answer: `LockAcquired`, later `LockLost`.
    RequestLock { steal: bool },
    /// Tell the proxy that the visitor has left, so that it ends their tokens. No answer.
    EndTokens(Rc<Credentials>),
    /// Store the conversation, unless another than expected is stored: `RemoteConversation`.
    SaveConversation { expected_id: Option<Rc<str>> },
    /// Remove a message of the outbox from storage. Other tabs must know if it was discarded.
    RemoveMessage { id: Rc<str>, discarded: bool },
    /// Store the onboarding progress.
    SaveProgress(Rc<Progress>),
    /// Remove everything stored, and let the other tabs know that the visitor is to be forgotten.
    ClearStorage,
    /// Remove everything that this tab may have stored again for this visitor.
    ClearStorageOf(String),
    /// Check the stored values. If they are gone: `StorageCleared` or `RemoteVisitor`.
    CheckStorage,
}

/// An event for the host page. `conversation` is an id.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum PageEvent {
    /// The window was opened.
    Opened,
    /// The window was closed.
    Closed,
    /// A conversation began.
    Started { conversation: Rc<str> },
    /// A message of the visitor was accepted; `id` is its client message id.
    Sent { id: Rc<str>, text: Rc<str> },
    /// A message of a bot or an agent arrived.
    Received(MessageRow),
    /// The number of unread messages changed.
    Unread(u32),
    /// The conversation was closed or opened again.
    Status(Status),
    /// The visitor rated a message, given as plain text, as helpful or not.
    Feedback { text: Rc<str>, helpful: bool },
    /// The visitor answered the request for consent.
    Consent { given: bool },
    /// The visitor rated the conversation.
    Rated { rating: Rating, conversation: Option<Rc<str>> },
    /// An error for developers: a code of the wire or `NETWORK`, and a sentence.
    Error { code: Rc<str>, message: Rc<str> },
}
