//! What a session needs once something is said: the client, the calls it orders, and whatever reads the log. A part of the program of
//! its own, fetched with the visitor's first letter, or at once where a conversation is stored.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

#[cfg(feature = "split")]
use wasm_split_helpers::SplitLoaderError as Missing;
use web_sys::File;

use super::{
    RawInput, Runtime,
    repository::{self, CONVERSATION, OUTBOX, PASSED, Repository, VISITOR},
    tab_runtime,
};
use crate::{
    api::upload::{Sending, UploadProgress},
    machine::{Promote, chat::ChatMachine, effect::Effect, input::Input},
};

/// Sends a file, and tells how that goes; what is given back is held as long as the file is wanted.
type SendFile = fn(&Runtime, File, Box<dyn Fn(UploadProgress)>) -> Rc<RefCell<Option<Sending>>>;

/// The part.
#[derive(Clone, Copy)]
pub(super) struct LazyModule {
    /// How the client goes on.
    pub(super) begin: Promote,
    /// Does what the runtime leaves to this part.
    pub(super) run_effect: fn(&Rc<Runtime>, Effect),
    /// Reads; what cannot be read says nothing.
    pub(super) read: fn(&Repository, RawInput) -> Option<Input>,
    /// Sends a file.
    pub(super) send_file: SendFile,
}

const MODULE: LazyModule = LazyModule { begin: ChatMachine::begin, run_effect, read, send_file: Runtime::send_file };

#[cfg(not(feature = "split"))]
thread_local!(static LOADED: Cell<Option<LazyModule>> = const { Cell::new(Some(MODULE)) });
#[cfg(feature = "split")]
thread_local!(static LOADED: Cell<Option<LazyModule>> = const { Cell::new(None) });

#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(talk, fallible)]
fn load() -> Result<LazyModule, Missing> {
    Ok(MODULE)
}
#[cfg(not(feature = "split"))]
async fn load() -> Result<LazyModule, std::convert::Infallible> {
    Ok(MODULE)
}

/// The part, if it was fetched.
pub(super) fn loaded() -> Option<LazyModule> {
    LOADED.get()
}

/// Fetches the part. Returns whether it could be had.
pub(super) async fn fetch() -> bool {
    load().await.map(|talk| LOADED.set(Some(talk))).is_ok()
}

fn run_effect(runtime: &Rc<Runtime>, effect: Effect) {
    let repository = runtime.repository();
    match effect {
        Effect::Start { message, credentials } => runtime.start_conversation(message, credentials),
        Effect::Send { message, conversation, credentials } => runtime.send(message, conversation, credentials),
        Effect::Connect { generation, attempt, conversation, after, credentials } => {
            runtime.connect(generation, attempt, &conversation, after, &credentials);
        }
        Effect::FetchPage { conversation, before, credentials } => {
            runtime.get_page(&conversation, before, &credentials)
        }
        Effect::RequestLock { steal } => runtime.stand(steal),
        Effect::SaveConversation { over } => {
            let stored = runtime.machine.borrow().to_store();
            if let Some(newer) = stored.and_then(|stored| repository.save_conversation(stored, over.as_deref())) {
                runtime.enqueue(Input::RemoteConversation(Some(Box::new(newer))));
            }
        }
        Effect::RemoveMessage { id, discarded } => repository.remove_message(&id, discarded),
        Effect::SaveProgress(passed) => repository.save_progress(&passed),
        Effect::EndTokens(credentials) => runtime.leave(&credentials),
        Effect::ClearStorage => {
            repository.clear();
            runtime.requests.barrier.take();
        }
        Effect::ClearStorageOf(visitor) => repository.clear_of(&visitor),
        Effect::CheckStorage => {
            if let Some(input) = repository.lost() {
                runtime.enqueue(input);
            }
        }
        // The runtime's own.
        Effect::Authorize { .. }
        | Effect::Disconnect
        | Effect::JoinTabs
        | Effect::LeaveTabs
        | Effect::ReleaseLock
        | Effect::Broadcast(_)
        | Effect::SaveCredentials(_)
        | Effect::SaveWindowOpen { .. }
        | Effect::SaveMessage(_)
        | Effect::SaveDraft
        | Effect::Emit(_) => {}
    }
}

fn read(repository: &Repository, unread: RawInput) -> Option<Input> {
    let (key, value) = match unread {
        RawInput::Storage => return Some(Input::Loaded(Box::new(repository.load()))),
        RawInput::TabMessage(message) => return tab_runtime::read(&message).map(Input::TabMessage),
        RawInput::StoredValue(key, value) => (key, value),
    };
    let value = value.as_deref();
    match &*key {
        VISITOR if value.is_some() => Some(Input::RemoteVisitor(None)),
        VISITOR => repository.lost(),
        CONVERSATION => match value {
            None => repository.lost(),
            // Nobody's, where the visitor is gone again.
            Some(text) => {
                repository.credentials()?;
                repository::read_conversation(text).map(|stored| Input::RemoteConversation(Some(Box::new(stored))))
            }
        },
        // Removed only together with the visitor.
        PASSED => value.and_then(repository::read_progress).map(Input::RemoteProgress),
        key => {
            let id = Rc::from(key.strip_prefix(OUTBOX)?);
            // Gone with all the rest is not settled.
            let lost = if value.is_none() { repository.lost() } else { None };
            lost.or_else(|| Some(Input::RemoteOutbox { id, stored: value.and_then(repository::read) }))
        }
    }
}
