//! Reads settings out of a JavaScript object.

use std::collections::BTreeMap;

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{Config, Given, Kind, Language, find};

/// Takes every entry of `settings` (property or attribute name → value; `null` takes a setting back) into `config`.
///
/// Texts come as strings, flags as booleans or as an attribute's text, maps as objects or as JSON. Entries that are not there change
/// nothing, so a partial update stays partial. `complain` gets one line for each value that is not allowed.
pub fn apply(config: &mut Config, settings: &JsValue, complain: &mut dyn FnMut(&str)) {
    let Some(settings) = settings.dyn_ref::<Object>() else { return };
    for entry in Object::entries(settings).iter() {
        let entry: Array = entry.unchecked_into();
        let Some(name) = entry.get(0).as_string() else { continue };
        let given = given(&name, &entry.get(1));
        config.set(&name, given, complain);
    }
}

/// The language in `spoken`, which is `{tag, words}`; `None` where there are no words.
pub fn language(spoken: &JsValue) -> Option<Language> {
    let field = |name: &str| Reflect::get(spoken, &JsValue::from_str(name)).ok();
    match map(&field("words")?) {
        Given::Map(words) if !words.is_empty() => Some(Language { tag: field("tag")?.as_string()?, words }),
        Given::Map(_) | Given::Nothing | Given::Text(_) | Given::Other(_) => None,
    }
}

fn given(name: &str, value: &JsValue) -> Given {
    let is_map = find(name).is_some_and(|setting| setting.kind == Kind::Map);
    if value.is_null() || value.is_undefined() || value.as_bool() == Some(false) {
        return Given::Nothing;
    }
    if value.as_bool().is_some() {
        return Given::Text(String::new());
    }
    let Some(text) = value.as_string().or_else(|| number(value)) else { return map(value) };
    if !is_map {
        return Given::Text(text);
    }
    match JSON::parse(&text) {
        Ok(parsed) if parsed.is_object() => map(&parsed),
        Ok(_) | Err(_) => Given::Other(text),
    }
}

/// Texts, numbers and truth values are taken as texts; what is `null` is left out; anything else spoils the whole map.
fn map(value: &JsValue) -> Given {
    if Array::is_array(value) || !value.is_object() {
        return Given::Other(String::from(Object::from(value.clone()).to_string()));
    }
    let mut map = BTreeMap::new();
    for entry in Object::entries(value.unchecked_ref()).iter() {
        let entry: Array = entry.unchecked_into();
        let (key, value) = (entry.get(0).as_string().unwrap_or_default(), entry.get(1));
        if value.is_null() || value.is_undefined() {
            continue;
        }
        let truth = value.as_bool().map(|yes| if yes { "true" } else { "false" }.to_owned());
        match value.as_string().or_else(|| number(&value)).or(truth) {
            Some(text) => map.insert(key, text),
            None => return Given::Other([&key, ": not a text"].concat()),
        };
    }
    Given::Map(map)
}

/// By the browser's own conversion: Rust's formatting of an `f64` would cost 8 KB.
fn number(value: &JsValue) -> Option<String> {
    value.as_f64().map(|number| String::from(js_sys::Number::from(number).to_string_with_radix(10).unwrap_or_default()))
}
