//! The lazily loaded module, a WASM chunk: the chat machine, its requests, what reads the log.
//! Loaded with the visitor's first letter, or at once if a conversation is stored.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use web_sys::File;

use super::repository::{self, CONVERSATION, OUTBOX, PROGRESS, Repository, VISITOR};
use super::requests::run_chat_effect;
use super::{InboxItem, Runtime, tab_runtime};
use crate::{
    api::upload::{UploadRequest, UploadState},
    machine::{Promote, chat::ChatMachine, effect::ChatEffect, input::Input},
};

/// Sends a file and reports the progress; the result is held as long as the file is wanted.
type SendFile = fn(&Runtime, File, Box<dyn Fn(UploadState)>) -> Rc<RefCell<Option<UploadRequest>>>;

#[derive(Clone, Copy)]
pub(super) struct LazyModule {
    pub(super) promote: Promote,
    pub(super) run_effect: fn(&Rc<Runtime>, ChatEffect),
    /// Decodes an input; `None` if it cannot be read.
    pub(super) decode_input: fn(&Repository, InboxItem) -> Option<Input>,
    pub(super) send_file: SendFile,
}

const MODULE: LazyModule = LazyModule {
    promote: ChatMachine::promote,
    run_effect: run_chat_effect,
    decode_input,
    send_file: Runtime::upload_file,
};

#[cfg(not(feature = "split"))]
thread_local!(static LOADED: Cell<Option<LazyModule>> = const { Cell::new(Some(MODULE)) });
#[cfg(feature = "split")]
thread_local!(static LOADED: Cell<Option<LazyModule>> = const { Cell::new(None) });

in_chunk! { talk, fn load() -> LazyModule { MODULE } }

pub(super) fn loaded() -> Option<LazyModule> {
    LOADED.get()
}

/// Fetches the module. Returns whether that succeeded.
pub(super) async fn fetch() -> bool {
    load().await.map(|module| LOADED.set(Some(module))).is_ok()
}

fn decode_input(repository: &Repository, item: InboxItem) -> Option<Input> {
    let (key, value) = match item {
        InboxItem::Input(input) => return Some(input),
        InboxItem::Storage => return Some(Input::Loaded(Box::new(repository.load()))),
        InboxItem::TabMessage(message) => return tab_runtime::decode(&message).map(Input::TabMessage),
        InboxItem::StoredValue(key, value) => (key, value),
    };
    let value = value.as_deref();
    match &*key {
        VISITOR if value.is_some() => Some(Input::RemoteVisitor(None)),
        VISITOR => repository.find_data_loss(),
        CONVERSATION => match value {
            None => repository.find_data_loss(),
            // Ignored if the visitor is gone by now.
            Some(text) => {
                repository.credentials()?;
                repository::parse_conversation(text).map(|stored| Input::RemoteConversation(Some(Box::new(stored))))
            }
        },
        // It is removed only together with the visitor.
        PROGRESS => value.and_then(repository::parse_progress).map(Input::RemoteProgress),
        key => {
            let id = Rc::from(key.strip_prefix(OUTBOX)?);
            // If everything was removed, this message was not settled.
            let loss = if value.is_none() { repository.find_data_loss() } else { None };
            loss.or_else(|| Some(Input::RemoteOutbox { id, stored: value.and_then(repository::parse) }))
        }
    }
}
