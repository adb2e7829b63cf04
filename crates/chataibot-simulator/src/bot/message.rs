//! Messages as the platform writes them: HTML texts, buttons, and the fixtures of each kind.

use serde_json::{Value, json};

/// Base URL of the pictures and files in the fixtures; the simulator replaces it with its own.
pub const MEDIA_HOST: &str = "https://media.example.com/";

/// A text (OBS).
pub fn text(html: impl Into<String>) -> Value {
    json!({ "type": "text", "text": html.into() })
}

/// A collect-input prompt: `name`, `email` or `phone` (DOC: the names; INT: the fields).
pub fn prompt(kind: &str, html: impl Into<String>) -> Value {
    json!({ "type": kind, "text": html.into() })
}

/// A text with a note below it, which shows its first line until it is opened (INT).
pub fn text_and_note(html: impl Into<String>, note: impl Into<String>) -> Value {
    let info = json!({ "type": "info", "info": { "title": note.into() } });
    json!({ "type": "send_message", "messages": [text(html), info] })
}

/// A question with branch buttons (OBS).
pub fn buttons(title: impl Into<String>, labels: &[&str]) -> Value {
    let buttons: Vec<Value> = labels.iter().map(|label| json!({ "title": label, "type": "branch" })).collect();
    json!({ "type": "button", "title": title.into(), "buttons": buttons })
}

/// Escapes a visitor's text for the bot's HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Returns the message inside a fixture, which is a whole webhook body with one event.
pub fn fixture(body: &str) -> Value {
    let mut body: Value = serde_json::from_str(body).expect("a fixture is JSON; a test reads them all");
    body["events"][0]["event"]["payload"]["message"].take()
}

/// Returns the value with every picture and file served by this simulator.
pub fn with_media_from(value: Value, base: &str) -> Value {
    map_texts(value, &|text| text.replace(MEDIA_HOST, &format!("{base}/media/")))
}

/// Returns the value with `change` applied to each string in it.
pub fn map_texts(value: Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => change(&text).into(),
        Value::Array(items) => items.into_iter().map(|item| map_texts(item, change)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, map_texts(value, change))).collect())
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}
