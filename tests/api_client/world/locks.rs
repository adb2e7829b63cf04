//! Calls that one tab at a time may make, and the locks they are made under.

use std::{collections::VecDeque, rc::Rc};

use chataibot_widget::{
    api::{
        Failure,
        identity::{Plan, plan},
    },
    session::{fact::Fact, order::Order},
};

use super::{Happening, WALL, World};

#[derive(Default)]
pub struct Lock {
    held: bool,
    waiting: VecDeque<(usize, u32, Order)>,
}

impl World {
    pub(super) fn want_lock(&mut self, lock: usize, tab: usize, order: Order) {
        let page = self.tabs[tab].page;
        self.locks[lock].waiting.push_back((tab, page, order));
        self.grant(lock);
    }

    fn grant(&mut self, lock: usize) {
        if self.locks[lock].held {
            return;
        }
        if let Some((tab, page, order)) = self.locks[lock].waiting.pop_front() {
            self.locks[lock].held = true;
            self.push(self.now, Happening::Locked { lock, tab, page, order });
        }
    }

    pub(super) fn unlock(&mut self, lock: usize) {
        self.locks[lock].held = false;
        self.grant(lock);
    }

    pub(super) fn release_locks_of_gone_pages(&mut self) {
        for lock in 0..2 {
            let tabs = &self.tabs;
            self.locks[lock].waiting.retain(|(tab, page, _)| tabs[*tab].page == *page);
        }
    }

    /// A call under its lock: the request may be lost, handled, or handled with the answer lost.
    pub(super) fn call(&mut self, lock: usize, tab: usize, order: Order) {
        if !matches!(order, Order::Authorize { .. }) {
            self.check_storage(tab);
        }
        let weather = self.weather;
        let page = self.tabs[tab].page;
        let there = self.latency();
        let back = there + self.latency();
        let answered = |world: &mut Self, fact: Fact| {
            world.push(world.now + back, Happening::Answered { lock, tab, page, fact: Some(fact) });
        };
        match order {
            Order::Authorize { held, refused } => {
                let stored = self.storage.identity.clone();
                let fact = match plan(stored, held.as_deref(), refused.as_deref(), self.now + WALL) {
                    Plan::Adopt(identity) => Ok(Rc::new(identity)),
                    Plan::Renew(_) | Plan::Begin if self.bad_luck(weather.request_lost + weather.answer_lost) => {
                        Err(Failure::Network)
                    }
                    Plan::Renew(_) | Plan::Begin if self.challenged => Err(Failure::Challenged),
                    Plan::Renew(_) if self.forgets_visitors => Err(Failure::Unauthorized),
                    Plan::Renew(secret) => Ok(self.token(secret.trim_start_matches("secret of "))),
                    Plan::Begin => {
                        let visitor = format!("visitor-{}", self.counter);
                        Ok(self.token(&visitor))
                    }
                };
                answered(self, Fact::TokenAnswered(fact));
            }
            Order::Start { message, identity } => {
                if let Some(stored) = self.storage.conversation.clone().filter(|stored| stored.id.is_some()) {
                    return answered(self, Fact::ConversationElsewhere(Some(Box::new(stored))));
                }
                if !self.storage.outbox.contains_key(&*message.id) {
                    return answered(self, Fact::SettledElsewhere { id: message.id.clone() });
                }
                let id = message.id.clone();
                if self.storage.outbox.iter().any(|(other, stored)| **other < *id && stored.may_start()) {
                    return answered(self, Fact::StartAnswered { id, result: Err(Failure::Network) });
                }
                let result = self.deliver(None, &message, &identity);
                answered(self, Fact::StartAnswered { id, result });
            }
            Order::Send { message, conversation, identity } => {
                if !self.storage.outbox.contains_key(&*message.id) {
                    return answered(self, Fact::SettledElsewhere { id: message.id.clone() });
                }
                let id = message.id.clone();
                let result = self.deliver(Some(conversation), &message, &identity).map(|_| ());
                answered(self, Fact::SendAnswered { id, result });
            }
            order @ (Order::Dial { .. }
            | Order::HangUp
            | Order::Earlier { .. }
            | Order::JoinTabs
            | Order::LeaveTabs
            | Order::Stand { .. }
            | Order::StepDown
            | Order::Post(_)
            | Order::SaveIdentity(_)
            | Order::SaveConversation { .. }
            | Order::SaveOpening { .. }
            | Order::SaveMessage(_)
            | Order::DropMessage { .. }
            | Order::SavePassed(_)
            | Order::SaveDraft
            | Order::Wipe
            | Order::WipeOf(_)
            | Order::CheckStorage
            | Order::Leave(_)
            | Order::Tell(_)) => panic!("not a call under a lock: {order:?}"),
        }
    }
}
