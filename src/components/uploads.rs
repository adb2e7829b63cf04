//! The interface between components and file uploads: components know no network; the runtime
//! implements [`Uploads`].

use std::{any::Any, rc::Rc};

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;
use yew::{AttrValue, Callback};

use super::{UserAction, ViewConfig, intl};
use crate::{api::send_body, strings::fill};

/// A way to send files, and which of them are taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Uploads {
    /// Largest file, bytes.
    pub most: u32,
    /// MIME types, such as `image/png`; any, when there are none.
    pub types: Rc<[AttrValue]>,
    /// Files that are chosen already, as in a scene.
    pub chosen: Rc<[File]>,
    /// Begins to send. The answer is held as long as the file is wanted: dropping it stops the
    /// sending.
    pub start: Callback<Upload, Sending>,
}

/// A file to send, and who is told how it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// The file.
    pub file: File,
    /// Told of each step, the last one being [`UploadState::Done`] or [`UploadState::Failed`].
    pub told: Callback<UploadState>,
}

/// Something that ends when it is dropped: the sending of a file.
pub struct Sending(#[expect(dead_code, reason = "ends when it is dropped")] Box<dyn Any>);

impl Sending {
    /// Holds what ends the sending when it is dropped.
    pub fn new(guard: impl Any) -> Self {
        Self(Box::new(guard))
    }
}

/// How the sending of a file goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// So many percent are there.
    Underway(u8),
    /// All of it is there, at this address: `https`, or `http` in demos.
    Done(String),
    /// It did not arrive.
    Failed(UploadError),
}

/// Why a file was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadError {
    /// More bytes than are taken.
    TooLarge,
    /// A type that is not taken.
    Refused,
    /// For now: trying again can help.
    Temporary,
}

impl Uploads {
    /// Why this file is not even worth a try. Its type is what the browser thinks it is; where it
    /// thinks nothing, the other side knows.
    #[must_use]
    pub fn refuse(&self, file: &File) -> Option<UploadError> {
        let kind = file.type_();
        let listed = self.types.is_empty() || kind.is_empty() || self.types.iter().any(|one| one.as_str() == kind);
        match () {
            () if file.size() > f64::from(self.most) => Some(UploadError::TooLarge),
            () if !listed => Some(UploadError::Refused),
            () => None,
        }
    }
}

/// A file of so many bytes, as a scene has one. `None` where there are no files.
#[must_use]
pub fn sample(name: &str, kind: &str, size: usize) -> Option<File> {
    let class: Function = Reflect::get(&js_sys::global(), &JsValue::from_str("File")).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &JsValue::from_str("type"), &JsValue::from_str(kind)).ok()?;
    let content = Array::of1(&JsValue::from_str(&" ".repeat(size)));
    let given = Array::of2(&content, &JsValue::from_str(name));
    given.push(&options);
    Reflect::construct(&class, &given).ok().map(JsCast::unchecked_into)
}

impl Uploads {
    /// Which files the device's picker offers; all, where none are named.
    pub(super) fn accepted(&self) -> Option<String> {
        let types: Vec<&str> = self.types.iter().map(AttrValue::as_str).collect();
        (!types.is_empty()).then(|| types.join(","))
    }

    /// What is wrong with a file.
    pub(super) fn wrong(&self, error: UploadError, look: &ViewConfig) -> AttrValue {
        let strings = &look.strings;
        match error {
            UploadError::TooLarge => {
                let size = intl::size(look.locale.as_deref(), f64::from(self.most));
                fill(&strings.upload_too_large(), "size", &size).into()
            }
            UploadError::Refused => strings.upload_refused(),
            UploadError::Temporary => strings.upload_failed(),
        }
    }
}

/// What says that these files were sent: one message with all of them, or the address of the one
/// there is.
pub(super) fn sent(files: &[(File, String)], is_typed: bool) -> UserAction {
    let addresses: Vec<&str> = files.iter().map(|(_, address)| address.as_str()).collect();
    let text = addresses.join("\n");
    if !is_typed {
        return UserAction::Send(text);
    }
    let each = files.iter().map(|(file, address)| {
        let [link, name, of] = [address, &file.name(), &file.type_()].map(|text| send_body::quoted(text));
        ["{\"link\":", &link, ",\"filename\":", &name, ",\"mime_type\":", &of, "}"].concat()
    });
    let list = ["[", &each.collect::<Vec<_>>().join(","), "]"].concat();
    UserAction::Answer { text, typed: send_body::message("file_upload.response", "files", &list) }
}

impl std::fmt::Debug for Sending {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("Sending")
    }
}
