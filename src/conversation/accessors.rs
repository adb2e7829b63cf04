//! Plain access to the state. The setters are apart from [`Conversation::apply`], so that the
//! always loaded part of the program does not link all of its logic.

use std::rc::Rc;

use chataibot_wire::{Cursor, entry::Assignee};

use super::onboarding::{Progress, Requirements};
use super::{
    ConnectionStatus, Conversation, FIRST_KEY, HistoryState, OutboxMessage, Phase, RawEntry, Row, SendState,
    set_if_changed,
};

/// Each row: documentation, the getter's name and type, and its value.
macro_rules! getters {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = |$state:ident| $value:expr;)+) => {
        impl Conversation {$(
            $(#[doc = $doc])+
            pub fn $name(&self) -> $type {
                let $state = self;
                $value
            }
        )+}
    };
}

/// Each row: the setter's name, its field and its type. It returns whether the value changed.
macro_rules! setters {
    ($($name:ident, $field:ident: $type:ty;)+) => {
        impl Conversation {$(
            pub(crate) fn $name(&mut self, $field: $type) -> bool {
                set_if_changed(&mut self.$field, $field)
            }
        )+}
    };
}

getters! {
    /// The conversation's id, once it was started.
    id: Option<&Rc<str>> = |state| state.id.as_ref();
    /// The phase of the conversation.
    phase: Phase = |state| state.phase;
    /// The message list, from top to bottom: logged rows in log order, then the others in the order
    /// they were composed.
    rows: &[Rc<Row>] = |state| &state.rows;
    /// The largest row key assigned so far.
    newest_key: u32 = |state| FIRST_KEY.wrapping_add_signed(state.newest_number);
    /// The log as far as it was read, in order.
    log: &[Rc<RawEntry>] = |state| &state.log;
    /// Up to where the log was read.
    cursor: Option<Cursor> = |state| state.cursor;
    /// Up to where the visitor has read.
    read_cursor: Option<Cursor> = |state| state.read_cursor;
    /// Whether the log has more before the rows shown.
    history: HistoryState = |state| state.history;
    /// The messages not confirmed yet, in order.
    outbox: &[Rc<OutboxMessage>] = |state| &state.outbox;
    /// Which messages the visitor found helpful or not, in the order they were rated.
    feedback: &Rc<Vec<(Cursor, bool)>> = |state| &state.feedback;
    /// Who answers, once somebody took over the conversation.
    assignee: Option<&Rc<Assignee>> = |state| state.assignee.as_ref();
    /// The text in the composer.
    draft: &Rc<str> = |state| &state.draft;
    /// Whether the window is open.
    window_open: bool = |state| state.window_open;
    /// Whether the visitor sees the list: window open, page visible.
    is_watched: bool = |state| state.window_open && !state.page_hidden;
    /// Whether a reply is expected at any moment.
    is_typing: bool = |state| state.typing_until.is_some();
    /// When typing ends if no reply comes, monotonic.
    typing_until: Option<u64> = |state| state.typing_until;
    /// The connection status.
    connection: ConnectionStatus = |state| state.connection;
    /// Whether the browser refuses to store anything, so that a reload forgets the conversation.
    memory_only: bool = |state| state.memory_only;
    /// Whether the chat is not available, for a cause that only the operator can remove.
    is_unavailable: bool = |state| state.unavailable;
    /// What the host page requires of the visitor.
    requirements: &Requirements = |state| &state.requirements;
    /// The onboarding steps that the visitor has passed.
    progress: &Rc<Progress> = |state| &state.progress;
}

setters! {
    set_draft, draft: Rc<str>;
    set_window_open, window_open: bool;
    set_page_hidden, page_hidden: bool;
    set_connection, connection: ConnectionStatus;
    set_unavailable, unavailable: bool;
    set_memory_only, memory_only: bool;
    set_requirements, requirements: Requirements;
}

impl Conversation {
    /// Queues a message while nothing was said before, or only messages like this one.
    pub(crate) fn enqueue_message(&mut self, id: Rc<str>, text: Rc<str>, at: u64) {
        self.enqueue(OutboxMessage { id, text, typed: None, at, state: SendState::Queued });
    }

    /// Returns the time for the id of the next message, in milliseconds since 1970: now, but later
    /// than the ids of all waiting messages. Messages are stored and sent in the order of their
    /// ids, so after a clock was set back, a new one must not precede one that is still waiting.
    pub fn id_time(&self, wall: u64) -> u64 {
        self.outbox.iter().filter_map(|pending| uuid_time(&pending.id)).fold(wall, |at, other| at.max(other + 1))
    }
}

/// The time in a UUIDv7: its first twelve hexadecimal digits.
fn uuid_time(id: &str) -> Option<u64> {
    let digits = id.chars().filter(|c| *c != '-').take(12);
    digits.map(|c| c.to_digit(16)).try_fold(0, |time, digit| Some(time << 4 | u64::from(digit?)))
}
