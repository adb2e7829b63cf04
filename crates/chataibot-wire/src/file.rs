//! `POST …/conversation/{id}/files`: a file of the visitor's, where the site takes files. Ours, not
//! the platform's.
//!
//! The body is the file itself, `Content-Type` its type, [`NAME_HEADER`] its name, percent-encoded
//! UTF-8.

use serde::{Deserialize, Serialize};

/// The header with the file's name.
pub const NAME_HEADER: &str = "x-file-name";

/// Answer of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileAnswer {
    /// `true`.
    pub ok: bool,
    /// The file as it is stored.
    pub file: StoredFile,
}

/// A file the proxy has stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoredFile {
    /// Where it is served: absolute, unguessable, and as long there as its conversation.
    pub url: String,
    /// Its name, cleaned: what the visitor called it, or near to that.
    pub name: String,
    /// What it is, by its first bytes.
    pub mime_type: String,
    /// Bytes.
    pub size: u32,
}
