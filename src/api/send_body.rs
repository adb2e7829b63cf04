//! Builds the body of a send as JSON text, when an answer is given; the outbox keeps it in this
//! form. Written by hand, because every visitor downloads the code of each type that serde
//! serialises; tests compare it with the wire's types.

use js_sys::JSON;
use wasm_bindgen::JsValue;

/// Quotes a text as a JSON string.
pub fn json_string(text: &str) -> String {
    // `stringify` never fails for a string.
    JSON::stringify(&JsValue::from_str(text)).map(String::from).unwrap_or_default()
}

/// A message of text only: `text`, `button.response`, `slider.response`.
pub fn text_message(kind: &str, body: &str) -> String {
    message(kind, "body", &json_string(body))
}

/// A message of this kind with one data field; `data` is JSON.
pub fn message(kind: &str, field: &str, data: &str) -> String {
    ["{\"type\":\"", kind, "\",\"data\":{\"", field, "\":", data, "}}"].concat()
}

/// The body of a send with this message.
pub fn send(message: &str) -> String {
    ["{\"message\":", message, ",\"user\":{\"type\":\"VISITOR\"}}"].concat()
}
