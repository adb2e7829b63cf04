//! Events as the platform writes them, with their evidence. What is undocumented is a setting.

use serde_json::{Value, json};

use crate::bot::Author;
use crate::bot::message::escape;
use crate::clock;
use crate::config::Echo;
use crate::platform::State;

/// The bot's user in start answer and assignee events. No browser may get the e-mail address.
pub const BOT_ID: &str = "5d1f8a";
pub const BOT_EMAIL: &str = "pip@staff.example.com";

/// `event.{type,payload}` (DOC) with the sibling keys `conversation.key` and `visitor.key` (OBS).
pub fn envelope(state: &State, conversation: &str, kind: &str, payload: Value) -> Value {
    let mut event = json!({ "event": { "type": kind, "payload": payload }, "conversation": { "key": conversation } });
    if let Some(known) = state.conversations.get(conversation) {
        event["visitor"] = json!({ "key": known.visitor_key(&state.account_id) });
    }
    event
}

/// A message (OBS for bot and visitor, INF for agent).
pub fn message(state: &State, conversation: &str, author: Author, message: Value) -> Value {
    message_with_id(state, conversation, author, message, &clock::message_id())
}

fn message_with_id(state: &State, conversation: &str, author: Author, message: Value, id: &str) -> Value {
    let mut payload = json!({ "message": message, "message_by": { "type": author } });
    if state.style.ids {
        payload["message_id"] = id.into();
        payload["created_at"] = clock::write_time(clock::now(), state.style.time).into();
    }
    envelope(state, conversation, "message", payload)
}

/// The echo of the visitor's own message: a text (OBS), or a typed answer unchanged (INF).
pub fn echo(state: &State, conversation: &str, text: &str, typed: Option<Value>, message_id: &str) -> Option<Value> {
    let text = match state.style.echo {
        Echo::Plain => text.to_owned(),
        Echo::Html => format!("<p>{}</p>", escape(text)),
        Echo::Off => return None,
    };
    let echoed = typed.unwrap_or_else(|| json!({ "type": "text", "text": text }));
    Some(message_with_id(state, conversation, Author::Visitor, echoed, message_id))
}

/// `conversation_create` (DOC), with personal data that must reach no browser and no log.
pub fn created(state: &State, conversation: &str, variables: &Value) -> Value {
    let mut listed = vec![
        json!({ "type": "SYSTEM", "name": "ip_address", "value": "203.0.113.77" }),
        json!({ "type": "SYSTEM", "name": "browser", "value": "Planted Browser 120" }),
    ];
    for (group, kind) in [("system", "SYSTEM"), ("contact", "CONTACT"), ("conversation", "CONVERSATION")] {
        for (name, value) in variables[group].as_object().into_iter().flatten() {
            listed.push(json!({ "type": kind, "name": name, "value": value }));
        }
    }
    let email = variables["contact"]["email"].as_str().unwrap_or("planted@visitor.example.com");
    let payload = json!({
        "external_key": conversation, "is_closed": false, "variables": listed,
        "ip_address": "203.0.113.77", "browser": "Planted Browser 120", "email": email,
    });
    envelope(state, conversation, "conversation_create", payload)
}

/// `open` or `closed` (INT).
pub fn status(state: &State, conversation: &str, status: &str) -> Value {
    envelope(state, conversation, "status", json!({ "status": status }))
}

/// A person takes over (INT). No browser may get the person's e-mail address.
pub fn assigned_to_agent(state: &State, conversation: &str, name: &str, picture: &str) -> Value {
    let mut assignee = json!({ "id": "7c31", "type": "agent", "name": name, "email": "noor@staff.example.com" });
    if !picture.is_empty() {
        assignee["image"] = picture.into();
    }
    envelope(state, conversation, "assignee", json!({ "assignee": assignee }))
}

/// The bot takes over again (INT).
pub fn assigned_to_bot(state: &State, conversation: &str) -> Value {
    let assignee = json!({ "id": BOT_ID, "type": "bot", "name": "Pip", "email": BOT_EMAIL });
    envelope(state, conversation, "assignee", json!({ "assignee": assignee }))
}
