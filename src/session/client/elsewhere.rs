//! What other tabs did, seen through storage, and a visitor who turns out to be another one.

use std::rc::Rc;

use super::{Client, report::lazy};
use crate::{
    api::Identity,
    conversation::{Action, Pending, Phase},
    session::{
        fact::Moment,
        order::Order,
        stored::{StoredConversation, StoredPending},
    },
};

impl Client {
    /// Takes an identity. Another visitor sees nothing of the one before; only what was never sent goes along.
    pub(super) fn adopt(&mut self, identity: Rc<Identity>, moment: Moment, orders: &mut Vec<Order>) {
        if self.state.id().is_some() && self.owner.as_ref() != Some(&identity.visitor) {
            self.bring_back();
            self.leave(orders);
        }
        self.keeper.adopt(identity, moment);
        self.doubted = false;
    }

    /// What is on its way waits again, because where it went is left.
    fn bring_back(&mut self) {
        if let Some(id) = self.sender.in_flight().cloned() {
            self.apply(Action::SendDelayed { id });
            self.sender.done();
        }
    }

    pub(super) fn visitor_elsewhere(
        &mut self,
        identity: Option<Rc<Identity>>,
        moment: Moment,
        orders: &mut Vec<Order>,
    ) {
        match identity {
            Some(identity) => self.adopt(identity, moment, orders),
            None => {
                let visitor = self.keeper.identity().map(|identity| identity.visitor.clone());
                let waiting = self.state.outbox().iter();
                orders.extend(waiting.map(|message| Order::DropMessage { id: message.id.clone(), discarded: false }));
                self.forget(orders);
                orders.extend(visitor.map(Order::WipeOf));
            }
        }
    }

    pub(super) fn conversation_elsewhere(&mut self, stored: Option<Box<StoredConversation>>, orders: &mut Vec<Order>) {
        let Some(stored) = stored else { return self.forget(orders) };
        let ours = self.state.id().map(|id| &**id);
        if ours == stored.id.as_deref() {
            self.take_in(&stored);
            return;
        }
        let visitor = self.keeper.identity().map(|identity| identity.visitor.as_str());
        if visitor.is_some() && stored.visitor.is_some() && stored.visitor.as_deref() != visitor {
            return;
        }
        self.bring_back();
        self.hang_up_for_good(orders);
        self.opens = stored.open;
        if stored.id.is_some() {
            self.owner.clone_from(&stored.visitor);
            self.apply(Action::Restored(Box::new(stored.into_restored())));
            self.awake = true;
        } else {
            self.apply(Action::Left);
        }
        self.saved.urgent = self.urgent();
        self.saved.lazy = lazy(&self.state);
        self.told.phase = self.state.phase();
    }

    /// Another tab stored the conversation that is shown here, too.
    fn take_in(&mut self, stored: &StoredConversation) {
        if stored.id.is_none() {
            return;
        }
        let epoch = self.state.cursor().map(|cursor| cursor.epoch);
        if stored.read.is_some_and(|read| epoch == Some(read.epoch)) {
            self.apply(Action::Read { up_to: stored.read });
        }
        for (cursor, helpful) in stored.feedback() {
            self.apply(Action::Rated { cursor, helpful });
        }
        if stored.ended {
            self.apply(Action::Ended);
        }
        self.opens = stored.open;
        // Storage knows already.
        let known = self.urgent();
        if stored.ended == (known.1 == Phase::Ended) {
            self.saved.urgent = known;
        }
        if (stored.cursor, stored.read) == (self.state.cursor(), self.state.read()) {
            self.saved.lazy = lazy(&self.state);
        }
    }

    pub(super) fn outbox_elsewhere(&mut self, id: Rc<str>, stored: Option<StoredPending>, moment: Moment) {
        self.saved.outbox.retain(|saved| saved.id != id);
        match stored {
            None if self.sender.in_flight() == Some(&id) => {}
            // Removed there means settled there: a message that is taken back says so first.
            None => self.settle(&id, moment),
            Some(stored) => match stored.into_pending(&id) {
                Some(pending) => {
                    self.apply(Action::OutboxFound(vec![pending.clone()]));
                    self.awake = true;
                    // The log has settled what does not wait here now: its copy in storage goes.
                    if self.waits(&id).is_none() {
                        self.saved.outbox.push(Rc::new(pending));
                    }
                }
                None => self.apply(Action::Discarded { id: id.clone() }),
            },
        }
        // Storage knows already.
        self.saved.outbox.extend(self.waits(&id).cloned());
    }

    pub(super) fn settled_elsewhere(&mut self, id: Rc<str>, moment: Moment) {
        if self.sender.in_flight() == Some(&id) {
            self.sender.done();
        }
        self.saved.outbox.retain(|saved| saved.id != id);
        self.settle(&id, moment);
    }

    /// Another tab has removed the message from storage, so it is settled; how, the log tells. Until then nothing is claimed, and what
    /// does not wait here any more stands as the log has it.
    fn settle(&mut self, id: &Rc<str>, moment: Moment) {
        let Some(pending) = self.waits(id).cloned() else { return };
        if self.listens {
            self.told.settled.push(pending);
            self.apply(Action::SettledElsewhere { id: id.clone() });
        } else {
            self.apply(Action::SendAccepted { id: id.clone(), now: moment.now });
        }
    }

    fn waits(&self, id: &str) -> Option<&Rc<Pending>> {
        self.state.outbox().iter().find(|pending| *pending.id == *id)
    }
}
