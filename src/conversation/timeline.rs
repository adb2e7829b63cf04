//! The timeline: places the log's entries, matches them with local echoes, and tracks what was read
//! and which rows form a group.
//!
//! Rows `..logged_rows` are in log order; the rest are not logged yet, in the order of the outbox.

use std::rc::Rc;

use chataibot_wire::{
    Author, Content, Cursor, Event,
    entry::{Message, Status},
};

use super::{
    Conversation, Delivery, HistoryState, MessageRow, Notice, Phase, RawEntry, Restored, Row, RowKind, SendState,
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
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Received now, at this monotonic time.
    Live(u64),
    /// In the log before. `fresh` if it is newer than all rows shown.
    History { fresh: bool },
}

impl Conversation {
    /// How this cursor relates to the part of the log read so far. The first one ever seen is
    /// always the next: a log may begin anywhere.
    #[must_use]
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
        self.place(entry, Origin::Live(now), &mut Vec::new());
        if self.is_watched() {
            self.read_up_to(None);
        }
        true
    }

    pub(super) fn skip(&mut self, cursor: Cursor) -> bool {
        let next = self.order_of(cursor) == CursorOrder::Next;
        if next {
            self.cursor = Some(cursor);
        }
        next
    }

    pub(super) fn rebuild(&mut self, entries: Vec<Rc<RawEntry>>, earlier: bool) -> bool {
        // The end was reported by an answer or the visitor, not by the log. Reading the log again
        // does not undo it.
        let ended = self.phase == Phase::Ended && self.logged_status == Status::Open;
        let newest_shown = self.log.last().map(|entry| entry.at);
        let read_at = self.read.and_then(|read| self.log.iter().rfind(|e| e.cursor == read)).map(|entry| entry.at);
        let mut old = self.take_log();
        for entry in entries {
            if self.order_of(entry.cursor) == CursorOrder::Known {
                continue;
            }
            if read_at.is_some_and(|read_at| entry.at <= read_at) {
                self.read = Some(entry.cursor);
            }
            let fresh = newest_shown.is_some_and(|newest| entry.at > newest);
            self.place(entry, Origin::History { fresh }, &mut old);
        }
        self.put_back_unlogged(old);
        if ended && self.logged_status == Status::Open {
            self.phase = Phase::Ended;
        }
        self.gather_feedback();
        self.earlier_known(earlier);
        if self.is_watched() {
            self.read_up_to(None);
        }
        true
    }

    pub(super) fn restore(&mut self, restored: Restored) -> bool {
        let mut old = self.take_log();
        if self.id.is_some() && self.id != restored.id {
            // Another conversation: of the old one, only unsent messages stay.
            old.retain(|row| row.message().and_then(|m| m.id.as_ref()).is_some_and(|id| self.pending(id).is_some()));
        }
        self.id = restored.id;
        self.typing_until = None;
        self.feedback = Rc::new(restored.feedback);
        for entry in restored.entries {
            if self.order_of(entry.cursor) != CursorOrder::Known {
                self.place(entry, Origin::History { fresh: false }, &mut old);
            }
        }
        self.put_back_unlogged(old);
        if restored.cursor.is_some() {
            self.cursor = restored.cursor;
        }
        self.phase = restored.phase;
        self.read = restored.read;
        self.earlier_known(restored.earlier);
        if self.assignee.is_none() {
            self.assignee = restored.assignee.map(Rc::new);
        }
        if self.is_watched() {
            self.read_up_to(None);
        }
        true
    }

    /// Leaves the conversation: its log is dropped, unsent messages stay.
    pub(super) fn leave(&mut self) -> bool {
        let mut old = self.take_log();
        // Messages in flight go to the conversation being left; their outcome will not be known
        // here.
        self.outbox.retain(|p| !matches!(p.state, SendState::Sending | SendState::Unknown));
        old.retain(|row| row.message().and_then(|m| m.id.as_ref()).is_some_and(|id| self.pending(id).is_some()));
        self.put_back_unlogged(old);
        self.id = None;
        self.earlier = HistoryState::None;
        self.feedback = Rc::default();
        self.phase = Phase::New;
        self.typing_until = None;
        true
    }

    /// Empties the log and returns all rows, so that they can be matched again.
    fn take_log(&mut self) -> Vec<Rc<Row>> {
        self.log.clear();
        self.logged_rows = 0;
        self.cursor = None;
        self.read = None;
        self.assignee = None;
        self.logged_status = Status::Open;
        if self.phase == Phase::Ended {
            self.phase = Phase::Active;
        }
        std::mem::take(&mut self.rows)
    }

    /// Puts local echoes, and logged messages still in the outbox, back below the rebuilt log.
    fn put_back_unlogged(&mut self, old: Vec<Rc<Row>>) {
        for mut row in old {
            let Some(message) = row.message() else { continue };
            let Some(id) = message.id.clone() else { continue };
            match (message.delivery, self.pending(&id)) {
                (Delivery::Local(_), _) => self.rows.push(row),
                (Delivery::Logged(..), Some(at)) => {
                    let state = self.outbox[at].state;
                    if let RowKind::Message(message) = &mut Rc::make_mut(&mut row).kind {
                        message.delivery = Delivery::Local(state);
                    }
                    self.rows.push(row);
                }
                (Delivery::Logged(..), None) => {}
            }
        }
        self.regroup_all();
    }

    /// Appends an entry to the log. `old` holds rows shown before, whose keys matching entries take
    /// over.
    pub(super) fn place(&mut self, entry: Rc<RawEntry>, origin: Origin, old: &mut Vec<Rc<Row>>) {
        self.cursor = Some(entry.cursor);
        self.log.push(entry.clone());
        if self.phase == Phase::New {
            self.phase = Phase::Active;
        }
        let notice = match &entry.event {
            Event::Message(message) => return self.place_message(&entry, message, origin, old),
            Event::Delivery(delivery) => {
                let live = match origin {
                    Origin::Live(now) => Some(now),
                    Origin::History { .. } => None,
                };
                self.delivered(&delivery.client_message_id, delivery.state, live);
                return;
            }
            Event::Assignee(assignee) => {
                let news = self.assignee.as_deref() != Some(assignee);
                self.assignee = Some(Rc::new(assignee.clone()));
                news.then(|| Notice::Handover(assignee.clone()))
            }
            Event::Status(status) => {
                self.set_status(*status);
                let news = self.logged_status != *status;
                self.logged_status = *status;
                news.then_some(match status {
                    Status::Closed => Notice::Ended,
                    Status::Open => Notice::Reopened,
                })
            }
        };
        if let Some(notice) = notice {
            let key = recognise(old, |row| row.at == entry.at && row.notice() == Some(&notice)).map(|row| row.key);
            self.insert(key, entry.at, RowKind::Notice(notice), origin);
        }
    }

    fn place_message(&mut self, entry: &Rc<RawEntry>, message: &Message, origin: Origin, old: &mut Vec<Rc<Row>>) {
        let author = message.author;
        if author != Author::Visitor {
            self.typing_until = None;
        }
        if matches!(message.content, Content::Delay) {
            if let Origin::Live(now) = origin {
                self.expect_reply(now);
            }
            return;
        }
        // A visitor's own message keeps its row, even if it is blank.
        if author != Author::Visitor && message.content.is_blank() {
            return;
        }
        let id: Option<Rc<str>> = message.client_message_id.as_deref().map(Rc::from);
        let mut known = None;
        if let Some(id) = &id {
            if let Some(at) = self.row_of(id) {
                if at < self.logged_rows {
                    return; // One message logged twice is still one message.
                }
                known = Some(self.rows.remove(at));
                self.regroup(at);
            }
            known = known.or_else(|| recognise(old, |row| row.message().is_some_and(|m| m.id.as_ref() == Some(id))));
        }
        let known = known.or_else(|| {
            let id = &id;
            recognise(old, |row| row.at == entry.at && row.message().is_some_and(|m| m.author == author && m.id == *id))
        });
        let state = match &id {
            Some(id) => match (self.pending(id), &known) {
                (Some(at), _) => self.outbox[at].state,
                (None, Some(row)) => row.message().map_or(SendState::Sent, |m| m.delivery.state()),
                (None, None) => SendState::Sending,
            },
            None => SendState::Sent,
        };
        let delivery = Delivery::Logged(entry.cursor, state);
        let feedback = match &known {
            Some(row) => row.message().and_then(|m| m.feedback),
            None => None,
        };
        let feedback = feedback.or_else(|| self.feedback_on(entry.cursor));
        let body = Body::Logged(entry.clone());
        let kind = RowKind::Message(MessageRow { author, id, delivery, feedback, body });
        let origin = match &known {
            // A known row keeps its `fresh` mark.
            Some(row) if matches!(origin, Origin::History { .. }) => Origin::History { fresh: row.fresh },
            Some(_) | None => origin,
        };
        self.insert(known.map(|row| row.key), entry.at, kind, origin);
    }

    fn insert(&mut self, key: Option<u32>, at: u64, kind: RowKind, origin: Origin) {
        let fresh = match origin {
            Origin::Live(_) => true,
            Origin::History { fresh } => fresh,
        };
        let key = key.unwrap_or_else(|| self.new_key());
        let row = Row { key, at, kind, first_in_group: true, last_in_group: true, fresh };
        self.rows.insert(self.logged_rows, Rc::new(row));
        self.logged_rows += 1;
        self.regroup(self.logged_rows - 1);
    }

    pub(super) fn new_key(&mut self) -> u32 {
        self.next_key += 1;
        self.next_key
    }

    /// The number of messages of bots and agents since the visitor last looked.
    #[must_use]
    pub fn unread(&self) -> u32 {
        let mut unread = 0;
        for row in self.rows[..self.logged_rows].iter().rev() {
            let Some(message) = row.message() else { continue };
            let Delivery::Logged(cursor, _) = message.delivery else { continue };
            if self.read.is_some_and(|read| read.epoch == cursor.epoch && cursor.seq <= read.seq) {
                break;
            }
            unread += u32::from(message.author != Author::Visitor);
        }
        unread
    }

    /// Moves the read mark forward, never back.
    pub(super) fn read_up_to(&mut self, up_to: Option<Cursor>) -> bool {
        let Some(up_to) = up_to.or(self.cursor) else { return false };
        let further = match self.read {
            Some(read) => read.epoch != up_to.epoch || read.seq < up_to.seq,
            None => true,
        };
        if further {
            self.read = Some(up_to);
        }
        further
    }

    pub(super) fn regroup_all(&mut self) {
        for at in 0..self.rows.len() {
            self.regroup_one(at);
        }
    }

    /// Sets the group marks of a row and its two neighbours.
    pub(super) fn regroup(&mut self, at: usize) {
        for near in at.saturating_sub(1)..(at + 2).min(self.rows.len()) {
            self.regroup_one(near);
        }
    }

    fn regroup_one(&mut self, at: usize) {
        let rows = &self.rows;
        let first = at == 0 || !together(&rows[at - 1], &rows[at]);
        let last = at + 1 == rows.len() || !together(&rows[at], &rows[at + 1]);
        if rows[at].first_in_group != first || rows[at].last_in_group != last {
            let row = Rc::make_mut(&mut self.rows[at]);
            row.first_in_group = first;
            row.last_in_group = last;
        }
    }
}

fn together(above: &Row, below: &Row) -> bool {
    match (above.message(), below.message()) {
        (Some(a), Some(b)) => a.author == b.author && above.at / MINUTE == below.at / MINUTE,
        (Some(_) | None, _) => false,
    }
}

fn recognise(old: &mut Vec<Rc<Row>>, is: impl Fn(&Row) -> bool) -> Option<Rc<Row>> {
    let at = old.iter().position(|row| is(row))?;
    Some(old.remove(at))
}
