//! Handles changes that other tabs made in storage, and a change of the visitor.

use std::rc::Rc;

use super::ChatMachine;
use crate::api::Credentials;
use crate::conversation::{Action, OutboxMessage, Phase};
use crate::machine::effect::{ChatEffect, Effect};
use crate::machine::storage_schema::{StoredConversation, StoredPending};

impl ChatMachine {
    /// Takes over credentials. Another visitor gets only the unsent messages.
    pub(super) fn adopt(&mut self, credentials: Rc<Credentials>) {
        if self.core.state.id().is_some() && self.owner.as_ref() != Some(&credentials.visitor) {
            self.requeue_in_flight();
            self.leave();
        }
        self.core.token_refresh.adopt(credentials, self.now);
        self.may_have_missed_reset = false;
    }

    /// Queues the message in flight again, because its conversation is left.
    fn requeue_in_flight(&mut self) {
        if let Some(id) = self.send_queue.in_flight().cloned() {
            self.apply(Action::SendDelayed(id));
            self.send_queue.release();
        }
    }

    pub(super) fn remote_visitor(&mut self, credentials: Option<Rc<Credentials>>) {
        if let Some(credentials) = credentials {
            return self.adopt(credentials);
        }
        let visitor = self.core.token_refresh.credentials().map(|credentials| credentials.visitor.clone());
        let waiting = self.core.state.outbox().iter().map(|message| message.id.clone());
        let removals = waiting.map(|id| ChatEffect::RemoveMessage { id, discarded: false });
        self.effects.extend(removals.map(Effect::Chat));
        self.forget();
        self.effects.extend(visitor.map(ChatEffect::ClearStorageOf).map(Effect::Chat));
    }

    pub(super) fn remote_conversation(&mut self, stored: Option<Box<StoredConversation>>) {
        let Some(stored) = stored else { return self.forget() };
        let own_id = self.core.state.id().map(|id| &**id);
        if own_id == stored.id.as_deref() {
            self.merge(&stored);
            return;
        }
        let visitor = self.core.token_refresh.credentials().map(|credentials| credentials.visitor.as_str());
        if visitor.is_some() && stored.visitor.is_some() && stored.visitor.as_deref() != visitor {
            return;
        }
        self.requeue_in_flight();
        self.disconnect_from_log();
        self.core.starts_open = stored.open;
        if stored.id.is_some() {
            self.owner.clone_from(&stored.visitor);
            self.apply(Action::Restored(Box::new(stored.into_restored())));
            self.core.has_shown_intent = true;
        } else {
            self.apply(Action::ConversationLeft);
        }
        self.saved.urgent = self.urgent_state();
        self.saved.deferred = self.deferred_state();
        self.reported.phase = self.core.state.phase();
    }

    /// Merges what another tab stored of the conversation shown here.
    fn merge(&mut self, stored: &StoredConversation) {
        if stored.id.is_none() {
            return;
        }
        let epoch = self.core.state.cursor().map(|cursor| cursor.epoch);
        if stored.read.is_some_and(|read| epoch == Some(read.epoch)) {
            self.apply(Action::Read { up_to: stored.read });
        }
        for (cursor, helpful) in stored.feedback() {
            self.apply(Action::Rated { cursor, helpful });
        }
        if stored.ended {
            self.apply(Action::Ended);
        }
        self.core.starts_open = stored.open;
        // Storage already has this state.
        let urgent = self.urgent_state();
        if stored.ended == (urgent.phase == Phase::Ended) {
            self.saved.urgent = urgent;
        }
        if (stored.cursor, stored.read) == (self.core.state.cursor(), self.core.state.read_cursor()) {
            self.saved.deferred = self.deferred_state();
        }
    }

    pub(super) fn remote_outbox(&mut self, id: Rc<str>, stored: Option<StoredPending>) {
        self.saved.outbox.retain(|saved| saved.id != id);
        match stored.map(|stored| stored.into_message(&id)) {
            None if self.send_queue.in_flight() == Some(&id) => {}
            // Its removal means that it was settled: a discarded message is marked as such first.
            None => self.mark_settled_remotely(&id),
            Some(None) => self.apply(Action::Discarded(id.clone())),
            Some(Some(pending)) => {
                self.apply(Action::OutboxFound(vec![pending.clone()]));
                self.core.has_shown_intent = true;
                // If it is settled here, `save` removes the stored copy.
                if self.find_pending(&id).is_none() {
                    self.saved.outbox.push(Rc::new(pending));
                }
            }
        }
        // Storage already has this message.
        self.saved.outbox.extend(self.find_pending(&id).cloned());
    }

    pub(super) fn settled_remotely(&mut self, id: Rc<str>) {
        if self.send_queue.in_flight() == Some(&id) {
            self.send_queue.release();
        }
        self.saved.outbox.retain(|saved| saved.id != id);
        self.mark_settled_remotely(&id);
    }

    /// Called when another tab has settled the message; the log will tell how. Until then its row
    /// keeps its state, as do rows of messages that no longer wait here.
    fn mark_settled_remotely(&mut self, id: &Rc<str>) {
        let Some(pending) = self.find_pending(id).cloned() else { return };
        if self.core.receives_replies {
            self.reported.settled_remotely.push(pending);
            self.apply(Action::SettledRemotely(id.clone()));
        } else {
            self.apply(Action::SendAccepted { id: id.clone(), now: self.now.monotonic });
        }
    }

    fn find_pending(&self, id: &str) -> Option<&Rc<OutboxMessage>> {
        self.core.state.outbox().iter().find(|pending| *pending.id == *id)
    }
}
