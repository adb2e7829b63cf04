//! What a session needs once something is said: the client, the calls it orders, and whatever reads the log. A part of the program of
//! its own, fetched with the visitor's first letter, or at once where a conversation is stored.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen::JsValue;
#[cfg(feature = "split")]
use wasm_split_helpers::SplitLoaderError as Missing;
use web_sys::File;

use super::{
    client::Client,
    fact::Fact,
    mind::Begin,
    order::Order,
    rim::Rim,
    shelf::{self, CONVERSATION, OUTBOX, PASSED, Shelf, VISITOR},
    together,
};
use crate::api::upload::{Sending, Step};

/// What becomes a fact when it is read.
pub(super) enum Unread {
    /// All that is stored.
    Shelf,
    /// What another tab has stored below this key, or that it was removed.
    Stored(Rc<str>, Option<String>),
    /// What another tab said.
    Word(JsValue),
}

impl Unread {
    pub(super) fn stored(key: &str, value: Option<String>) -> Self {
        Self::Stored(Rc::from(key), value)
    }
}

/// Sends a file, and tells how that goes; what is given back is held as long as the file is wanted.
type SendFile = fn(&Rim, File, Box<dyn Fn(Step)>) -> Rc<RefCell<Option<Sending>>>;

/// The part.
#[derive(Clone, Copy)]
pub(super) struct Talk {
    /// How the client goes on.
    pub(super) begin: Begin,
    /// Does what the rim leaves to this part.
    pub(super) carry_out: fn(&Rc<Rim>, Order),
    /// Reads; what cannot be read says nothing.
    pub(super) read: fn(&Shelf, Unread) -> Option<Fact>,
    /// Sends a file.
    pub(super) send_file: SendFile,
}

const TALK: Talk = Talk { begin: Client::begin, carry_out, read, send_file: Rim::send_file };

#[cfg(not(feature = "split"))]
thread_local!(static HERE: Cell<Option<Talk>> = const { Cell::new(Some(TALK)) });
#[cfg(feature = "split")]
thread_local!(static HERE: Cell<Option<Talk>> = const { Cell::new(None) });

#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(talk, fallible)]
fn load() -> Result<Talk, Missing> {
    Ok(TALK)
}
#[cfg(not(feature = "split"))]
async fn load() -> Result<Talk, std::convert::Infallible> {
    Ok(TALK)
}

/// The part, if it was fetched.
pub(super) fn here() -> Option<Talk> {
    HERE.get()
}

/// Fetches the part. Returns whether it could be had.
pub(super) async fn fetch() -> bool {
    load().await.map(|talk| HERE.set(Some(talk))).is_ok()
}

fn carry_out(rim: &Rc<Rim>, order: Order) {
    let shelf = rim.shelf();
    match order {
        Order::Start { message, identity } => rim.start_conversation(message, identity),
        Order::Send { message, conversation, identity } => rim.send(message, conversation, identity),
        Order::Dial { generation, dial, conversation, after, identity } => {
            rim.dial(generation, dial, &conversation, after, &identity);
        }
        Order::Earlier { conversation, before, identity } => rim.get_page(&conversation, before, &identity),
        Order::Stand { steal } => rim.stand(steal),
        Order::SaveConversation { over } => {
            let stored = rim.mind.borrow().to_store();
            if let Some(newer) = stored.and_then(|stored| shelf.save_conversation(stored, over.as_deref())) {
                rim.tell_later(Fact::ConversationElsewhere(Some(Box::new(newer))));
            }
        }
        Order::DropMessage { id, discarded } => shelf.drop_message(&id, discarded),
        Order::SavePassed(passed) => shelf.save_passed(&passed),
        Order::Leave(identity) => rim.leave(&identity),
        Order::Wipe => {
            shelf.wipe();
            rim.calls.fence.take();
        }
        Order::WipeOf(visitor) => shelf.wipe_of(&visitor),
        Order::CheckStorage => {
            if let Some(fact) = shelf.lost() {
                rim.tell_later(fact);
            }
        }
        // The rim's own.
        Order::Authorize { .. }
        | Order::HangUp
        | Order::JoinTabs
        | Order::LeaveTabs
        | Order::StepDown
        | Order::Post(_)
        | Order::SaveIdentity(_)
        | Order::SaveOpening { .. }
        | Order::SaveMessage(_)
        | Order::SaveDraft
        | Order::Tell(_) => {}
    }
}

fn read(shelf: &Shelf, unread: Unread) -> Option<Fact> {
    let (key, value) = match unread {
        Unread::Shelf => return Some(Fact::Loaded(Box::new(shelf.found()))),
        Unread::Word(message) => return together::read(&message).map(Fact::TabSaid),
        Unread::Stored(key, value) => (key, value),
    };
    let value = value.as_deref();
    match &*key {
        VISITOR if value.is_some() => Some(Fact::VisitorElsewhere(None)),
        VISITOR => shelf.lost(),
        CONVERSATION => match value {
            None => shelf.lost(),
            // Nobody's, where the visitor is gone again.
            Some(text) => {
                shelf.identity()?;
                shelf::read_conversation(text).map(|stored| Fact::ConversationElsewhere(Some(Box::new(stored))))
            }
        },
        // Removed only together with the visitor.
        PASSED => value.and_then(shelf::read_passed).map(Fact::PassedElsewhere),
        key => {
            let id = Rc::from(key.strip_prefix(OUTBOX)?);
            // Gone with all the rest is not settled.
            let lost = if value.is_none() { shelf.lost() } else { None };
            lost.or_else(|| Some(Fact::OutboxElsewhere { id, stored: value.and_then(shelf::read) }))
        }
    }
}
