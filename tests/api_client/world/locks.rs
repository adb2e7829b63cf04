//! Calls that one tab at a time may make, and the locks they are made under.

use std::{collections::VecDeque, rc::Rc};

use chataibot_widget::{
    api::{
        ApiError,
        credentials::{Plan, plan},
    },
    machine::{
        effect::{ChatEffect, CoreEffect, Effect},
        input::Input,
    },
};

use super::{Happening, WALL, World};

#[derive(Default)]
pub struct Lock {
    held: bool,
    waiting: VecDeque<(usize, u32, Effect)>,
}

impl World {
    pub(super) fn want_lock(&mut self, lock: usize, tab: usize, effect: Effect) {
        let page = self.tabs[tab].page;
        self.locks[lock].waiting.push_back((tab, page, effect));
        self.grant(lock);
    }

    fn grant(&mut self, lock: usize) {
        if self.locks[lock].held {
            return;
        }
        if let Some((tab, page, effect)) = self.locks[lock].waiting.pop_front() {
            self.locks[lock].held = true;
            self.push(self.now, Happening::Locked { lock, tab, page, effect });
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
    pub(super) fn call(&mut self, lock: usize, tab: usize, effect: Effect) {
        if !matches!(effect, Effect::Core(CoreEffect::Authorize { .. })) {
            self.check_storage(tab);
        }
        let weather = self.weather;
        let page = self.tabs[tab].page;
        let there = self.latency();
        let back = there + self.latency();
        let answered = |world: &mut Self, input: Input| {
            world.push(world.now + back, Happening::Answered { lock, tab, page, input: Some(input) });
        };
        match effect {
            Effect::Core(CoreEffect::Authorize { held, refused }) => {
                let stored = self.storage.credentials.clone();
                let input = match plan(stored, held.as_deref(), refused.as_deref(), self.now + WALL) {
                    Plan::Adopt(credentials) => Ok(Rc::new(credentials)),
                    Plan::Renew(_) | Plan::Begin if self.bad_luck(weather.request_lost + weather.answer_lost) => {
                        Err(ApiError::Network)
                    }
                    Plan::Renew(_) | Plan::Begin if self.challenged => Err(ApiError::Challenged),
                    Plan::Renew(_) if self.forgets_visitors => Err(ApiError::Unauthorized),
                    Plan::Renew(secret) => Ok(self.token(secret.trim_start_matches("secret of "))),
                    Plan::Begin => {
                        let visitor = format!("visitor-{}", self.counter);
                        Ok(self.token(&visitor))
                    }
                };
                answered(self, Input::TokenAnswered(input));
            }
            Effect::Chat(ChatEffect::Start { message, credentials }) => {
                if let Some(stored) = self.storage.conversation.clone().filter(|stored| stored.id.is_some()) {
                    return answered(self, Input::RemoteConversation(Some(Box::new(stored))));
                }
                if !self.storage.outbox.contains_key(&*message.id) {
                    return answered(self, Input::SettledRemotely { id: message.id.clone() });
                }
                let id = message.id.clone();
                if self.storage.outbox.iter().any(|(other, stored)| **other < *id && stored.may_start()) {
                    return answered(self, Input::StartAnswered { id, result: Err(ApiError::Network) });
                }
                let result = self.deliver(None, &message, &credentials);
                answered(self, Input::StartAnswered { id, result });
            }
            Effect::Chat(ChatEffect::Send { message, conversation, credentials }) => {
                if !self.storage.outbox.contains_key(&*message.id) {
                    return answered(self, Input::SettledRemotely { id: message.id.clone() });
                }
                let id = message.id.clone();
                let result = self.deliver(Some(conversation), &message, &credentials).map(|_| ());
                answered(self, Input::SendAnswered { id, result });
            }
            effect @ (Effect::Chat(ChatEffect::Connect { .. })
            | Effect::Core(CoreEffect::Disconnect)
            | Effect::Chat(ChatEffect::FetchPage { .. })
            | Effect::Core(CoreEffect::JoinTabs)
            | Effect::Core(CoreEffect::LeaveTabs)
            | Effect::Chat(ChatEffect::RequestLock { .. })
            | Effect::Core(CoreEffect::ReleaseLock)
            | Effect::Core(CoreEffect::Broadcast(_))
            | Effect::Core(CoreEffect::SaveCredentials(_))
            | Effect::Chat(ChatEffect::SaveConversation { .. })
            | Effect::Core(CoreEffect::SaveWindowOpen { .. })
            | Effect::Core(CoreEffect::SaveMessage(_))
            | Effect::Chat(ChatEffect::RemoveMessage { .. })
            | Effect::Chat(ChatEffect::SaveProgress(_))
            | Effect::Core(CoreEffect::SaveDraft)
            | Effect::Chat(ChatEffect::ClearStorage)
            | Effect::Chat(ChatEffect::ClearStorageOf(_))
            | Effect::Chat(ChatEffect::CheckStorage)
            | Effect::Chat(ChatEffect::EndTokens(_))
            | Effect::Core(CoreEffect::Emit(_))) => panic!("not a call under a lock: {effect:?}"),
        }
    }
}
