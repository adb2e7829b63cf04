//! The outbox: messages the proxy has not confirmed yet, in order, shown as local echoes.
//!
//! A message leaves the outbox when its outcome is known: accepted, found in the log, or discarded.
//! Only then may its stored copy be removed. The machine decides when to send.

use std::rc::Rc;

use chataibot_wire::{Author, Content, RichText, content::Text, entry::DeliveryState};

use super::{Conversation, MessageRow, MessageState, Phase, Row, RowKind, SendError, SendState, row::Body};

/// A message in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// The client message id.
    pub id: Rc<str>,
    /// The text of the message.
    pub text: Rc<str>,
    /// The typed form of an answer: the `message` of a send, as JSON. It means the same as `text`,
    /// and is sent instead where the site takes typed answers.
    pub typed: Option<Rc<str>>,
    /// When it was said, by the visitor's clock.
    pub at: u64,
    /// Never [`SendState::Sent`].
    pub state: SendState,
}

impl Conversation {
    /// The next message to send, if none is in flight.
    ///
    /// While no conversation exists, a first message of unknown outcome is sent again: the same key
    /// starts nothing twice, and only its answer has the conversation's id.
    pub fn next_to_send(&self) -> Option<&Rc<OutboxMessage>> {
        if !self.may_send() || self.phase == Phase::Ended || self.outbox.iter().any(|p| p.state == SendState::Sending) {
            return None;
        }
        let unknown_start = self.outbox.iter().find(|p| self.id.is_none() && p.state == SendState::Unknown);
        unknown_start.or_else(|| self.outbox.iter().find(|p| p.state == SendState::Queued))
    }

    pub(super) fn compose(&mut self, id: Rc<str>, text: Rc<str>, typed: Option<Rc<str>>, at: u64) -> bool {
        if self.outbox_index(&id).is_some() || self.row_index(&id).is_some() {
            return false;
        }
        if self.id.is_none() {
            self.requeue_failed_starts(at);
        }
        self.enqueue(OutboxMessage { id, text, typed, at, state: SendState::Queued });
        true
    }

    /// Takes over the outbox of another page, where no message counts as in flight.
    pub(super) fn merge_outbox(&mut self, found: Vec<OutboxMessage>) -> bool {
        let mut changed = false;
        for mut pending in found {
            if pending.state == SendState::Sending {
                pending.state = SendState::Queued;
            }
            changed |= match (self.outbox_index(&pending.id), self.row_index(&pending.id)) {
                // In flight here, it stays in flight.
                (Some(index), _) if self.outbox[index].state == SendState::Sending => false,
                // Both pages have it: only a failure or a retry there is news.
                (Some(index), _) => self.set_outbox_state(index, pending.state),
                (None, Some(row)) => {
                    let is_settled = self.rows[row].message().is_none_or(|m| m.state.send_state().is_settled());
                    if !is_settled {
                        // The log has it, but without a final outcome: it must be sent once more.
                        self.set_row_state(row, pending.state);
                        self.outbox.push(Rc::new(pending));
                    }
                    !is_settled
                }
                (None, None) => {
                    self.enqueue(pending);
                    true
                }
            };
        }
        self.fail_waiting_behind_start();
        changed
    }

    pub(super) fn enqueue(&mut self, pending: OutboxMessage) {
        let content = Content::Text(Text { body: RichText::plain(&*pending.text), prompt: None });
        let (id, state) = (Some(pending.id.clone()), MessageState::Local(pending.state));
        let body = Body::Local(Rc::new(content));
        let kind = RowKind::Message(MessageRow { author: Author::Visitor, id, state, feedback: None, body });
        let (key, at) = (self.new_key(), pending.at);
        self.rows.push(Rc::new(Row { key, at, kind, first_in_group: true, last_in_group: true, is_new: true }));
        self.outbox.push(Rc::new(pending));
        self.regroup(self.rows.len() - 1);
    }

    pub(super) fn change_send_state(&mut self, id: &str, from: &[SendState], to: SendState) -> bool {
        let Some(index) = self.outbox_index(id).filter(|&index| from.contains(&self.outbox[index].state)) else {
            return false;
        };
        self.set_outbox_state(index, to)
    }

    /// Queues the message again, as text, with its key: the refused form was not stored.
    pub(super) fn typed_answer_refused(&mut self, id: &str) -> bool {
        let Some(index) = self.outbox_index(id).filter(|&index| self.outbox[index].typed.is_some()) else {
            return false;
        };
        Rc::make_mut(&mut self.outbox[index]).typed = None;
        self.set_outbox_state(index, SendState::Queued);
        true
    }

    pub(super) fn send_failed(&mut self, id: &str, error: SendError) -> bool {
        let from = [SendState::Queued, SendState::Sending, SendState::Unknown];
        let failed = self.change_send_state(id, &from, SendState::Failed(error));
        self.fail_waiting_behind_start();
        failed
    }

    /// Fails all waiting messages if the first one failed while no conversation exists: it may have
    /// started one after all, and a later message must not start a second.
    fn fail_waiting_behind_start(&mut self) {
        let failed = SendState::Failed(SendError::Temporary);
        if self.id.is_none() && self.outbox.iter().any(|p| p.state == failed) {
            self.fail_queued(SendError::Temporary);
        }
    }

    /// Queues all failed first messages again, together, in order and with their keys.
    fn requeue_failed_starts(&mut self, at: u64) {
        let failed = |p: &&Rc<OutboxMessage>| p.state == SendState::Failed(SendError::Temporary);
        let ids: Vec<Rc<str>> = self.outbox.iter().filter(failed).map(|p| p.id.clone()).collect();
        for id in ids {
            self.requeue_message(&id, id.clone(), at);
        }
    }

    pub(super) fn send_accepted(&mut self, id: &str, now: u64) -> bool {
        self.remove_settled(id) | self.row_index(id).is_some_and(|row| self.settle_row(row, SendState::Sent, Some(now)))
    }

    pub(super) fn requeue(&mut self, id: &str, new_id: Rc<str>, at: u64) -> bool {
        let failed = |p: &Rc<OutboxMessage>| *p.id == *id && p.state == SendState::Failed(SendError::Temporary);
        if self.id.is_none() && *new_id == *id && self.outbox.iter().any(failed) {
            self.requeue_failed_starts(at);
            return true;
        }
        self.requeue_message(id, new_id, at)
    }

    fn requeue_message(&mut self, id: &str, new_id: Rc<str>, at: u64) -> bool {
        let Some(row_index) = self.row_index(id) else { return false };
        let Some(message) = self.rows[row_index].message() else { return false };
        if !matches!(message.state.send_state(), SendState::Failed(error) if error.can_retry()) {
            return false;
        }
        let (text, typed) = match self.outbox_index(id) {
            Some(index) => {
                let before = self.outbox.remove(index);
                (before.text.clone(), before.typed.clone())
            }
            None => (message.content().to_plain().into(), None),
        };
        let logged = matches!(message.state, MessageState::Logged(..));
        let pending = OutboxMessage { id: new_id.clone(), text, typed, at, state: SendState::Queued };
        if logged && *new_id == *id {
            self.outbox.push(Rc::new(pending));
            self.set_row_state(row_index, SendState::Queued);
        } else if logged {
            // The old attempt stays in the log; the new one is a separate message.
            self.enqueue(pending);
        } else {
            // It is said now, so its row moves to the end and keeps its key.
            let mut row = self.rows.remove(row_index);
            let changed = Rc::make_mut(&mut row);
            changed.at = at;
            if let RowKind::Message(message) = &mut changed.kind {
                message.id = Some(new_id);
                message.state = MessageState::Local(SendState::Queued);
            }
            self.rows.push(row);
            self.outbox.push(Rc::new(pending));
            self.regroup_all();
        }
        true
    }

    pub(super) fn discard(&mut self, id: &str) -> bool {
        let Some(index) = self.outbox_index(id) else { return false };
        if self.outbox[index].state == SendState::Sending {
            return false;
        }
        self.outbox.remove(index);
        if let Some(row) = self.row_index(id).filter(|&row| row >= self.logged_rows) {
            self.rows.remove(row);
            self.regroup_all();
        }
        true
    }

    /// Applies the log's delivery state of a message. `received_at`: the time, if it is new.
    pub(super) fn apply_delivery(&mut self, id: &str, state: DeliveryState, received_at: Option<u64>) -> bool {
        let Some(index) = self.row_index(id) else { return false };
        let outcome = match state {
            DeliveryState::Sending => return false,
            DeliveryState::Sent => SendState::Sent,
            DeliveryState::Unknown => SendState::Unknown,
            DeliveryState::Refused => SendState::Failed(SendError::Refused),
            DeliveryState::Failed => {
                return match self.outbox_index(id).map(|index| self.outbox[index].state) {
                    // The answer to the send request decides whether it is retried automatically.
                    Some(SendState::Sending | SendState::Queued) => false,
                    Some(SendState::Unknown | SendState::Failed(_) | SendState::Sent) => {
                        self.send_failed(id, SendError::Temporary)
                    }
                    None => self.set_row_state(index, SendState::Failed(SendError::Temporary)),
                };
            }
        };
        self.remove_settled(id);
        self.settle_row(index, outcome, received_at)
    }

    /// Shows a final outcome. `received_at`: the time, if a reply can be expected now.
    fn settle_row(&mut self, index: usize, outcome: SendState, received_at: Option<u64>) -> bool {
        let changed = self.set_row_state(index, outcome);
        let is_answered = self.rows[index + 1..].iter().any(|row| row.is_reply());
        let expects_reply = changed && outcome == SendState::Sent && !is_answered;
        if let Some(now) = received_at.filter(|_| expects_reply) {
            self.expect_reply(now);
        }
        changed
    }

    pub(super) fn fail_queued(&mut self, error: SendError) {
        for index in 0..self.outbox.len() {
            if self.outbox[index].state == SendState::Queued {
                self.set_outbox_state(index, SendState::Failed(error));
            }
        }
    }

    /// Removes a message from the outbox because its outcome is known.
    pub(super) fn remove_settled(&mut self, id: &str) -> bool {
        self.outbox_index(id).map(|index| self.outbox.remove(index)).is_some()
    }

    pub(super) fn outbox_index(&self, id: &str) -> Option<usize> {
        self.outbox.iter().position(|p| *p.id == *id)
    }

    /// The row of a visitor's message, searched from the end, where it nearly always is.
    pub(super) fn row_index(&self, id: &str) -> Option<usize> {
        self.rows.iter().rposition(|row| row.message().is_some_and(|m| m.id.as_deref() == Some(id)))
    }

    fn set_outbox_state(&mut self, index: usize, state: SendState) -> bool {
        if self.outbox[index].state == state {
            return false;
        }
        Rc::make_mut(&mut self.outbox[index]).state = state;
        let id = self.outbox[index].id.clone();
        if let Some(row) = self.row_index(&id) {
            self.set_row_state(row, state);
        }
        true
    }

    pub(super) fn set_row_state(&mut self, index: usize, to: SendState) -> bool {
        let Some(message) = self.rows[index].message() else { return false };
        if message.state.send_state() == to {
            return false;
        }
        if let RowKind::Message(message) = &mut Rc::make_mut(&mut self.rows[index]).kind {
            match &mut message.state {
                MessageState::Local(state) | MessageState::Logged(_, state) => *state = to,
            }
        }
        true
    }
}
