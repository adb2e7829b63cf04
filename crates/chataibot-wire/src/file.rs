//! `POST …/conversation/{id}/files`: uploads a visitor's file, if the site accepts files. Defined
//! by this product, not by the platform.
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
    /// The stored file.
    pub file: StoredFile,
}

/// A file the proxy has stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoredFile {
    /// Its URL: absolute, unguessable, and valid as long as its conversation exists.
    pub url: String,
    /// Its name, sanitized: the visitor's name for it, or one close to that.
    pub name: String,
    /// Its MIME type, determined by its first bytes.
    pub mime_type: String,
    /// Size in bytes.
    pub size: u32,
}
