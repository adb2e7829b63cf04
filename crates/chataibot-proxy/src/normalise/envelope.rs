//! Parser of the event envelope: the kind of event, the conversation it belongs to, and the author.

use std::borrow::Cow;

use chataibot_wire::Author;
use chataibot_wire::entry::{Assignee, Status};
use serde_json::Value;

use super::{Diagnostic, EventKind, Ignored, Incoming, Normalised, WebhookCall, fields, kinds, links, shape, text};

type Kind = Result<EventKind, Ignored>;

/// Maximum number of events in one delivery.
const MOST_EVENTS: usize = 5_000;
/// Maximum length of any id, in bytes.
const LONGEST_ID: usize = 200;

/// Why a body is not a delivery of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadWebhookCall(&'static str);

const NEITHER: BadWebhookCall = BadWebhookCall("the delivery has neither events nor a handshake");

/// Parses the body of a webhook request.
pub fn read(body: &[u8]) -> Result<WebhookCall, BadWebhookCall> {
    let value = parse(body)?;
    let token = fields::text(&value, &["token"]);
    let events = match value {
        Value::Array(events) => events,
        Value::Object(mut entries) => {
            match entries.remove("events").map(|one| parse_embedded_json(&one).into_owned()) {
                Some(Value::Array(events)) => events,
                Some(event @ Value::Object(_)) => vec![event],
                Some(_) => return Err(NEITHER),
                None if entries.contains_key("event") || entries.contains_key("type") => vec![Value::Object(entries)],
                // `ok` and `error` are fields of API answers, which are never delivered to a webhook.
                None if entries.len() > 3 || entries.contains_key("ok") => return Err(NEITHER),
                None => return token.map(|token| WebhookCall::Handshake { token }).ok_or(NEITHER),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(NEITHER),
    };
    if events.len() > MOST_EVENTS {
        return Err(BadWebhookCall("the delivery has too many events"));
    }
    let events = events.iter().map(|item| parse_event(&parse_embedded_json(item))).collect();
    Ok(WebhookCall::Events { token, events })
}

/// Parses JSON; if need be, without what an editor cut in half: invalid UTF-8, lone surrogates.
fn parse(body: &[u8]) -> Result<Value, BadWebhookCall> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body).or_else(|_| {
        let repaired = without_lone_surrogates(&String::from_utf8_lossy(body));
        serde_json::from_str(&repaired).map_err(|_| BadWebhookCall("the delivery is not JSON"))
    })
}

/// Replaces a lone surrogate such as `\ud83d` by the replacement character.
fn without_lone_surrogates(json: &str) -> String {
    let unit = |text: &str| -> Option<u16> { u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok() };
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let (kept, length) = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (&escape[..12], 12),
            (Some(0xd800..=0xdfff), _) => ("\\ufffd", 6),
            _ => {
                let length = escape.char_indices().nth(2).map_or(escape.len(), |(length, _)| length);
                (&escape[..length], length)
            }
        };
        out.extend([before, kept]);
        rest = &escape[length..];
    }
    out.push_str(rest);
    out
}

/// Parses a text that holds JSON: the platform also sends objects and lists as texts (INT).
fn parse_embedded_json(value: &Value) -> Cow<'_, Value> {
    if let Value::String(text) = value
        && text.trim_start().starts_with(['{', '['])
        && let Ok(inner @ (Value::Object(_) | Value::Array(_))) = parse(text.as_bytes())
    {
        return Cow::Owned(inner);
    }
    Cow::Borrowed(value)
}

fn parse_event(item: &Value) -> Normalised {
    let inner = item.get("event").filter(|inner| !inner.is_null()).map_or(Cow::Borrowed(item), parse_embedded_json);
    let payload =
        fields::first_present(&inner, &["payload", "data"]).map_or(Cow::Borrowed(inner.as_ref()), parse_embedded_json);
    let raw_kind = fields::text(&inner, &["type", "event_type", "name"]).or_else(|| fields::text(item, &["type"]));
    let name = raw_kind.as_deref().map(fields::canonical_name).unwrap_or_default();
    let mut diagnostics = Vec::new();
    let mut id = None;
    let kind: Kind = match name.as_str() {
        "message" | "message_create" | "message_created" | "message_exchange" | "new_message" => {
            message(&payload, &mut id, &mut diagnostics)
        }
        "" if payload.get("message").is_some() => message(&payload, &mut id, &mut diagnostics),
        "conversation_create" | "conversation_created" | "conversation_creation" => {
            Ok(EventKind::Created { closed: fields::flag(&payload, &["is_closed"]).unwrap_or(false) })
        }
        "status" | "status_change" | "status_changed" | "conversation_status" | "conversation_status_change" => {
            status(&payload)
        }
        "conversation_close" | "conversation_closed" => Ok(EventKind::Status(Status::Closed)),
        "conversation_open" | "conversation_opened" | "conversation_reopened" => Ok(EventKind::Status(Status::Open)),
        "assignee"
        | "assignee_change"
        | "assignee_changed"
        | "conversation_assignee"
        | "conversation_assigned"
        | "assigned" => assignee(&payload, &mut diagnostics),
        "variable" | "variables" => Err(Ignored("variable")),
        "label" | "labels" => Err(Ignored("label")),
        "note" | "notes" => Err(Ignored("note")),
        "sla" | "sla_breach" | "sla_breached" => Err(Ignored("sla")),
        "message_status" => Err(Ignored("message_status")),
        _ => {
            let kind = format!("event_{}", fields::label(&name));
            diagnostics.push(Diagnostic::UnknownKind { kind, shape: shape::shape(item) });
            Err(Ignored("unknown"))
        }
    };
    let id = id.or_else(|| [&inner, item].into_iter().find_map(|value| id_of(value, &["id", "event_id"])));
    let event = kind.and_then(|kind| {
        let flat = ["conversation_key", "conversation_id", "external_key", "thread_key"];
        let conversation = nested_id([item, &payload], "conversation", &["key", "id", "external_key"], &flat);
        let visitor_key = nested_id([item, &payload], "visitor", &["key", "visitor_key", "id"], &["visitor_key"]);
        Ok(Incoming { conversation: conversation.ok_or(Ignored("no_conversation"))?, visitor_key, id, kind })
    });
    Normalised { event, diagnostics }
}

fn message(payload: &Value, id: &mut Option<String>, diagnostics: &mut Vec<Diagnostic>) -> Kind {
    let message = payload.get("message").map_or(Cow::Borrowed(payload), parse_embedded_json);
    *id = id_of(payload, &["message_id"])
        .or_else(|| id_of(&message, &["id", "message_id"]))
        .or_else(|| id_of(payload, &["id"]));
    let author = author(payload).or_else(|| author(&message)).unwrap_or(Author::Bot);
    // A message that is a plain string counts as a text message.
    let wrapped = message.as_str().map(|text| serde_json::json!({ "type": "text", "text": text }));
    let before = diagnostics.len();
    match kinds::content(wrapped.as_ref().unwrap_or(&message), diagnostics) {
        Some(content) => Ok(EventKind::Message { author, content }),
        None if diagnostics[before..].contains(&Diagnostic::ScriptDropped) => Err(Ignored("script")),
        None => Err(Ignored("empty")),
    }
}

/// Returns the author from `message_by`, an object (OBS) or a plain text (INT). Unknown authors
/// count as the bot, so that the message is shown rather than mistaken for an echo.
fn author(value: &Value) -> Option<Author> {
    let by = fields::first_present(value, &["message_by", "sent_by", "sender"])?;
    Some(role(&fields::text_or_field(by, &["type", "role"])?))
}

fn role(kind: &str) -> Author {
    match fields::canonical_name(kind).as_str() {
        "visitor" | "contact" | "customer" | "end_user" => Author::Visitor,
        "agent" | "human" | "operator" | "user" => Author::Agent,
        _ => Author::Bot,
    }
}

fn status(payload: &Value) -> Kind {
    let status = payload.get("status").or_else(|| payload.get("conversation_status"));
    let word = status.and_then(|status| fields::text_or_field(status, &["type", "name", "value"]));
    let is_closed = match word.map(|word| fields::canonical_name(&word)).as_deref() {
        Some("closed" | "close" | "resolved" | "ended" | "completed") => true,
        Some("open" | "opened" | "reopened" | "active") => false,
        Some(_) | None => {
            let nested = || fields::flag(payload.get("conversation")?, &["is_closed"]);
            fields::flag(payload, &["is_closed", "closed"]).or_else(nested).ok_or(Ignored("status"))?
        }
    };
    Ok(EventKind::Status(if is_closed { Status::Closed } else { Status::Open }))
}

/// Parses the new assignee, with what a visitor may see of them.
fn assignee(payload: &Value, diagnostics: &mut Vec<Diagnostic>) -> Kind {
    let who = fields::first_present(payload, &["assignee", "assigned_to", "assigned", "user", "to"]);
    let who = who.ok_or(Ignored("assignee"))?;
    let kind = fields::text(who, &["type", "role"]).or_else(|| fields::text(payload, &["assignee_type", "type"]));
    let is_bot = fields::flag(who, &["is_bot"]).unwrap_or(false);
    // Some accounts have an e-mail address in the name field, which visitors must not see.
    let full_name = || ["first_name", "last_name"].map(|key| fields::text(who, &[key]).unwrap_or_default()).join(" ");
    let name = fields::text(who, &["name", "display_name", "full_name"]).unwrap_or_else(full_name);
    let name = Some(text::line(&name, 80)).filter(|name| !name.is_empty() && !name.contains('@'));
    let kind = match kind.as_deref().map(role) {
        kind if is_bot || kind == Some(Author::Bot) => Author::Bot,
        // A visitor is never an assignee.
        kind if kind.is_some() || name.is_some() => Author::Agent,
        // Of whom nothing is known, "a person has taken over" could be a false promise.
        _ => return Err(Ignored("assignee")),
    };
    let address = fields::text(who, &["image", "picture", "avatar", "avatar_url", "profile_picture", "photo"]);
    let picture = links::checked(address, links::secure, diagnostics);
    Ok(EventKind::Assignee(Assignee { kind, name, picture }))
}

/// Returns the id under a name or under one of its keys, otherwise the one under one of `flat`.
fn nested_id(values: [&Value; 2], name: &str, keys: &[&str], flat: &[&str]) -> Option<String> {
    let nested = |inner| id(inner).or_else(|| id_of(inner, keys));
    values.into_iter().find_map(|value| value.get(name).and_then(nested).or_else(|| id_of(value, flat)))
}

fn id_of(value: &Value, keys: &[&str]) -> Option<String> {
    fields::values(value, keys).find_map(id)
}

/// Returns an id: opaque, but short and printable.
fn id(value: &Value) -> Option<String> {
    fields::scalar_text(value).filter(|id| id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_emoji_does_not_cost_the_whole_delivery() {
        let body =
            br#"{"events":[{"event":{"type":"message","payload":{"message":{"type":"text","text":"Bye \ud83d"}}}}]}"#;
        assert!(matches!(read(body), Ok(WebhookCall::Events { events, .. }) if events.len() == 1));
        assert_eq!(
            without_lone_surrogates(r#""\ud83d\ude42 \ud83d \ude42 \\ud83d \n \u00e9""#),
            r#""\ud83d\ude42 \ufffd \ufffd \\ud83d \n \u00e9""#
        );
    }

    #[test]
    fn an_answer_of_the_api_is_no_handshake() {
        assert_eq!(read(br#"{"token":"t"}"#), Ok(WebhookCall::Handshake { token: "t".to_owned() }));
        for body in
            [r#"{"ok":true,"token":"t"}"#, "{}", "[1", "1", "null", r#""x""#, r#"{"token":1,"a":1,"b":1,"c":1}"#]
        {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
