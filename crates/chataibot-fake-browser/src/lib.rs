//! For tests: a browser without a browser, as far as it is the same in memory and over sockets. It
//! runs the effects of the widget's machine on a [`Storage`] that all tabs share and on the
//! [`Leadership`] of one of them; whatever takes time, such as requests and messages between tabs,
//! is the business of who implements [`FakeBrowser`].

mod leadership;
mod storage;

use std::rc::Rc;

use chataibot_widget::{
    api::Credentials,
    conversation::OutboxMessage,
    machine::{
        Machine,
        connection::Attempt,
        effect::{ChatEffect, CoreEffect, Effect, PageEvent},
        input::Input,
        tab_message::TabMessage,
    },
};
use chataibot_wire::Cursor;

pub use leadership::{Leadership, Page};
pub use storage::Storage;

/// A request that one tab at a time may send.
#[derive(Clone, Debug)]
pub enum LockedRequest {
    /// For a token.
    Authorize {
        /// What is held now.
        held: Option<Rc<Credentials>>,
        /// A renewal secret the proxy did not take.
        refused: Option<Rc<str>>,
    },
    /// For a new conversation.
    Start {
        /// The first message.
        message: Rc<OutboxMessage>,
        /// By whom.
        credentials: Rc<Credentials>,
    },
    /// For a message in a running one.
    Send {
        /// The message.
        message: Rc<OutboxMessage>,
        /// Where to.
        conversation: Rc<str>,
        /// By whom.
        credentials: Rc<Credentials>,
    },
}

/// What a machine's effects are run on.
pub trait FakeBrowser {
    /// Looks into the storage of all tabs.
    fn storage<T>(&mut self, look: impl FnOnce(&mut Storage) -> T) -> T;
    /// Looks at a tab's machine.
    fn machine<T>(&self, tab: usize, look: impl FnOnce(&Machine) -> T) -> T;
    /// A tab handles an input now.
    fn handle(&mut self, tab: usize, input: Input);
    /// And here once it has done what it is at.
    fn enqueue(&mut self, tab: usize, input: Input);
    /// The other tabs see a change of storage.
    fn to_others(&mut self, from: usize, input: &Input);

    /// Sends a request when its lock is free.
    fn request(&mut self, tab: usize, request: LockedRequest);
    /// Connects to the log.
    fn connect(
        &mut self,
        tab: usize,
        generation: u32,
        attempt: Attempt,
        conversation: Rc<str>,
        after: Option<Cursor>,
        credentials: &Credentials,
    );
    /// Gives the connection up.
    fn disconnect(&mut self, tab: usize);
    /// Requests a page of the log.
    fn fetch_page(&mut self, tab: usize, conversation: Rc<str>, before: Cursor, credentials: &Credentials);

    /// From now on the tab gets messages of others.
    fn join_tabs(&mut self, tab: usize);
    /// And no longer; it gives up its lock.
    fn leave_tabs(&mut self, tab: usize);
    /// Requests the leader's lock.
    fn request_lock(&mut self, tab: usize, steal: bool);
    /// Gives it up, or its place in the queue.
    fn release_lock(&mut self, tab: usize);
    /// Sends a message to the other tabs.
    fn broadcast(&mut self, tab: usize, message: &TabMessage);
    /// The page gets an event.
    fn emit(&mut self, tab: usize, event: PageEvent);

    /// Runs an effect.
    fn run_effect(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::Core(effect) => self.run_core_effect(tab, effect),
            Effect::Chat(effect) => self.run_chat_effect(tab, effect),
        }
    }

    /// Runs one of both machines.
    fn run_core_effect(&mut self, tab: usize, effect: CoreEffect) {
        match effect {
            CoreEffect::Authorize { held, refused } => self.request(tab, LockedRequest::Authorize { held, refused }),
            CoreEffect::Disconnect => self.disconnect(tab),
            CoreEffect::JoinTabs => self.join_tabs(tab),
            CoreEffect::LeaveTabs => self.leave_tabs(tab),
            CoreEffect::ReleaseLock => self.release_lock(tab),
            CoreEffect::Broadcast(message) => self.broadcast(tab, &message),
            CoreEffect::SaveCredentials(credentials) => {
                let held = Some(Credentials::clone(&credentials));
                let before = self.storage(|storage| std::mem::replace(&mut storage.credentials, held));
                if before.as_ref() != Some(&*credentials) {
                    self.to_others(tab, &Input::RemoteVisitor(Some(credentials)));
                }
            }
            CoreEffect::SaveWindowOpen { open } => match self.storage(|storage| storage.save_window_open(open)) {
                Ok(stored) => self.to_others(tab, &Input::RemoteConversation(Some(Box::new(stored)))),
                Err(there) => self.enqueue(tab, Input::RemoteConversation(Some(there))),
            },
            CoreEffect::SaveMessage(message) => {
                let stored = self.storage(|storage| storage.save_message(&message));
                self.to_others(tab, &Input::RemoteOutbox { id: message.id.clone(), stored: Some(stored) });
            }
            CoreEffect::SaveDraft => {
                let draft = self.machine(tab, |machine| String::from(&**machine.state().draft()));
                self.storage(|storage| storage.draft = Some(draft));
            }
            CoreEffect::Emit(event) => self.emit(tab, event),
        }
    }

    /// Runs one of the chat machine.
    fn run_chat_effect(&mut self, tab: usize, effect: ChatEffect) {
        match effect {
            ChatEffect::Start { message, credentials } => {
                self.request(tab, LockedRequest::Start { message, credentials });
            }
            ChatEffect::Send { message, conversation, credentials } => {
                self.request(tab, LockedRequest::Send { message, conversation, credentials });
            }
            ChatEffect::Connect { generation, attempt, conversation, after, credentials } => {
                self.connect(tab, generation, attempt, conversation, after, &credentials);
            }
            ChatEffect::FetchPage { conversation, before, credentials } => {
                self.fetch_page(tab, conversation, before, &credentials);
            }
            ChatEffect::RequestLock { steal } => self.request_lock(tab, steal),
            // What becomes of the tokens is the proxy's affair, and tested there.
            ChatEffect::EndTokens(_) => {}
            ChatEffect::SaveConversation { over } => {
                let Some(stored) = self.machine(tab, Machine::to_store) else { return };
                match self.storage(|storage| storage.save_conversation(stored, over.as_deref())) {
                    Ok(stored) => self.to_others(tab, &Input::RemoteConversation(Some(Box::new(stored)))),
                    Err(newer) => self.enqueue(tab, Input::RemoteConversation(Some(newer))),
                }
            }
            ChatEffect::RemoveMessage { id, discarded } => {
                for stored in self.storage(|storage| storage.remove_message(&id, discarded)) {
                    self.to_others(tab, &Input::RemoteOutbox { id: id.clone(), stored });
                }
            }
            ChatEffect::SaveProgress(progress) => {
                self.storage(|storage| storage.progress = Some((*progress).clone()));
                self.to_others(tab, &Input::RemoteProgress((*progress).clone()));
            }
            ChatEffect::ClearStorage => {
                self.storage(|storage| *storage = Storage::default());
                self.to_others(tab, &Input::RemoteVisitor(None));
            }
            ChatEffect::ClearStorageOf(visitor) => {
                let stored = |storage: &mut Storage| match &storage.credentials {
                    Some(there) => there.visitor == visitor,
                    None => storage.conversation.as_ref().is_some_and(|there| there.visitor.as_ref() == Some(&visitor)),
                };
                let (theirs, is_signed) = self.storage(|storage| (stored(storage), storage.credentials.is_some()));
                if theirs && is_signed {
                    self.run_chat_effect(tab, ChatEffect::ClearStorage);
                } else if theirs {
                    // Messages are left: they may be the next visitor's.
                    self.storage(|storage| {
                        let outbox = std::mem::take(&mut storage.outbox);
                        *storage = Storage { outbox, ..Storage::default() };
                    });
                }
            }
            ChatEffect::CheckStorage => self.check_storage(tab),
        }
    }

    /// Storage that the page has cleared is filled again.
    fn check_storage(&mut self, tab: usize) {
        if self.storage(|storage| storage.credentials.is_none() || storage.conversation.is_none()) {
            self.handle(tab, Input::StorageCleared);
        }
    }
}
