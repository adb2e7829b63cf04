//! New rows: how many there are, where they begin, and where to scroll: an answer taller than the
//! list is shown from its beginning.

use std::rc::Rc;

use chataibot_wire::Author;
use wasm_bindgen::JsCast;
use web_sys::{Element, NodeList};

use super::scrolling::{NEAR_END, beginning_of, is_long};
use crate::conversation::{Conversation, MessageState, Row};

/// Counts the messages of bot and team below the row that was seen last.
pub(super) fn news(rows: &[Rc<Row>], seen: u32) -> usize {
    rows.iter().rev().take_while(|row| row.key != seen).filter(|row| row.is_reply()).count()
}

/// Returns the key of the first unread message of bot or team, unless it is the first row.
pub(super) fn first_unread(state: &Conversation) -> Option<u32> {
    let read = state.read_cursor();
    let unread = |row: &Rc<Row>| {
        let Some(message) = row.message() else { return false };
        let MessageState::Logged(cursor, _) = message.state else { return false };
        let is_read = read.is_some_and(|read| read.epoch == cursor.epoch && cursor.seq <= read.seq);
        message.author != Author::Visitor && !is_read
    };
    let at = state.rows().iter().position(unread)?;
    (at > 0).then(|| state.rows()[at].key)
}

/// Returns the key of the row to show at the top, if a row that arrived after the row
/// `newest_known` is too tall to be seen whole: that row, or a short new one just above it. Rows
/// that begin above the visible part have been seen. `rows`: those rendered in the list.
pub(super) fn long_new_row(rows: &[Rc<Row>], list: &Element, newest_known: u32) -> Option<u32> {
    let mut queried = None;
    let (mut candidates, mut long_top) = (Vec::new(), None);
    for (at, row) in rows.iter().enumerate().rev() {
        if !row.is_new || row.key <= newest_known || !row.is_reply() {
            continue;
        }
        // Queried only once there is a row to measure, so not for the visitor's own messages.
        let elements = match queried {
            Some(elements) => elements,
            None => elements(list)?,
        };
        let element = item(&elements, at)?;
        queried = Some(elements);
        let top = beginning_of(&element);
        if top + NEAR_END < list.scroll_top() {
            break;
        }
        candidates.push((row.key, top));
        if is_long(list, &element) {
            long_top = Some(top);
        }
    }
    let top_limit = long_top? - list.client_height() / 3;
    candidates.iter().rev().find(|(_, top)| *top >= top_limit).map(|(key, _)| *key)
}

pub(super) fn element_of(rows: &[Rc<Row>], list: &Element, key: u32) -> Option<Element> {
    let at = rows.iter().rposition(|row| row.key == key)?;
    item(&elements(list)?, at)
}

fn elements(list: &Element) -> Option<NodeList> {
    list.query_selector_all(".block > .row, .block > .event").ok()
}

fn item(elements: &NodeList, at: usize) -> Option<Element> {
    elements.item(u32::try_from(at).ok()?)?.dyn_into().ok()
}
