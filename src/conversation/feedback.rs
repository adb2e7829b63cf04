//! The visitor's feedback on messages, which survives reloads and rebuilt logs.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::{Conversation, Row, RowKind};

/// How many of the latest ratings are kept.
const MAX_RATINGS: usize = 200;

impl Conversation {
    pub(super) fn feedback_on(&self, cursor: Cursor) -> Option<bool> {
        self.feedback.iter().find(|(at, _)| *at == cursor).map(|(_, helpful)| *helpful)
    }

    pub(super) fn rate(&mut self, cursor: Cursor, helpful: bool) -> bool {
        let is_at_cursor =
            |row: &Rc<Row>| row.message().is_some_and(|m| m.log_entry().is_some_and(|entry| entry.cursor == cursor));
        let Some(at) = self.rows[..self.logged_rows].iter().rposition(is_at_cursor) else { return false };
        if !self.rows[at].is_reply() || self.feedback_on(cursor) == Some(helpful) {
            return false;
        }
        if let RowKind::Message(message) = &mut Rc::make_mut(&mut self.rows[at]).kind {
            message.feedback = Some(helpful);
        }
        let feedback = Rc::make_mut(&mut self.feedback);
        feedback.retain(|(at, _)| *at != cursor);
        feedback.push((cursor, helpful));
        feedback.drain(..feedback.len().saturating_sub(MAX_RATINGS));
        true
    }

    /// Updates the feedback after a rebuild: the cursors may change, the rows kept theirs.
    pub(super) fn collect_feedback(&mut self) {
        let epoch = self.cursor.map(|cursor| cursor.epoch);
        let feedback = Rc::make_mut(&mut self.feedback);
        feedback.retain(|(at, _)| Some(at.epoch) == epoch);
        for message in self.rows.iter().filter_map(|row| row.message()) {
            if let (Some(helpful), Some(entry)) = (message.feedback, message.log_entry())
                && !feedback.iter().any(|(at, _)| *at == entry.cursor)
            {
                feedback.push((entry.cursor, helpful));
            }
        }
    }
}
