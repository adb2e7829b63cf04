//! Uploads a visitor's file by `XMLHttpRequest`: `fetch` reports no progress.
//!
//! Part of the WASM chunk of the message kinds that ask for a file.

use wasm_bindgen::JsCast;
use web_sys::{File, ProgressEvent, XmlHttpRequest};

use super::json;
use crate::browser::events::Listener;

/// State of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// The uploaded share, in percent.
    Underway(u8),
    /// Uploaded to this address: `https`, or `http` in demos.
    Done(String),
    /// Not uploaded.
    Failed(UploadError),
}

/// Why a file was not uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadError {
    /// More bytes than are accepted.
    TooLarge,
    /// A type that is not accepted.
    Refused,
    /// A temporary failure: trying again can help.
    Temporary,
}

/// An upload in progress. Dropping it aborts the upload.
pub struct UploadRequest {
    request: XmlHttpRequest,
    _listeners: Vec<Listener>,
}

impl Drop for UploadRequest {
    fn drop(&mut self) {
        // Has no effect on a completed request.
        let stopped = self.request.abort();
        debug_assert!(stopped.is_ok());
    }
}

in_chunk! { kinds,
    /// Uploads `file`; `None` if the browser refuses. The last step is `Done` or `Failed`.
    pub fn send(
        url: String,
        token: String,
        file: File,
        on_progress: Box<dyn Fn(UploadState)>,
    ) -> Option<UploadRequest> {
        start(&url, &token, &file, on_progress)
    }
}

fn start(url: &str, token: &str, file: &File, on_progress: Box<dyn Fn(UploadState)>) -> Option<UploadRequest> {
    let request = XmlHttpRequest::new().ok()?;
    request.open_with_async("POST", url, true).ok()?;
    let media_type = file.type_();
    let media_type = if media_type.is_empty() { "application/octet-stream" } else { &media_type };
    let name = String::from(js_sys::encode_uri_component(&file.name()));
    let bearer = ["Bearer ", token].concat();
    for (header, value) in [("Authorization", bearer.as_str()), ("Content-Type", media_type), ("X-File-Name", &name)] {
        request.set_request_header(header, value).ok()?;
    }
    let on_progress = std::rc::Rc::new(on_progress);
    let progress = {
        let on_progress = on_progress.clone();
        Listener::new(request.upload().ok()?.as_ref(), "progress", move |event| {
            if let Some(event) = event.dyn_ref::<ProgressEvent>().filter(|event| event.length_computable()) {
                on_progress(UploadState::Underway((event.loaded() / event.total().max(1.0) * 100.0) as u8));
            }
        })?
    };
    let end = {
        let finished = request.clone();
        Listener::new(request.as_ref(), "loadend", move |_| {
            let status = finished.status().unwrap_or_default();
            let body = finished.response_text().ok().flatten().unwrap_or_default();
            let address = js_sys::JSON::parse(&body)
                .ok()
                .and_then(|body| json::field(&json::field(&body, "file"), "url").as_string());
            on_progress(match (address, status) {
                (Some(address), 200..300) => UploadState::Done(address),
                (_, 413) => UploadState::Failed(UploadError::TooLarge),
                (_, 415) => UploadState::Failed(UploadError::Refused),
                (_, _) => UploadState::Failed(UploadError::Temporary),
            });
        })?
    };
    request.send_with_opt_blob(Some(file)).ok()?;
    Some(UploadRequest { request, _listeners: vec![progress, end] })
}
