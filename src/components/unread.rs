//! Unread rows: how many there are, and where they begin.

use std::rc::Rc;

use chataibot_wire::Author;

use crate::conversation::{Conversation, Delivery, Row};

/// Counts the messages of bot and team below the row that was seen last.
pub(super) fn news(rows: &[Rc<Row>], seen: u32) -> usize {
    rows.iter().rev().take_while(|row| row.key != seen).filter(|row| row.is_reply()).count()
}

/// Returns the key of the first unread message of bot or team, unless it is the first row.
pub(super) fn first_unread(state: &Conversation) -> Option<u32> {
    let read = state.read_cursor();
    let unread = |row: &Rc<Row>| {
        let Some(message) = row.message() else { return false };
        let Delivery::Logged(cursor, _) = message.delivery else { return false };
        let is_read = read.is_some_and(|read| read.epoch == cursor.epoch && cursor.seq <= read.seq);
        message.author != Author::Visitor && !is_read
    };
    let at = state.rows().iter().position(unread)?;
    (at > 0).then(|| state.rows()[at].key)
}
