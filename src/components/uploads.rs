//! Files of the visitor's: what components need to send one. They know no network; who does, gives an [`Uploads`].

use std::{any::Any, rc::Rc};

use web_sys::File;
use yew::{AttrValue, Callback};

/// A way to send files, and which of them are taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Uploads {
    /// Largest file, bytes.
    pub most: u32,
    /// MIME types, such as `image/png`; any, when there are none.
    pub types: Rc<[AttrValue]>,
    /// Begins to send. The answer is held as long as the file is wanted: dropping it stops the sending.
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
    /// Why this file is not even worth a try. Its type is what the browser thinks it is; where it thinks nothing, the other side knows.
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

impl std::fmt::Debug for Sending {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("Sending")
    }
}
