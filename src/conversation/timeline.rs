//! The timeline: places log entries, matches local echoes, tracks what was read and groups rows.
//!
//! Rows `..logged_rows` are in log order; the rest are not logged yet, in the order of the outbox.

use std::rc::Rc;

use chataibot_wire::entry::{Message, Status};
use chataibot_wire::{Author, Content, Cursor, Event};

use super::{
    Conversation, HistoryState, MessageRow, MessageState, Notice, Phase, RawEntry, Restored, Row, RowKind, SendState,
    row::Body,
};

/// Rows of one author within one minute form a group.
const MINUTE: u64 = 60_000;

/// How an entry's cursor relates to the part of the log read so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorOrder {
    /// It is the next one.
    Next,
    /// It was read already.
    Known,
    /// Something before it is missing, or it belongs to another epoch.
    Gap,
}

/// Where an entry comes from; decides what it may trigger.
#[derive(Clone, Copy, Default)]
pub(super) struct Origin {
    /// When it was received, monotonic; `None` if it was in the log before.
    received_at: Option<u64>,
    /// Whether it is newer than all rows shown.
    is_new: bool,
}

/// Whether this entry was read. `read` itself may be an entry this version cannot read.
fn is_up_to(entry: Cursor, read: Cursor) -> bool {
    entry.epoch == read.epoch && entry.seq <= read.seq
}

impl Conversation {
    /// How this cursor relates to what was read. The first is next: a log may begin anywhere.
    pub fn order_of(&self, cursor: Cursor) -> CursorOrder {
        match self.cursor {
            None => CursorOrder::Next,
            Some(last) if last.epoch != cursor.epoch => CursorOrder::Gap,
            Some(last) if cursor.seq <= last.seq => CursorOrder::Known,
            Some(last) if cursor.seq - last.seq == 1 => CursorOrder::Next,
            Some(_) => CursorOrder::Gap,
        }
    }

    pub(super) fn receive(&mut self, entry: Rc<RawEntry>, now: u64) -> bool {
        if self.order_of(entry.cursor) != CursorOrder::Next {
            return false;
        }
        self.append_entry(entry, Origin { received_at: Some(now), is_new: true }, &mut Vec::new());
        self.mark_read_if_watched();
        true
    }

    pub(super) fn skip(&mut self, cursor: Cursor) -> bool {
        let is_next = self.order_of(cursor) == CursorOrder::Next;
        if is_next {
            self.cursor = Some(cursor);
        }
        is_next
    }

    pub(super) fn rebuild(&mut self, entries: Vec<Rc<RawEntry>>, has_earlier: bool) -> bool {
        // Reading the log again does not undo an end that it did not report.
        let ended = self.phase == Phase::Ended && self.logged_status == Status::Open;
        let newest_shown = self.log.last().map(|entry| entry.at);
        let (read, assignee) = (self.read_cursor, self.assignee.clone());
        let last_read = read.and_then(|read| self.log.iter().rfind(|entry| is_up_to(entry.cursor, read)));
        let read_at = last_read.map(|entry| entry.at);
        let mut old_rows = self.reset_log();
        for entry in entries {
            if self.order_of(entry.cursor) == CursorOrder::Known {
                continue;
            }
            // Where no entries were stored, only the cursor tells what was read.
            let is_read = match read_at {
                Some(read_at) => entry.at <= read_at,
                None => read.is_some_and(|read| is_up_to(entry.cursor, read)),
            };
            if is_read {
                self.read_cursor = Some(entry.cursor);
            }
            let is_new = match newest_shown {
                Some(newest) => entry.at > newest,
                None => read.is_some() && !is_read,
            };
            self.append_entry(entry, Origin { received_at: None, is_new }, &mut old_rows);
        }
        self.put_back_unlogged(old_rows);
        if ended && self.logged_status == Status::Open {
            self.phase = Phase::Ended;
        }
        if has_earlier && self.assignee.is_none() {
            // Assigned before the part of the log that was read.
            self.assignee = assignee;
        }
        self.collect_feedback();
        self.set_has_earlier(has_earlier);
        self.mark_read_if_watched();
        true
    }

    pub(super) fn restore(&mut self, restored: Restored) -> bool {
        let mut old_rows = self.reset_log();
        if self.id.is_some() && self.id != restored.id {
            // Another conversation: of the old one, only unsent messages stay.
            old_rows.retain(|row| self.is_unsent(row));
        }
        self.id = restored.id;
        self.typing_until = None;
        self.feedback = Rc::new(restored.feedback);
        for entry in restored.entries {
            if self.order_of(entry.cursor) != CursorOrder::Known {
                self.append_entry(entry, Origin::default(), &mut old_rows);
            }
        }
        self.put_back_unlogged(old_rows);
        if restored.cursor.is_some() {
            self.cursor = restored.cursor;
        }
        self.phase = restored.phase;
        self.read_cursor = restored.read_cursor;
        self.set_has_earlier(restored.has_earlier);
        if self.assignee.is_none() {
            self.assignee = restored.assignee.map(Rc::new);
        }
        self.mark_read_if_watched();
        true
    }

    /// Leaves the conversation: its log is dropped, unsent messages stay.
    pub(super) fn leave(&mut self) -> bool {
        let mut old_rows = self.reset_log();
        // Messages in flight go to the conversation being left.
        self.outbox.retain(|p| !matches!(p.state, SendState::Sending | SendState::Unknown));
        old_rows.retain(|row| self.is_unsent(row));
        self.put_back_unlogged(old_rows);
        self.id = None;
        self.history = HistoryState::None;
        self.feedback = Rc::default();
        self.phase = Phase::New;
        self.typing_until = None;
        true
    }

    /// Whether the row is a message of the outbox.
    fn is_unsent(&self, row: &Row) -> bool {
        row.message().and_then(|m| m.id.as_ref()).is_some_and(|id| self.outbox_index(id).is_some())
    }

    /// Empties the log and returns all rows, so that they can be matched again.
    fn reset_log(&mut self) -> Vec<Rc<Row>> {
        self.log.clear();
        self.logged_rows = 0;
        self.cursor = None;
        self.read_cursor = None;
        self.assignee = None;
        self.logged_status = Status::Open;
        if self.phase == Phase::Ended {
            self.phase = Phase::Active;
        }
        std::mem::take(&mut self.rows)
    }

    /// Puts local echoes, and logged messages still in the outbox, back below the rebuilt log.
    fn put_back_unlogged(&mut self, old_rows: Vec<Rc<Row>>) {
        for mut row in old_rows {
            let Some((message, id)) = row.message().and_then(|m| Some((m, m.id.as_ref()?))) else { continue };
            match (message.state, self.outbox_index(id)) {
                (MessageState::Local(_), _) => {}
                (MessageState::Logged(..), Some(index)) => {
                    if let RowKind::Message(message) = &mut Rc::make_mut(&mut row).kind {
                        message.state = MessageState::Local(self.outbox[index].state);
                    }
                }
                (MessageState::Logged(..), None) => continue,
            }
            self.rows.push(row);
        }
        self.regroup_all();
    }

    /// Appends an entry to the log. It takes over the key of a matching row in `old_rows`.
    pub(super) fn append_entry(&mut self, entry: Rc<RawEntry>, origin: Origin, old_rows: &mut Vec<Rc<Row>>) {
        self.cursor = Some(entry.cursor);
        self.log.push(entry.clone());
        if self.phase == Phase::New {
            self.phase = Phase::Active;
        }
        let notice = match &entry.event {
            Event::Message(message) => return self.append_message(&entry, message, origin, old_rows),
            Event::Delivery(delivery) => {
                self.apply_delivery(&delivery.client_message_id, delivery.state, origin.received_at);
                return;
            }
            Event::Assignee(assignee) => {
                let changed = self.assignee.as_deref() != Some(assignee);
                self.assignee = Some(Rc::new(assignee.clone()));
                changed.then(|| Notice::Handover(assignee.clone()))
            }
            Event::Status(status) => {
                self.set_status(*status);
                let changed = self.logged_status != *status;
                self.logged_status = *status;
                changed.then_some(match status {
                    Status::Closed => Notice::Ended,
                    Status::Open => Notice::Reopened,
                })
            }
        };
        if let Some(notice) = notice {
            let kind = RowKind::Notice(notice);
            let known = take_matching(old_rows, |row| row.at == entry.at && row.kind == kind);
            self.insert(known.map(|row| row.key), entry.at, kind, origin.is_new);
        }
    }

    fn append_message(&mut self, entry: &Rc<RawEntry>, message: &Message, origin: Origin, old_rows: &mut Vec<Rc<Row>>) {
        let author = message.author;
        if author != Author::Visitor {
            self.typing_until = None;
        }
        if matches!(message.content, Content::Delay) {
            if let Some(now) = origin.received_at {
                self.expect_reply(now);
            }
            return;
        }
        // A visitor's own message keeps its row, even if it is blank.
        if author != Author::Visitor && message.content.is_blank() {
            return;
        }
        let id: Option<Rc<str>> = message.client_message_id.as_deref().map(Rc::from);
        let known = match &id {
            Some(id) => match self.row_index(id) {
                // One message logged twice is still one message.
                Some(index) if index < self.logged_rows => return,
                Some(index) => {
                    let row = self.rows.remove(index);
                    self.regroup(index);
                    Some(row)
                }
                None => take_matching(old_rows, |row| row.message().is_some_and(|m| m.id.as_ref() == Some(id))),
            },
            None => take_matching(old_rows, |row| {
                row.at == entry.at && row.message().is_some_and(|m| m.author == author && m.id.is_none())
            }),
        };
        let shown = known.as_ref().and_then(|row| row.message());
        let state = match &id {
            Some(id) => match (self.outbox_index(id), shown) {
                (Some(index), _) => self.outbox[index].state,
                (None, Some(shown)) => shown.state.send_state(),
                (None, None) => SendState::Sending,
            },
            None => SendState::Sent,
        };
        let state = MessageState::Logged(entry.cursor, state);
        let feedback = shown.and_then(|m| m.feedback).or_else(|| self.feedback_on(entry.cursor));
        let body = Body::Logged(entry.clone());
        let kind = RowKind::Message(MessageRow { author, id, state, feedback, body });
        let is_new = match &known {
            // A known row keeps its mark.
            Some(row) if origin.received_at.is_none() => row.is_new,
            Some(_) | None => origin.is_new,
        };
        self.insert(known.map(|row| row.key), entry.at, kind, is_new);
    }

    fn insert(&mut self, key: Option<u32>, at: u64, kind: RowKind, is_new: bool) {
        let key = key.unwrap_or_else(|| self.new_key());
        let row = Row { key, at, kind, first_in_group: true, last_in_group: true, is_new };
        self.rows.insert(self.logged_rows, Rc::new(row));
        self.logged_rows += 1;
        self.regroup(self.logged_rows - 1);
    }

    pub(super) fn new_key(&mut self) -> u32 {
        self.newest_number += 1;
        self.newest_key()
    }

    /// The number of messages of bots and agents since the visitor last looked.
    pub fn unread(&self) -> u32 {
        let mut unread = 0;
        for row in self.rows[..self.logged_rows].iter().rev() {
            let Some(message) = row.message() else { continue };
            let MessageState::Logged(cursor, _) = message.state else { continue };
            if self.read_cursor.is_some_and(|read| is_up_to(cursor, read)) {
                break;
            }
            unread += u32::from(message.author != Author::Visitor);
        }
        unread
    }

    /// Moves the read mark forward, never back.
    pub(super) fn mark_read(&mut self, up_to: Option<Cursor>) -> bool {
        let Some(up_to) = up_to.or(self.cursor) else { return false };
        let advances = self.read_cursor.is_none_or(|read| !is_up_to(up_to, read));
        if advances {
            self.read_cursor = Some(up_to);
        }
        advances
    }

    /// To be called after every change by which the visitor may see unread messages.
    pub(super) fn mark_read_if_watched(&mut self) -> bool {
        self.is_watched() && self.mark_read(None)
    }

    pub(super) fn regroup_all(&mut self) {
        for index in 0..self.rows.len() {
            self.regroup_one(index);
        }
    }

    /// Sets the group marks of a row and its two neighbours.
    pub(super) fn regroup(&mut self, index: usize) {
        for neighbour in index.saturating_sub(1)..(index + 2).min(self.rows.len()) {
            self.regroup_one(neighbour);
        }
    }

    fn regroup_one(&mut self, index: usize) {
        let rows = &self.rows;
        let first = index == 0 || !same_group(&rows[index - 1], &rows[index]);
        let last = index + 1 == rows.len() || !same_group(&rows[index], &rows[index + 1]);
        if rows[index].first_in_group != first || rows[index].last_in_group != last {
            let row = Rc::make_mut(&mut self.rows[index]);
            row.first_in_group = first;
            row.last_in_group = last;
        }
    }
}

fn same_group(above: &Row, below: &Row) -> bool {
    let is_one_minute = above.at / MINUTE == below.at / MINUTE;
    above.message().zip(below.message()).is_some_and(|(a, b)| a.author == b.author && is_one_minute)
}

fn take_matching(old_rows: &mut Vec<Rc<Row>>, matches: impl Fn(&Row) -> bool) -> Option<Rc<Row>> {
    let index = old_rows.iter().position(|row| matches(row))?;
    Some(old_rows.remove(index))
}
