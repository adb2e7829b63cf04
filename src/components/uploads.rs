//! The interface to file uploads: the runtime fills in [`Uploads`]; components have no network.

use std::{any::Any, rc::Rc};

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;
use yew::{AttrValue, Callback, Html};

pub use crate::api::upload::{UploadError, UploadState};

use super::{UserAction, ViewConfig, elements::*, intl};
use crate::{api::send_body, strings::fill};

/// How to upload files, and which are accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Uploads {
    /// Largest size of a file, in bytes.
    pub max_bytes: u32,
    /// Accepted MIME types, such as `image/png`; all types if empty.
    pub types: Rc<[AttrValue]>,
    /// Files that are chosen from the start, as in a scene.
    pub preselected: Rc<[File]>,
    /// Starts an upload. Dropping the returned value stops it.
    pub start: Callback<Upload, UploadGuard>,
}

/// A file to upload, and a callback for its progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// The file.
    pub file: File,
    /// Called for each step, the last one being [`UploadState::Done`] or [`UploadState::Failed`].
    pub on_progress: Callback<UploadState>,
}

/// Guard of an upload: dropping it stops the upload.
#[derive(Debug)]
pub struct UploadGuard(#[expect(dead_code, reason = "ends when it is dropped")] Box<dyn Any>);

impl UploadGuard {
    /// Wraps what stops the upload when it is dropped.
    pub fn new(guard: impl Any) -> Self {
        Self(Box::new(guard))
    }
}

impl Uploads {
    /// Returns why this file is refused without an upload. Its type is what the browser detects; if
    /// it detects none, the server decides.
    #[must_use]
    pub fn refusal(&self, file: &File) -> Option<UploadError> {
        let kind = file.type_();
        let is_accepted = self.types.is_empty() || kind.is_empty() || self.types.iter().any(|one| one.as_str() == kind);
        let is_too_large = file.size() > f64::from(self.max_bytes);
        if is_too_large { Some(UploadError::TooLarge) } else { (!is_accepted).then_some(UploadError::Refused) }
    }

    pub(super) fn error_message(&self, error: UploadError, config: &ViewConfig) -> AttrValue {
        let strings = &config.strings;
        match error {
            UploadError::TooLarge => {
                let size = intl::size(config.locale.as_deref(), f64::from(self.max_bytes));
                fill(&strings.upload_too_large(), "size", &size).into()
            }
            UploadError::Refused => strings.upload_refused(),
            UploadError::Temporary => strings.upload_failed(),
        }
    }
}

/// Creates a file of `size` bytes, for scenes. `None` if there is no browser.
#[must_use]
pub fn sample(name: &str, kind: &str, size: usize) -> Option<File> {
    let class: Function = Reflect::get(&js_sys::global(), &JsValue::from_str("File")).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &JsValue::from_str("type"), &JsValue::from_str(kind)).ok()?;
    let content = Array::of1(&JsValue::from_str(&" ".repeat(size)));
    let arguments = Array::of2(&content, &JsValue::from_str(name));
    arguments.push(&options);
    Reflect::construct(&class, &arguments).ok().map(JsCast::unchecked_into)
}

/// The sentence that says how much of a file is uploaded.
pub(super) fn progress_sentence(config: &ViewConfig, file: &File, percent: u8) -> String {
    let percent = intl::percent(config.locale.as_deref(), percent);
    fill(&fill(&config.strings.uploading(), "percent", &percent), "name", &file.name())
}

pub(super) fn progress_bar(name: String, percent: u8) -> Html {
    let (value, inside) = (percent.to_string(), Html::default());
    element!("progress", part "progress", "max" = "100", "value" = value, "aria-label" = name; inside).into()
}

/// Returns the action that sends uploaded files: one typed answer with all of them, or a text
/// message with the address of the only one.
pub(super) fn send_action(files: &[(File, String)], is_typed: bool) -> UserAction {
    let addresses: Vec<&str> = files.iter().map(|(_, address)| address.as_str()).collect();
    let text = addresses.join("\n");
    if !is_typed {
        return UserAction::Send(text);
    }
    let each = files.iter().map(|(file, address)| {
        let [link, name, of] = [address, &file.name(), &file.type_()].map(|text| send_body::json_string(text));
        ["{\"link\":", &link, ",\"filename\":", &name, ",\"mime_type\":", &of, "}"].concat()
    });
    let list = ["[", &each.collect::<Vec<_>>().join(","), "]"].concat();
    UserAction::Answer { text, typed: send_body::message("file_upload.response", "files", &list) }
}
