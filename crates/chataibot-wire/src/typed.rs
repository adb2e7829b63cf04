//! Typed answers: what the platform's own clients send instead of a text (grade INT; only `text` is
//! documented).
//!
//! A proxy accepts them in the body of "send visitor response" if its site has enabled
//! `typed_answers`. That is off by default: the internal formats are a good guess for the public
//! API, but not guaranteed.

use serde::{Deserialize, Serialize};

use crate::documented::{MessageData, User};

/// Body of `POST /conversation/{id}/messages`, with any message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SendTyped {
    /// What the visitor says.
    pub message: TypedMessage,
    /// Who says it.
    pub user: User,
}

/// What a visitor says: `{"type":"…","data":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data")]
pub enum TypedMessage {
    /// Plain text (DOC).
    #[serde(rename = "text")]
    Text(MessageData),
    /// The button that was pressed; `body` is its label (INT).
    #[serde(rename = "button.response")]
    Button(MessageData),
    /// The value that was chosen; `body` is the number (INT).
    #[serde(rename = "slider.response")]
    Slider(MessageData),
    /// The fields that were filled in (INT).
    #[serde(rename = "form.response")]
    Form(FormData),
    /// The files that were sent (INT).
    #[serde(rename = "file_upload.response")]
    Files(FilesData),
}

/// The filled form (INT).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormData {
    /// In the order of the form.
    pub fields: Vec<FilledField>,
}

/// One filled field (INT).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FilledField {
    /// The field's label.
    pub label: String,
    /// What the visitor wrote or chose; may be empty.
    pub value: String,
}

/// The sent files (INT).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FilesData {
    /// In the order in which the visitor chose them.
    pub files: Vec<SentFile>,
}

/// One sent file (INT). In a request to a proxy, `link` is the `url` of an upload to this
/// conversation; the proxy fills in the other two fields itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentFile {
    /// Its URL.
    pub link: String,
    /// Its name.
    pub filename: String,
    /// Its MIME type.
    pub mime_type: String,
}
