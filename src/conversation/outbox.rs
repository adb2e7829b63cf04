//! The outbox: messages the proxy has not confirmed yet, in order, each with its send state. They
//! are shown at once, as local echoes.
//!
//! A message leaves the outbox when its outcome is known: accepted, found in the log, or discarded.
//! Only then may its stored copy be removed. The machine decides when to send.

use std::rc::Rc;

use chataibot_wire::{Author, Content, RichText, content::Text, entry::DeliveryState};

use super::{Conversation, Delivery, MessageRow, Phase, Row, RowKind, SendError, SendState, row::Body};

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
    /// The messages not confirmed yet, in order.
    #[must_use]
    pub fn outbox(&self) -> &[Rc<OutboxMessage>] {
        &self.outbox
    }

    /// The next message to send, if none is in flight.
    ///
    /// While no conversation exists, a first message of unknown outcome is sent again: the same key
    /// starts nothing twice, and only its answer has the conversation's id.
    #[must_use]
    pub fn next_to_send(&self) -> Option<&Rc<OutboxMessage>> {
        if !self.may_send() || self.phase == Phase::Ended || self.outbox.iter().any(|p| p.state == SendState::Sending) {
            return None;
        }
        let unknown_start = self.outbox.iter().find(|p| self.id.is_none() && p.state == SendState::Unknown);
        unknown_start.or_else(|| self.outbox.iter().find(|p| p.state == SendState::Queued))
    }

    pub(super) fn compose(&mut self, id: Rc<str>, text: Rc<str>, typed: Option<Rc<str>>, at: u64) -> bool {
        if self.pending(&id).is_some() || self.row_of(&id).is_some() {
            return false;
        }
        if self.id.is_none() {
            self.requeue_starts(at);
        }
        self.enqueue(OutboxMessage { id, text, typed, at, state: SendState::Queued });
        true
    }

    /// Takes over the outbox of another page. A message in flight there counts as waiting, because
    /// its key may always be sent again.
    pub(super) fn adopt_outbox(&mut self, found: Vec<OutboxMessage>) -> bool {
        let mut changed = false;
        for mut pending in found {
            if pending.state == SendState::Sending {
                pending.state = SendState::Queued;
            }
            if let Some(at) = self.pending(&pending.id) {
                // Both pages have it. Only a failure or a retry there is news; a message in flight
                // here stays in flight.
                let ours = self.outbox[at].state;
                if ours != SendState::Sending && ours != pending.state {
                    self.set_pending(at, pending.state, true);
                    changed = true;
                }
                continue;
            }
            match self.row_of(&pending.id) {
                // The log has it, but without a final outcome: it must be sent once more.
                Some(at) if self.rows[at].message().is_some_and(|m| !m.delivery.state().is_settled()) => {
                    let state = pending.state;
                    self.outbox.push(Rc::new(pending));
                    self.set_row_state(at, state);
                    changed = true;
                }
                Some(_) => {}
                None => {
                    self.enqueue(pending);
                    changed = true;
                }
            }
        }
        self.hold_starts();
        changed
    }

    pub(super) fn enqueue(&mut self, pending: OutboxMessage) {
        let content = Content::Text(Text { body: RichText::plain(&*pending.text), prompt: None });
        let row = Row {
            key: self.new_key(),
            at: pending.at,
            kind: RowKind::Message(MessageRow {
                author: Author::Visitor,
                id: Some(pending.id.clone()),
                delivery: Delivery::Local(pending.state),
                feedback: None,
                body: Body::Local(Rc::new(content)),
            }),
            first_in_group: true,
            last_in_group: true,
            fresh: true,
        };
        self.rows.push(Rc::new(row));
        self.outbox.push(Rc::new(pending));
        self.regroup(self.rows.len() - 1);
    }

    /// Moves a message from one of the states in `from` to `to`.
    pub(super) fn send_moved(&mut self, id: &str, from: &[SendState], to: SendState) -> bool {
        match self.pending(id) {
            Some(at) if from.contains(&self.outbox[at].state) && self.outbox[at].state != to => {
                self.set_pending(at, to, true);
                true
            }
            Some(_) | None => false,
        }
    }

    /// Queues the message again, as text. Its key may be reused, because nothing was stored with
    /// the refused form.
    pub(super) fn form_refused(&mut self, id: &str) -> bool {
        let Some(at) = self.pending(id).filter(|&at| self.outbox[at].typed.is_some()) else { return false };
        self.set_pending(at, SendState::Queued, false);
        true
    }

    pub(super) fn send_failed(&mut self, id: &str, error: SendError) -> bool {
        let from = [SendState::Queued, SendState::Sending, SendState::Unknown];
        let failed = self.send_moved(id, &from, SendState::Failed(error));
        self.hold_starts();
        failed
    }

    /// Fails all waiting messages if the first one failed while no conversation exists: it may have
    /// started one after all, and a later message must not start a second.
    fn hold_starts(&mut self) {
        let failed = SendState::Failed(SendError::Temporary);
        if self.id.is_none() && self.outbox.iter().any(|p| p.state == failed) {
            self.fail_waiting(SendError::Temporary);
        }
    }

    /// Queues all failed first messages again, together, in order and with their keys.
    fn requeue_starts(&mut self, at: u64) {
        let failed = |p: &&Rc<OutboxMessage>| p.state == SendState::Failed(SendError::Temporary);
        let ids: Vec<Rc<str>> = self.outbox.iter().filter(failed).map(|p| p.id.clone()).collect();
        for id in ids {
            self.requeue_one(&id, id.clone(), at);
        }
    }

    pub(super) fn send_accepted(&mut self, id: &str, now: u64) -> bool {
        let was_pending = self.settle(id);
        let Some(at) = self.row_of(id) else { return was_pending };
        let news = self.set_row_state(at, SendState::Sent);
        if news && !self.answered_after(at) {
            self.expect_reply(now);
        }
        was_pending || news
    }

    pub(super) fn requeue(&mut self, id: &str, new_id: Rc<str>, at: u64) -> bool {
        let failed = |p: &Rc<OutboxMessage>| *p.id == *id && p.state == SendState::Failed(SendError::Temporary);
        if self.id.is_none() && *new_id == *id && self.outbox.iter().any(failed) {
            self.requeue_starts(at);
            return true;
        }
        self.requeue_one(id, new_id, at)
    }

    fn requeue_one(&mut self, id: &str, new_id: Rc<str>, at: u64) -> bool {
        let Some(row_at) = self.row_of(id) else { return false };
        let Some(message) = self.rows[row_at].message() else { return false };
        let SendState::Failed(error) = message.delivery.state() else { return false };
        if !error.can_retry() {
            return false;
        }
        let (text, typed) = match self.pending(id) {
            Some(index) => {
                let before = self.outbox.remove(index);
                (before.text.clone(), before.typed.clone())
            }
            None => (message.content().to_plain().into(), None),
        };
        let logged = matches!(message.delivery, Delivery::Logged(..));
        let pending = OutboxMessage { id: new_id.clone(), text, typed, at, state: SendState::Queued };
        if logged && *new_id == *id {
            self.outbox.push(Rc::new(pending));
            self.set_row_state(row_at, SendState::Queued);
        } else if logged {
            // The old attempt stays in the log; the new one is a separate message.
            self.enqueue(pending);
        } else {
            // It is said now, so its row moves to the end and keeps its key.
            let mut row = self.rows.remove(row_at);
            let changed = Rc::make_mut(&mut row);
            changed.at = at;
            if let RowKind::Message(message) = &mut changed.kind {
                message.id = Some(new_id);
                message.delivery = Delivery::Local(SendState::Queued);
            }
            self.rows.push(row);
            self.outbox.push(Rc::new(pending));
            self.regroup_all();
        }
        true
    }

    pub(super) fn discard(&mut self, id: &str) -> bool {
        let Some(at) = self.pending(id) else { return false };
        if self.outbox[at].state == SendState::Sending {
            return false;
        }
        self.outbox.remove(at);
        if let Some(row) = self.row_of(id).filter(|&row| row >= self.logged_rows) {
            self.rows.remove(row);
            self.regroup_all();
        }
        true
    }

    /// Applies the delivery state that the log reports for a visitor's message. `live`: the time,
    /// if the entry is new and not history.
    pub(super) fn delivered(&mut self, id: &str, state: DeliveryState, live: Option<u64>) -> bool {
        let Some(at) = self.row_of(id) else { return false };
        match state {
            DeliveryState::Sending => false,
            DeliveryState::Sent => {
                self.settle(id);
                let news = self.set_row_state(at, SendState::Sent);
                if let Some(now) = live.filter(|_| news && !self.answered_after(at)) {
                    self.expect_reply(now);
                }
                news
            }
            DeliveryState::Unknown => {
                self.settle(id);
                self.set_row_state(at, SendState::Unknown)
            }
            DeliveryState::Refused => {
                self.settle(id);
                self.set_row_state(at, SendState::Failed(SendError::Refused))
            }
            DeliveryState::Failed => match self.pending(id).map(|index| self.outbox[index].state) {
                // The answer to the send request decides whether it is retried automatically.
                Some(SendState::Sending | SendState::Queued) => false,
                Some(SendState::Unknown | SendState::Failed(_) | SendState::Sent) => {
                    self.send_failed(id, SendError::Temporary)
                }
                None => self.set_row_state(at, SendState::Failed(SendError::Temporary)),
            },
        }
    }

    /// Fails all queued messages with this error.
    pub(super) fn fail_waiting(&mut self, error: SendError) {
        for at in 0..self.outbox.len() {
            if matches!(self.outbox[at].state, SendState::Queued) {
                self.set_pending(at, SendState::Failed(error), true);
            }
        }
    }

    /// Removes a message from the outbox because its outcome is known.
    pub(super) fn settle(&mut self, id: &str) -> bool {
        match self.pending(id) {
            Some(at) => {
                self.outbox.remove(at);
                true
            }
            None => false,
        }
    }

    pub(super) fn pending(&self, id: &str) -> Option<usize> {
        self.outbox.iter().position(|p| *p.id == *id)
    }

    /// The row of a visitor's message, searched from the end, where it nearly always is.
    pub(super) fn row_of(&self, id: &str) -> Option<usize> {
        self.rows.iter().rposition(|row| row.message().is_some_and(|m| m.id.as_deref() == Some(id)))
    }

    fn set_pending(&mut self, at: usize, state: SendState, keeps_form: bool) {
        let pending = Rc::make_mut(&mut self.outbox[at]);
        pending.state = state;
        if !keeps_form {
            pending.typed = None;
        }
        let id = self.outbox[at].id.clone();
        if let Some(row) = self.row_of(&id) {
            self.set_row_state(row, state);
        }
    }

    pub(super) fn set_row_state(&mut self, at: usize, to: SendState) -> bool {
        let Some(message) = self.rows[at].message() else { return false };
        if message.delivery.state() == to {
            return false;
        }
        if let RowKind::Message(message) = &mut Rc::make_mut(&mut self.rows[at]).kind {
            match &mut message.delivery {
                Delivery::Local(state) | Delivery::Logged(_, state) => *state = to,
            }
        }
        true
    }

    /// Whether a message of a bot or an agent is below this row.
    fn answered_after(&self, at: usize) -> bool {
        self.rows[at + 1..].iter().any(|row| row.message().is_some_and(|m| m.author != Author::Visitor))
    }
}
