//! What the client hears: what the visitor wants, what the proxy answered, what the browser and other tabs did.

use std::rc::Rc;

use chataibot_wire::{Cursor, Entry};

use super::{
    storage_schema::{StoredConversation, StoredPending, StoredSession},
    tab_message::TabMessage,
};
use crate::{
    api::{
        ApiError, Credentials,
        sse::{Event, SseItem},
    },
    conversation::{
        RawEntry,
        onboarding::{OnboardingEvent, Progress, Requirements},
    },
};

/// When an input is heard. All clocks and all chance come from here.
#[derive(Clone, Copy, Debug)]
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

    /// The visitor said something.
    Said {
        /// A new client message id.
        id: Rc<str>,
        /// What was said, not blank.
        text: Rc<str>,
        /// An answer in its own form.
        typed: Option<Rc<str>>,
    },
    /// The visitor wants a failed message sent again.
    RetryAsked {
        /// The client message id.
        id: Rc<str>,
        /// A new one, should the old one be spent.
        new_id: Rc<str>,
    },
    /// The visitor takes an unsent message back.
    DiscardAsked {
        /// The client message id.
        id: Rc<str>,
    },
    /// The composer holds this.
    Drafted(Rc<str>),
    /// The window was opened.
    Opened,
    /// The window was closed.
    Closed,
    /// The page asks for this before, between and after.
    RequirementsSet(Requirements),
    /// The visitor did this at the gate.
    Stepped(OnboardingEvent),
    /// Everything shown was read.
    ReadAll,
    /// What stands before is wanted.
    EarlierAsked,
    /// The visitor found a message helpful, or not.
    Rated {
        /// The row's key.
        key: u32,
        /// Was it?
        helpful: bool,
    },
    /// The visitor ends the conversation.
    EndAsked,
    /// A new conversation is wanted.
    RestartAsked,
    /// The visitor is to be forgotten.
    ResetAsked,

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
    /// What was stored is not there any more, and nobody has asked for that here: the page has cleared it, in whichever tab.
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

/// What a stream or a poll says.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// An entry of the log.
    Entry(Rc<RawEntry>),
    /// A heartbeat.
    Comment,
    /// The log could not be continued; all that is left follows.
    Reset,
    /// What follows begins the log, or only its last part.
    Begin {
        /// Does more stand before it?
        earlier: bool,
    },
    /// The stream ends because its token does.
    Reauth,
    /// An event of a kind this version does not know, and its place if it has one.
    Unfamiliar(Option<Cursor>),
    /// An event that should be an entry and cannot be read, and its place if it has one.
    Unreadable(Option<Cursor>),
    /// The same; that it cannot be read is certain.
    TooLong(Option<Cursor>),
    /// Milliseconds to wait before the stream is opened again.
    Retry(u32),
}

/// What something said by the stream means. `parse` reads JSON, by whatever means there are.
pub fn frame_of(said: SseItem, parse: impl Fn(&str) -> Option<Entry>) -> Frame {
    let place = |id: Option<String>| id.and_then(|id| id.parse().ok());
    let Event { name, data, id } = match said {
        SseItem::Event(event) => event,
        SseItem::Comment => return Frame::Comment,
        SseItem::TooLong(id) => return Frame::TooLong(place(id)),
        SseItem::Id(id) => return Frame::Unfamiliar(place(Some(id))),
        SseItem::Retry(milliseconds) => return Frame::Retry(milliseconds),
    };
    let cursor = place(id);
    match name.as_str() {
        // An event without a name is a `message`, says the standard.
        "" | "message" | "delivery" | "status" | "assignee" => match parse(&data) {
            Some(entry) => Frame::Entry(Rc::new(RawEntry::new(entry, data))),
            // Somebody on the way may keep the stream alive by events of their own.
            None if name.is_empty() && cursor.is_none() => Frame::Unfamiliar(None),
            None => Frame::Unreadable(cursor),
        },
        "reset" => Frame::Reset,
        "begin" => Frame::Begin { earlier: data.contains("true") },
        "reauth" => Frame::Reauth,
        _ => Frame::Unfamiliar(cursor),
    }
}
