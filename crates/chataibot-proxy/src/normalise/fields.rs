//! Tolerant accessors for the platform's JSON: several names for one value, numbers as texts.

use chataibot_wire::text::is_blank;
use serde_json::Value;

use super::Diagnostic;

pub fn values<'a>(value: &'a Value, keys: &[&str]) -> impl Iterator<Item = &'a Value> {
    keys.iter().filter_map(|key| value.get(key))
}

/// Returns the first value under one of the keys that is not null.
pub fn first_present<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    values(value, keys).find(|found| !found.is_null())
}

/// Returns the first text under one of the keys that is not blank. A number counts as its digits.
pub fn text(value: &Value, keys: &[&str]) -> Option<String> {
    values(value, keys).find_map(scalar_text)
}

/// Returns a text that is not blank, or a number's digits.
pub fn scalar_text(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| !is_blank(text)).map(str::to_owned);
    text.or_else(|| Some(value.as_number()?.to_string()))
}

/// Returns the value if it is a text, otherwise the text under one of its keys.
pub fn text_or_field(value: &Value, keys: &[&str]) -> Option<String> {
    scalar_text(value).or_else(|| text(value, keys))
}

/// Returns a finite number, parsed from a number or a text.
pub fn number(value: &Value, keys: &[&str]) -> Option<f64> {
    let parse = |found: &Value| found.as_f64().or_else(|| found.as_str()?.trim().parse().ok());
    values(value, keys).find_map(parse).filter(|number| number.is_finite())
}

/// Returns a boolean, parsed from a boolean, a number or a text.
pub fn flag(value: &Value, keys: &[&str]) -> Option<bool> {
    values(value, keys).find_map(|found| match found {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" | "" => Some(false),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    })
}

/// Returns the items of the first key that holds a list.
pub fn list<'a>(value: &'a Value, keys: &[&str]) -> &'a [Value] {
    values(value, keys).find_map(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns at most `most` items of a list; adds a diagnostic if there are more.
pub fn at_most<'a>(listed: &'a [Value], most: usize, diagnostics: &mut Vec<Diagnostic>) -> &'a [Value] {
    let Some((listed, [_, ..])) = listed.split_at_checked(most) else { return listed };
    diagnostics.push(Diagnostic::Cut);
    listed
}

/// Makes names comparable: `Message-Create`, `message.create` and `message_create` are the same.
pub fn canonical_name(raw: &str) -> String {
    raw.trim().replace(['-', '.', ' ', ':'], "_").to_ascii_lowercase()
}

/// Returns the normalised name under one of the keys; empty if there is none.
pub fn canonical_name_in(value: &Value, keys: &[&str]) -> String {
    text(value, keys).map(|raw| canonical_name(&raw)).unwrap_or_default()
}

/// Reduces a kind's name to a label that is safe to log and show: at most 40 of `a-z 0-9 _`.
pub fn label(raw: &str) -> String {
    let name = canonical_name(raw).replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let label: String = name.chars().take(40).collect();
    if label.is_empty() { "unnamed".to_owned() } else { label }
}
