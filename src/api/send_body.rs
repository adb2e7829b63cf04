//! The body of a send as JSON text, made where an answer is given and kept so in the outbox.
//! Written by hand because each type that serde serialises is paid for by every visitor; the tests
//! hold it against the wire's types.

use js_sys::JSON;
use wasm_bindgen::JsValue;

/// A text in JSON, with its quotation marks.
#[must_use]
pub fn quoted(text: &str) -> String {
    // A string is always written.
    JSON::stringify(&JsValue::from_str(text)).map(String::from).unwrap_or_default()
}

/// A message that is nothing but words: `text`, `button.response`, `slider.response`.
#[must_use]
pub fn words(kind: &str, body: &str) -> String {
    message(kind, "body", &quoted(body))
}

/// A message of this kind with one field of data, which is JSON.
#[must_use]
pub fn message(kind: &str, field: &str, data: &str) -> String {
    ["{\"type\":\"", kind, "\",\"data\":{\"", field, "\":", data, "}}"].concat()
}

/// The body of a send with this message.
#[must_use]
pub fn send(message: &str) -> String {
    ["{\"message\":", message, ",\"user\":{\"type\":\"VISITOR\"}}"].concat()
}
