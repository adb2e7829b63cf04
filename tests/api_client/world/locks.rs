//! Calls that one tab at a time may make, and their locks.

use std::{collections::VecDeque, rc::Rc};

use chataibot_fake_browser::{FakeBrowser, LockedRequest};
use chataibot_widget::api::ApiError;
use chataibot_widget::api::credentials::{Plan, plan};
use chataibot_widget::machine::input::Input;

use super::{Happening, WALL, World};

#[derive(Default)]
pub struct Lock {
    held: bool,
    waiting: VecDeque<(usize, u32, LockedRequest)>,
}

impl World {
    pub(super) fn queue_for_lock(&mut self, lock: usize, tab: usize, request: LockedRequest) {
        let page = self.tabs[tab].page;
        self.locks[lock].waiting.push_back((tab, page, request));
        self.grant(lock);
    }

    fn grant(&mut self, lock: usize) {
        if self.locks[lock].held {
            return;
        }
        if let Some((tab, page, request)) = self.locks[lock].waiting.pop_front() {
            self.locks[lock].held = true;
            self.push(self.now, Happening::Locked { lock, tab, page, request });
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

    /// Makes a call under its lock; the request or only its answer may be lost.
    pub(super) fn call(&mut self, lock: usize, tab: usize, request: LockedRequest) {
        if !matches!(request, LockedRequest::Authorize { .. }) {
            self.check_storage(tab);
        }
        let rates = self.fault_rates;
        let page = self.tabs[tab].page;
        let to_proxy = self.latency();
        let round_trip = to_proxy + self.latency();
        let answered = |world: &mut Self, input: Input| {
            world.push(world.now + round_trip, Happening::Answered { lock, tab, page, input: Some(input) });
        };
        match request {
            LockedRequest::Authorize { held, refused } => {
                let stored = self.storage.credentials.clone();
                let input = match plan(stored, held.as_deref(), refused.as_deref(), self.now + WALL) {
                    Plan::Adopt(credentials) => Ok(Rc::new(credentials)),
                    Plan::Renew(_) | Plan::NewVisitor if self.happens(rates.request_lost + rates.answer_lost) => {
                        Err(ApiError::Network)
                    }
                    Plan::Renew(_) | Plan::NewVisitor if self.challenged => Err(ApiError::Challenged),
                    Plan::Renew(_) if self.forgets_visitors => Err(ApiError::Unauthorized),
                    Plan::Renew(secret) => Ok(self.token(secret.trim_start_matches("secret of "))),
                    Plan::NewVisitor => {
                        let visitor = format!("visitor-{}", self.counter);
                        Ok(self.token(&visitor))
                    }
                };
                answered(self, Input::TokenAnswered(input));
            }
            LockedRequest::Start { message, credentials } => {
                if let Some(stored) = self.storage.conversation.clone().filter(|stored| stored.id.is_some()) {
                    return answered(self, Input::RemoteConversation(Some(Box::new(stored))));
                }
                if !self.storage.outbox.contains_key(&*message.id) {
                    return answered(self, Input::SettledRemotely { id: message.id.clone() });
                }
                let id = message.id.clone();
                if self.storage.has_older(&id) {
                    return answered(self, Input::StartAnswered { id, result: Err(ApiError::Network) });
                }
                let result = self.deliver(None, &message, &credentials);
                answered(self, Input::StartAnswered { id, result });
            }
            LockedRequest::Send { message, conversation, credentials } => {
                if !self.storage.outbox.contains_key(&*message.id) {
                    return answered(self, Input::SettledRemotely { id: message.id.clone() });
                }
                let id = message.id.clone();
                let result = self.deliver(Some(conversation), &message, &credentials).map(|_| ());
                answered(self, Input::SendAnswered { id, result });
            }
        }
    }
}
