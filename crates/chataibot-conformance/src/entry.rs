//! Log entries as a reader understands them: cursors, kinds, and the plain text of a content.

use serde_json::Value;

pub fn parse_cursor(text: &str) -> Option<(u32, u32)> {
    let (epoch, seq) = text.split_once('-')?;
    let number = |digits: &str| {
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
        if plain { digits.parse().ok() } else { None }
    };
    Some((number(epoch)?, number(seq)?))
}

pub fn cursor_of(entry: &Value) -> &str {
    entry["cursor"].as_str().unwrap_or_default()
}

/// `message`, `delivery`, `status` or `assignee`: the one key of the entry's event.
pub fn event_kind(entry: &Value) -> &str {
    entry["event"].as_object().and_then(|event| event.keys().next()).map_or("", String::as_str)
}

/// Returns the plain text of a content, in order.
pub fn plain_text(content: &Value) -> String {
    match content {
        Value::Array(items) => items.iter().map(plain_text).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value.as_str() {
                Some(text) if name == "text" => text.to_owned(),
                Some(_) | None => plain_text(value),
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => String::new(),
    }
}

/// Whether the entry is a message of this author with this text.
pub fn is_message(entry: &Value, author: &str, text: &str) -> bool {
    let message = &entry["event"]["message"];
    message["author"] == author && plain_text(&message["content"]) == text
}

/// Whether the entry is the visitor's message with this idempotency key.
pub fn is_sent_with(entry: &Value, key: &str) -> bool {
    entry["event"]["message"]["client_message_id"] == key
}

/// Whether the entry gives this delivery state for the message with this idempotency key.
pub fn is_delivery(entry: &Value, key: &str, state: &str) -> bool {
    let delivery = &entry["event"]["delivery"];
    delivery["client_message_id"] == key && delivery["state"] == state
}

pub fn log_summary(log: &[Value]) -> String {
    let summary = |entry: &Value| {
        let event = &entry["event"];
        let what = match event_kind(entry) {
            "message" => {
                let text: String = plain_text(&event["message"]["content"]).chars().take(30).collect();
                format!("{} “{text}”", event["message"]["author"].as_str().unwrap_or("?"))
            }
            "delivery" => event["delivery"]["state"].as_str().unwrap_or("?").to_owned(),
            other => other.to_owned(),
        };
        format!("{} {what}", cursor_of(entry))
    };
    format!("[{}]", log.iter().map(summary).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_those_of_the_tree_and_of_nothing_else() {
        let content = json!({ "text": { "body": [{ "text": "Hi " }, { "bold": [{ "text": "there" }] }, "break"] } });
        assert_eq!(plain_text(&content), "Hi there");
        assert_eq!(
            (parse_cursor("1-2"), parse_cursor("01-2"), parse_cursor("1-+2"), parse_cursor("12")),
            (Some((1, 2)), None, None, None)
        );
    }
}
