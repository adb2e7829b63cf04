//! What the client wants done: calls to make, things to store, things to tell the page. The rim carries them out, in order.

use std::rc::Rc;

use chataibot_wire::{Cursor, entry::Status};

use super::{line::Dial, word::Word};
use crate::{
    api::Identity,
    conversation::{
        MessageRow, Pending,
        gate::{Passed, Rating},
    },
};

/// An order to the rim.
#[derive(Clone, Debug)]
pub enum Order {
    /// Get a good token, by [`crate::api::identity::plan`], under the lock all tabs share. Answer: `TokenAnswered`.
    Authorize {
        /// What is held now.
        held: Option<Rc<Identity>>,
        /// A renewal secret the proxy did not take.
        refused: Option<Rc<str>>,
    },
    /// Start a conversation, under the lock. Answer: `StartAnswered`, or `ConversationElsewhere` when another tab was first.
    Start {
        /// The first message.
        message: Rc<Pending>,
        /// By whom.
        identity: Rc<Identity>,
    },
    /// Send a message, under the lock. Answer: `SendAnswered`, or `SettledElsewhere`.
    Send {
        /// The message.
        message: Rc<Pending>,
        /// Where to.
        conversation: Rc<str>,
        /// By whom.
        identity: Rc<Identity>,
    },
    /// Connect to the log.
    Dial {
        /// The number of this call.
        generation: u32,
        /// Stream or poll.
        dial: Dial,
        /// Whose log.
        conversation: Rc<str>,
        /// From where; `None` wants all of it.
        after: Option<Cursor>,
        /// By whom.
        identity: Rc<Identity>,
    },
    /// Give up the current call to the log.
    HangUp,
    /// Get a page of the log from before this place. Answer: `EarlierAnswered`.
    Earlier {
        /// Whose log.
        conversation: Rc<str>,
        /// The first entry that is known.
        before: Cursor,
        /// By whom.
        identity: Rc<Identity>,
    },
    /// Hear what other tabs say. Until `LeaveTabs`: `TabSaid`.
    JoinTabs,
    /// Hear and hold nothing any more that other tabs could wait for.
    LeaveTabs,
    /// Stand in line for the lock. Answer, when it is this tab's turn: `Chosen`; when it is taken away: `Deposed`.
    Stand {
        /// Take it away from whoever holds it.
        steal: bool,
    },
    /// Let go of the lock, or of the place in its line.
    StepDown,
    /// Say this to all other tabs.
    Post(Word),
    /// Tell the proxy that the visitor has left: their tokens are to end. No answer: they are gone from here in any case.
    Leave(Rc<Identity>),
    /// Store the visitor, for all tabs.
    SaveIdentity(Rc<Identity>),
    /// Store the conversation as it stands, unless storage holds a newer one: then `ConversationElsewhere`.
    SaveConversation {
        /// The conversation that storage held last, as far as is known.
        over: Option<Rc<str>>,
    },
    /// Nothing was said yet: store only whether the window is open, unless storage holds a conversation.
    SaveOpening {
        /// Is it?
        open: bool,
    },
    /// Store a message of the outbox.
    SaveMessage(Rc<Pending>),
    /// Remove a message of the outbox from storage.
    DropMessage {
        /// The client message id.
        id: Rc<str>,
        /// Taken back by the visitor? Then other tabs must know.
        discarded: bool,
    },
    /// Store what the visitor has passed at the gate.
    SavePassed(Rc<Passed>),
    /// Store the draft; an empty one is removed.
    SaveDraft,
    /// Remove everything stored, and have the other tabs know that the visitor is to be forgotten.
    Wipe,
    /// Remove everything stored if it is this visitor's: it was stored again before the news came that they are to be forgotten.
    WipeOf(String),
    /// See whether what was stored is there still. Answer, where it is not: `StorageCleared`, or `VisitorElsewhere`.
    CheckStorage,
    /// Tell the page.
    Tell(Outgoing),
}

/// What the page is told.
#[derive(Clone, Debug)]
pub enum Outgoing {
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
