//! JSON by the browser: `JSON.parse` and `JSON.stringify`, with serde on top. The one JSON way in the WASM; `reader` is its lean half.

mod deserializer;

use js_sys::{JSON, Reflect};
use serde::{Serialize, de::DeserializeOwned};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// Reads a value out of a JSON text; `None` when it is not one.
#[must_use]
pub fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    from_js(JSON::parse(text).ok()?)
}

/// Reads a value out of what `JSON.parse` gave.
#[must_use]
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Option<T> {
    T::deserialize(deserializer::JsDeserializer(value)).ok()
}

/// A field of what `JSON.parse` gave; `undefined` when there is none.
#[must_use]
pub fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or_default()
}

/// Writes a value as JSON text; `None` only for values JSON cannot hold.
#[must_use]
pub fn stringify<T: Serialize>(value: &T) -> Option<String> {
    let value = value.serialize(&Serializer::json_compatible()).ok()?;
    JSON::stringify(&value).ok()?.as_string()
}
