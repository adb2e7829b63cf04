//! Pagination of the log towards its beginning, and its pages above the rows shown.

use std::rc::Rc;

use chataibot_wire::{Cursor, Event};

use super::{Conversation, MessageState, RawEntry, Row, SendState, timeline::Origin};

/// Whether the log has more before the rows shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HistoryState {
    /// No: the conversation begins here.
    #[default]
    None,
    /// Yes, on request.
    Available,
    /// It was requested.
    Loading,
    /// The request failed; it may be repeated.
    Failed,
}

impl Conversation {
    pub(super) fn set_has_earlier(&mut self, has_earlier: bool) -> bool {
        if has_earlier {
            // A settled message missing in the known part of the log belongs to the part before it.
            let settled = MessageState::Local(SendState::Sent);
            self.rows.retain(|row| row.message().is_none_or(|message| message.state != settled));
            self.regroup_all();
        }
        let known = if has_earlier { HistoryState::Available } else { HistoryState::None };
        super::set_if_changed(&mut self.history, known)
    }

    pub(super) fn request_earlier(&mut self) -> bool {
        let can_request =
            matches!(self.history, HistoryState::Available | HistoryState::Failed) && !self.log.is_empty();
        if can_request {
            self.history = HistoryState::Loading;
        }
        can_request
    }

    pub(super) fn earlier_failed(&mut self) -> bool {
        self.history == HistoryState::Loading && super::set_if_changed(&mut self.history, HistoryState::Failed)
    }

    /// Inserts a page of the log before all known entries. Nothing in it is news: its rows are
    /// neither announced nor counted as unread, and no reply is expected.
    pub(super) fn prepend_page(&mut self, mut page: Vec<Rc<RawEntry>>, has_earlier: bool) -> bool {
        let (HistoryState::Loading, Some(first)) = (self.history, self.log.first().map(|entry| entry.cursor)) else {
            return false;
        };
        let mut last = 0;
        page.retain(|entry| {
            let Cursor { epoch, seq } = entry.cursor;
            let precedes = epoch == first.epoch && seq < first.seq && seq > last;
            if precedes {
                last = seq;
                self.oldest_number -= 1;
            }
            precedes
        });
        // A page without usable entries would be requested again and again.
        self.history = match (has_earlier, page.is_empty()) {
            (false, _) => HistoryState::None,
            (true, false) => HistoryState::Available,
            (true, true) => HistoryState::Failed,
        };
        // A separate conversation, so that the newest part alone decides who answers and whether it
        // goes on. Earlier rows have smaller numbers.
        let newest_number = self.oldest_number;
        let mut above = Self { newest_number, feedback: self.feedback.clone(), ..Self::default() };
        let mut known: Vec<Rc<Row>> = Vec::new();
        for entry in page {
            if let Event::Message(message) = &entry.event
                && let Some(at) = message.client_message_id.as_deref().and_then(|id| self.row_index(id))
            {
                if at < self.logged_rows {
                    above.log.push(entry);
                    continue; // Logged twice; shown where it was first seen.
                }
                known.push(self.rows.remove(at));
            }
            above.append_entry(entry, Origin::default(), &mut known);
        }
        let count = above.rows.len();
        if self.read_cursor.is_none() {
            // Old messages do not count as unread.
            self.read_cursor = above.cursor;
        }
        if self.assignee.is_none() {
            self.assignee = above.assignee.take();
        }
        above.rows.append(&mut self.rows);
        above.log.append(&mut self.log);
        self.rows = above.rows;
        self.log = above.log;
        self.logged_rows += count;
        // The delivery states of the page's messages may be in the part that was known before.
        for entry in self.log.clone() {
            if let Event::Delivery(delivery) = &entry.event
                && self.row_index(&delivery.client_message_id).is_some_and(|at| at < count)
            {
                self.apply_delivery(&delivery.client_message_id, delivery.state, None);
            }
        }
        self.regroup_all();
        true
    }
}
