//! Reads settings out of a JavaScript object.

use chataibot_wire::Pairs;
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{Config, Language, RawValue, SettingKind, find};

/// Applies every entry of `settings` (property or attribute name → value; `null` removes it).
///
/// Texts come as strings, flags as booleans or text, maps as objects or JSON. Missing entries
/// change nothing. `complain` gets one line for each invalid value.
pub fn apply(config: &mut Config, settings: &JsValue, complain: &mut dyn FnMut(&str)) {
    let Some(settings) = settings.dyn_ref::<Object>() else { return };
    for entry in Object::entries(settings).iter() {
        let entry: Array = entry.unchecked_into();
        let Some(name) = entry.get(0).as_string() else { continue };
        let value = raw_value(&name, &entry.get(1));
        config.set(&name, value, complain);
    }
}

/// Reads the language from `spoken`, which is `{tag, words}`.
pub fn language(spoken: &JsValue) -> Option<Language> {
    let field = |name: &str| Reflect::get(spoken, &JsValue::from_str(name)).ok();
    match map_value(&field("words")?) {
        RawValue::Map(words) => Some(Language { tag: field("tag")?.as_string()?, words }),
        RawValue::Nothing | RawValue::Text(_) | RawValue::Other(_) => None,
    }
}

fn raw_value(name: &str, value: &JsValue) -> RawValue {
    let kind = find(name).map(|setting| setting.kind);
    if value.is_null() || value.is_undefined() {
        return RawValue::Nothing;
    }
    if let Some(is_on) = value.as_bool() {
        return RawValue::Text(if is_on { "" } else { "false" }.to_owned());
    }
    let Some(text) = value.as_string().or_else(|| number_text(value)) else {
        return match (kind, value.dyn_ref::<Array>()) {
            (Some(SettingKind::List), Some(list)) => list_value(list),
            (Some(SettingKind::Json), Some(list)) => json_value(list),
            (_, _) => map_value(value),
        };
    };
    if kind == Some(SettingKind::List) {
        return RawValue::Text(text.replace('|', "\n"));
    }
    if kind != Some(SettingKind::Map) && kind != Some(SettingKind::Json) {
        return RawValue::Text(text);
    }
    match JSON::parse(&text) {
        Ok(parsed) if kind == Some(SettingKind::Json) => parsed.dyn_ref().map_or(RawValue::Other(text), json_value),
        Ok(parsed) if parsed.is_object() => map_value(&parsed),
        Ok(_) | Err(_) => RawValue::Other(text),
    }
}

/// Joins the texts, one on each line.
fn list_value(list: &Array) -> RawValue {
    let texts = list.iter().map(|text| text.as_string().map(|text| text.replace('\n', " ")));
    match texts.collect::<Option<Vec<String>>>() {
        Some(texts) => RawValue::Text(texts.join("\n")),
        None => RawValue::Other(String::from("not an array of texts")),
    }
}

/// Writes the array as JSON. The reader of the JSON skips elements that are not objects.
fn json_value(list: &Array) -> RawValue {
    match JSON::stringify(list).ok().and_then(|text| text.as_string()) {
        Some(text) => RawValue::Text(text),
        None => RawValue::Other(String::from("not to be written as JSON")),
    }
}

/// Reads a map of texts, numbers and booleans; skips `null`; rejects a map with anything else.
fn map_value(value: &JsValue) -> RawValue {
    if Array::is_array(value) || !value.is_object() {
        return RawValue::Other(String::from(Object::from(value.clone()).to_string()));
    }
    let mut map = Pairs::default();
    for entry in Object::entries(value.unchecked_ref()).iter() {
        let entry: Array = entry.unchecked_into();
        let (key, value) = (entry.get(0).as_string().unwrap_or_default(), entry.get(1));
        if value.is_null() || value.is_undefined() {
            continue;
        }
        let boolean_text = value.as_bool().map(|yes| if yes { "true" } else { "false" }.to_owned());
        match value.as_string().or_else(|| number_text(&value)).or(boolean_text) {
            Some(text) => map.insert(key, text),
            None => return RawValue::Other([&key, ": not a text"].concat()),
        };
    }
    RawValue::Map(map)
}

/// Formats a number with the browser's conversion: Rust's formatting of an `f64` would add 8 KB.
fn number_text(value: &JsValue) -> Option<String> {
    value.as_f64().map(|number| String::from(js_sys::Number::from(number).to_string_with_radix(10).unwrap_or_default()))
}
