//! Redaction of JSON values for strangers: keeps keys and types, replaces each text by its length.

use serde_json::{Map, Value, json};

const DEEPEST: usize = 8;
const MOST_KEYS: usize = 40;
const MOST_ITEMS: usize = 3;

/// The only texts kept are names of kinds: values of a key `type` that look like identifiers.
pub fn shape(value: &Value) -> Value {
    shape_at(value, None, DEEPEST)
}

fn shape_at(value: &Value, key: Option<&str>, depth: usize) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => json!("boolean"),
        Value::Number(_) => json!("number"),
        Value::String(text) if key == Some("type") && is_name(text) => json!(text),
        Value::String(text) => json!(format!("text of {}", text.chars().count())),
        Value::Array(_) | Value::Object(_) if depth == 0 => json!("deeper"),
        Value::Array(items) => {
            let mut shapes: Vec<Value> =
                items.iter().take(MOST_ITEMS).map(|item| shape_at(item, None, depth - 1)).collect();
            if items.len() > MOST_ITEMS {
                shapes.push(json!(format!("{} in all", items.len())));
            }
            Value::Array(shapes)
        }
        Value::Object(entries) => {
            let mut shapes = Map::new();
            for (index, (key, value)) in entries.iter().take(MOST_KEYS).enumerate() {
                // An object used as a map can have a person's name or address as a key.
                let shown = if is_name(key) { key.clone() } else { format!("key {index} of {}", key.chars().count()) };
                shapes.insert(shown, shape_at(value, Some(key), depth - 1));
            }
            Value::Object(shapes)
        }
    }
}

/// Whether the text looks like an identifier chosen by a programmer.
fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        && text.bytes().filter(u8::is_ascii_digit).count() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_types_stay_and_every_word_goes() {
        let value = json!({
            "type": "hologram",
            "title": "Ada Lovelace",
            "voxels": [[0, 1], [1, 0], [2, 2], [3, 3]],
            "on": true,
            "none": null,
            "ada@example.com": { "type": "a secret sentence" },
        });
        assert_eq!(
            shape(&value),
            json!({
                "type": "hologram",
                "title": "text of 12",
                "voxels": [["number", "number"], ["number", "number"], ["number", "number"], "4 in all"],
                "on": "boolean",
                "none": null,
                "key 0 of 15": { "type": "text of 17" },
            })
        );
    }
}
