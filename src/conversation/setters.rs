//! Plain setters for state that does not depend on the log. Separate from [`Conversation::apply`],
//! so that the always loaded part of the program does not link all of its logic.

use std::rc::Rc;

use super::{ConnectionStatus, Conversation, OutboxMessage, SendState, onboarding::Requirements, set_if_changed};

impl Conversation {
    pub(crate) fn set_draft(&mut self, draft: Rc<str>) -> bool {
        set_if_changed(&mut self.draft, draft)
    }

    pub(crate) fn set_window_open(&mut self, open: bool) -> bool {
        set_if_changed(&mut self.window_open, open)
    }

    pub(crate) fn set_page_hidden(&mut self, hidden: bool) -> bool {
        set_if_changed(&mut self.page_hidden, hidden)
    }

    pub(crate) fn set_connection(&mut self, status: ConnectionStatus) -> bool {
        set_if_changed(&mut self.connection, status)
    }

    pub(crate) fn set_unavailable(&mut self, unavailable: bool) -> bool {
        set_if_changed(&mut self.unavailable, unavailable)
    }

    pub(crate) fn set_requirements(&mut self, requirements: Requirements) -> bool {
        set_if_changed(&mut self.requirements, requirements)
    }

    pub(crate) fn set_memory_only(&mut self) -> bool {
        set_if_changed(&mut self.memory_only, true)
    }

    /// Queues a message of the visitor while nothing was said before, or only messages like this
    /// one.
    pub(crate) fn enqueue_message(&mut self, id: Rc<str>, text: Rc<str>, at: u64) {
        self.enqueue(OutboxMessage { id, text, typed: None, at, state: SendState::Queued });
    }

    /// Returns the time for the id of the next message, in milliseconds since 1970: now, but later
    /// than the ids of all waiting messages. Messages are stored and sent in the order of their
    /// ids, so after a clock was set back, a new one must not precede one that is still waiting.
    #[must_use]
    pub fn id_time(&self, wall: u64) -> u64 {
        self.outbox.iter().filter_map(|pending| uuid_time(&pending.id)).fold(wall, |at, other| at.max(other + 1))
    }
}

/// The time in a UUIDv7: its first twelve hexadecimal digits.
fn uuid_time(id: &str) -> Option<u64> {
    let digits = id.chars().filter(|c| *c != '-').take(12);
    digits.map(|c| c.to_digit(16)).try_fold(0, |time, digit| Some(time << 4 | u64::from(digit?)))
}
