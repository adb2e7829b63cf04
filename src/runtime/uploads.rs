//! Uploads of files into a running conversation.

use std::{cell::RefCell, rc::Rc};

use chataibot_wire::token::Uploads;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::{Runtime, lazy, requests::encode_uri_component};
use crate::api::upload::{self, UploadError, UploadRequest, UploadState};

/// What is reported if there was no answer.
const NO_ANSWER: UploadState = UploadState::Failed(UploadError::Temporary);

impl Runtime {
    /// Which files can be sent, if any.
    pub fn accepted_uploads(&self) -> Option<Uploads> {
        self.machine.borrow().core().credentials()?.uploads.clone()
    }

    /// Sends a file, and reports its progress. The result is held as long as the file is wanted.
    pub fn send_file(&self, file: File, progress: Box<dyn Fn(UploadState)>) -> impl Sized + 'static {
        let Some(module) = lazy::loaded() else {
            // No conversation that could take the file has begun.
            progress(NO_ANSWER);
            return None;
        };
        Some((module.send_file)(self, file, progress))
    }

    /// Uploads a file into the conversation, which must have started.
    pub(super) fn upload_file(
        &self,
        file: File,
        on_progress: Box<dyn Fn(UploadState)>,
    ) -> Rc<RefCell<Option<UploadRequest>>> {
        let handle = Rc::default();
        let machine = self.machine.borrow();
        let core = machine.core();
        let Some((credentials, conversation)) = core.credentials().zip(core.state().id()) else {
            on_progress(NO_ANSWER);
            return handle;
        };
        let url = [&*self.settings().api_url, "/conversation/", &encode_uri_component(conversation), "/files"].concat();
        let token = credentials.token.clone();
        // Upgrading fails when the caller no longer wants the file.
        let slot = Rc::downgrade(&handle);
        spawn_local(async move {
            let on_progress = Rc::new(on_progress);
            let report = on_progress.clone();
            match upload::send(url, token, file, Box::new(move |step| report(step))).await {
                Ok(Some(sending)) => {
                    if let Some(slot) = slot.upgrade() {
                        *slot.borrow_mut() = Some(sending);
                    }
                }
                Ok(None) | Err(_) => on_progress(NO_ANSWER),
            }
        });
        handle
    }
}
