//! The state of one conversation, a reducer: [`Conversation::apply`] takes an [`Action`] and
//! changes the state. Pure: no clock, no random numbers, no I/O, no Yew.
//!
//! Actions carry their own time and ids. Rows are `Rc`s, and only rows that changed are replaced.
//! Debug builds check the invariants after each action.

mod accessors;
mod action;
mod feedback;
mod invariants;
pub mod onboarding;
mod outbox;
mod pagination;
mod raw_entry;
mod row;
mod timeline;

use std::rc::Rc;

use chataibot_wire::content::Prompt;
use chataibot_wire::entry::{Assignee, Status};
use chataibot_wire::{Content, Cursor};

pub use action::{Action, Restored};
use onboarding::{Progress, Requirements};
pub use outbox::OutboxMessage;
pub use pagination::HistoryState;
pub use raw_entry::RawEntry;
pub use row::{MessageRow, MessageState, Notice, Row, RowKind, SendError, SendState};
pub use timeline::CursorOrder;

/// How long a reply is expected after an accepted message ("typing"), in milliseconds.
const TYPING_TIMEOUT: u64 = 30_000;
/// The key of row number 0: rows are numbered upwards from it, and downwards if inserted above.
const FIRST_KEY: u32 = 1 << 30;

/// Phase of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing has been said yet; the first message starts the conversation.
    #[default]
    New,
    /// The conversation is running.
    Active,
    /// The conversation was closed. The visitor's next message starts a new one.
    Ended,
}

/// The connection status, as shown to the visitor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the field is explained with its variant")]
pub enum ConnectionStatus {
    /// Nothing to connect to: no conversation yet, or replies do not come by stream.
    #[default]
    Idle,
    /// The first attempt to connect.
    Connecting,
    /// Connected: replies arrive.
    Live,
    /// The connection was lost. Attempts are counted from 1.
    Reconnecting { attempt: u32 },
    /// The browser reports that it has no network.
    Offline,
}

/// One visitor's conversation, as the visitor sees it.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    id: Option<Rc<str>>,
    phase: Phase,
    /// In order, with gaps only where [`Action::Skipped`] reported them; each cursor once.
    log: Vec<Rc<RawEntry>>,
    rows: Vec<Rc<Row>>,
    /// Rows `..logged_rows` are in the log.
    logged_rows: usize,
    outbox: Vec<Rc<OutboxMessage>>,
    cursor: Option<Cursor>,
    read_cursor: Option<Cursor>,
    /// The largest row number so far.
    newest_number: i32,
    /// The number of the next row that is inserted above.
    oldest_number: i32,
    history: HistoryState,
    feedback: Rc<Vec<(Cursor, bool)>>,
    assignee: Option<Rc<Assignee>>,
    /// The last status in the log. `phase` can be newer, from an answer of the proxy.
    logged_status: Status,
    draft: Rc<str>,
    window_open: bool,
    page_hidden: bool,
    typing_until: Option<u64>,
    connection: ConnectionStatus,
    memory_only: bool,
    unavailable: bool,
    requirements: Requirements,
    progress: Rc<Progress>,
}

impl Conversation {
    /// Applies an action. Returns whether anything changed; applying it twice changes nothing.
    pub fn apply(&mut self, action: Action) -> bool {
        let changed = self.reduce(action);
        if cfg!(debug_assertions) && changed {
            self.check_invariants();
        }
        changed
    }

    fn reduce(&mut self, action: Action) -> bool {
        match action {
            Action::Composed { id, text, typed, at } => self.compose(id, text, typed, at),
            Action::Drafted(draft) => self.set_draft(draft),
            Action::SendBegan(id) => {
                self.change_send_state(&id, &[SendState::Queued, SendState::Unknown], SendState::Sending)
            }
            Action::SendAccepted { id, now } => self.send_accepted(&id, now),
            Action::SettledRemotely(id) => self.remove_settled(&id),
            Action::SendDelayed(id) => self.change_send_state(&id, &[SendState::Sending], SendState::Queued),
            Action::SendUnknown(id) => self.change_send_state(&id, &[SendState::Sending], SendState::Unknown),
            Action::TypedAnswerRefused(id) => self.typed_answer_refused(&id),
            Action::SendFailed { id, error } => self.send_failed(&id, error),
            Action::Requeued { id, new_id, at } => self.requeue(&id, new_id, at),
            Action::Discarded(id) => self.discard(&id),
            Action::OutboxFound(found) => self.merge_outbox(found),
            Action::Started(conversation) => self.start(conversation),
            Action::Received { entry, now } => self.receive(entry, now),
            Action::Skipped(cursor) => self.skip(cursor),
            Action::Rebuilt { entries, has_earlier } => self.rebuild(entries, has_earlier),
            Action::EarlierKnown(has_earlier) => self.set_has_earlier(has_earlier),
            Action::EarlierRequested => self.request_earlier(),
            Action::EarlierReceived { entries, has_earlier } => self.prepend_page(entries, has_earlier),
            Action::EarlierFailed => self.earlier_failed(),
            Action::Rated { cursor, helpful } => self.rate(cursor, helpful),
            Action::Restored(restored) => self.restore(*restored),
            Action::Ended => self.phase == Phase::Active && self.set_status(Status::Closed),
            Action::ConversationLeft => {
                self.clear_form();
                self.leave()
            }
            Action::VisitorForgotten => self.forget(),
            Action::WindowOpened => self.set_window_open(true) | self.mark_read_if_watched(),
            Action::WindowClosed => self.set_window_open(false),
            Action::PageShown => self.set_page_hidden(false) | self.mark_read_if_watched(),
            Action::PageHidden => self.set_page_hidden(true),
            Action::Read { up_to } => self.mark_read(up_to),
            Action::ConnectionChanged(status) => self.set_connection(status),
            Action::UnavailableChanged(unavailable) => self.set_unavailable(unavailable),
            Action::RequirementsSet(requirements) => self.set_requirements(requirements),
            Action::ProgressChanged(progress) => set_if_changed(&mut self.progress, Rc::new(progress)),
            Action::StorageLost => self.set_memory_only(true),
            Action::Ticked { now } => self.typing_until.take_if(|until| now >= *until).is_some(),
        }
    }

    fn start(&mut self, conversation: Rc<str>) -> bool {
        if self.id.is_some() {
            return false;
        }
        self.id = Some(conversation);
        self.phase = Phase::Active;
        true
    }

    fn forget(&mut self) -> bool {
        *self = Self {
            newest_number: self.newest_number,
            oldest_number: self.oldest_number,
            window_open: self.window_open,
            page_hidden: self.page_hidden,
            memory_only: self.memory_only,
            requirements: std::mem::take(&mut self.requirements),
            ..Self::default()
        };
        true
    }

    /// Applies a status; returns whether it changed the phase.
    fn set_status(&mut self, status: Status) -> bool {
        match (status, self.phase) {
            (Status::Closed, Phase::New | Phase::Active) => {
                self.phase = Phase::Ended;
                self.typing_until = None;
                self.fail_queued(SendError::Ended);
                true
            }
            (Status::Open, Phase::Ended) => {
                self.phase = Phase::Active;
                true
            }
            (Status::Closed, Phase::Ended) | (Status::Open, Phase::New | Phase::Active) => false,
        }
    }

    fn expect_reply(&mut self, now: u64) {
        self.typing_until = Some(now + TYPING_TIMEOUT);
    }

    /// The visitor's message with this client message id.
    pub fn message(&self, id: &str) -> Option<&MessageRow> {
        self.rows[self.row_index(id)?].message()
    }

    /// The last bot or agent row, if the visitor can answer it: nothing said since, not ended.
    pub fn answerable_row(&self) -> Option<&Rc<Row>> {
        if self.phase == Phase::Ended {
            return None;
        }
        // A failed message counts as not said.
        let is_said = |m: &MessageRow| !matches!(m.state.send_state(), SendState::Failed(_));
        let last = self.rows.iter().rfind(|row| row.message().is_some_and(is_said))?;
        last.is_reply().then_some(last)
    }

    /// The kind of answer that the bot asks for, if the visitor has said nothing since.
    pub fn prompt(&self) -> Option<Prompt> {
        prompt_of(self.answerable_row()?.message()?.content())
    }
}

fn set_if_changed<T: PartialEq>(field: &mut T, value: T) -> bool {
    let changed = *field != value;
    if changed {
        *field = value;
    }
    changed
}

fn prompt_of(content: &Content) -> Option<Prompt> {
    if let Content::Parts(parts) = content {
        return parts.iter().rev().find_map(prompt_of);
    }
    if let Content::Text(text) = content { text.prompt } else { None }
}
