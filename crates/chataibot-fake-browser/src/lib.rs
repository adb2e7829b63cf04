//! Fake browser for tests: what is the same in memory and over sockets. It runs the effects of the
//! widget's machine on a [`Storage`] that all tabs share. Whatever takes time, such as requests and
//! messages between tabs, is left to the implementor of [`FakeBrowser`].

mod leadership;
mod storage;

use std::rc::Rc;

use chataibot_widget::api::Credentials;
use chataibot_widget::conversation::OutboxMessage;
use chataibot_widget::machine::Machine;
use chataibot_widget::machine::connection::Attempt;
use chataibot_widget::machine::effect::{ChatEffect, CoreEffect, Effect, PageEvent};
use chataibot_widget::machine::input::Input;
use chataibot_widget::machine::tab_message::TabMessage;
use chataibot_wire::Cursor;

pub use leadership::{Leadership, Page};
pub use storage::Storage;

/// A request that only one tab at a time may send.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum LockedRequest {
    /// Asks for a token, with the credentials held now and a renewal secret that the proxy refused.
    Authorize { held: Option<Rc<Credentials>>, refused: Option<Rc<str>> },
    /// Starts a conversation with its first message.
    Start { message: Rc<OutboxMessage>, credentials: Rc<Credentials> },
    /// Sends a message to a running conversation.
    Send { message: Rc<OutboxMessage>, conversation: Rc<str>, credentials: Rc<Credentials> },
}

/// The environment in which a machine's effects run.
pub trait FakeBrowser {
    /// Gives access to the storage of all tabs.
    fn storage<T>(&mut self, access: impl FnOnce(&mut Storage) -> T) -> T;
    /// Gives access to a tab's machine.
    fn machine<T>(&self, tab: usize, access: impl FnOnce(&Machine) -> T) -> T;
    /// Lets a tab handle an input now.
    fn handle(&mut self, tab: usize, input: Input);
    /// Queues an input until the tab has handled the current one.
    fn enqueue(&mut self, tab: usize, input: Input);
    /// Notifies the other tabs of a change of storage.
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
    /// Closes the connection to the log.
    fn disconnect(&mut self, tab: usize);
    /// Requests a page of the log.
    fn fetch_page(&mut self, tab: usize, conversation: Rc<str>, before: Cursor, credentials: &Credentials);

    /// Subscribes the tab to the messages of others.
    fn join_tabs(&mut self, tab: usize);
    /// Ends that subscription; the tab gives up its lock.
    fn leave_tabs(&mut self, tab: usize);
    /// Requests the leader's lock.
    fn request_lock(&mut self, tab: usize, steal: bool);
    /// Gives up the lock, or the place in its queue.
    fn release_lock(&mut self, tab: usize);
    /// Sends a message to the other tabs.
    fn broadcast(&mut self, tab: usize, message: &TabMessage);
    /// Emits an event to the host page.
    fn emit(&mut self, tab: usize, event: PageEvent);

    /// Runs an effect.
    fn run_effect(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::Core(effect) => self.run_core_effect(tab, effect),
            Effect::Chat(effect) => self.run_chat_effect(tab, effect),
        }
    }

    /// Runs an effect of either machine.
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
                Err(newer) => self.enqueue(tab, Input::RemoteConversation(Some(newer))),
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

    /// Runs an effect of the chat machine.
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
            // Ending the tokens is up to the proxy, and tested there.
            ChatEffect::EndTokens(_) => {}
            ChatEffect::SaveConversation { expected_id } => {
                let Some(stored) = self.machine(tab, Machine::to_store) else { return };
                match self.storage(|storage| storage.save_conversation(stored, expected_id.as_deref())) {
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
                let Storage { credentials, conversation, outbox, .. } = self.storage(|storage| storage.clone());
                if let Some(credentials) = credentials {
                    if credentials.visitor == visitor {
                        self.run_chat_effect(tab, ChatEffect::ClearStorage);
                    }
                } else if conversation.and_then(|stored| stored.visitor) == Some(visitor) {
                    // Messages stay: they may be the next visitor's.
                    self.storage(|storage| *storage = Storage { outbox, ..Storage::default() });
                }
            }
            ChatEffect::CheckStorage => self.check_storage(tab),
        }
    }

    /// Reports storage that the page has cleared, so that the machine fills it again.
    fn check_storage(&mut self, tab: usize) {
        if self.storage(|storage| storage.credentials.is_none() || storage.conversation.is_none()) {
            self.handle(tab, Input::StorageCleared);
        }
    }
}
