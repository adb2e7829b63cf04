//! Dates as the browser writes them in the visitor's language.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::components::ViewConfig;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl, js_name = DateTimeFormat)]
    pub(super) type Format;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl, js_class = DateTimeFormat)]
    pub(super) fn new(locales: &JsValue, options: &JsValue) -> Result<Format, JsValue>;
    #[wasm_bindgen(method)]
    pub(super) fn format(this: &Format, at: f64) -> String;
    #[wasm_bindgen(method, js_name = formatToParts)]
    pub(super) fn parts(this: &Format, at: f64) -> Array;
}

/// What `Intl` is told of how to write.
pub(super) fn options(fields: &[(&str, &str)]) -> JsValue {
    let options = Object::new();
    for (name, value) in fields {
        // A new plain object takes every property.
        let set = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
        debug_assert!(set.is_ok());
    }
    options.into()
}

/// The visitor's language, for `Intl`.
pub(super) fn locale(look: &ViewConfig) -> JsValue {
    look.locale.as_deref().map_or(JsValue::UNDEFINED, JsValue::from_str)
}

/// In the visitor's language, else in the browser's.
pub(super) fn dates(look: &ViewConfig, fields: &[(&str, &str)]) -> Option<Format> {
    let options = options(fields);
    Format::new(&locale(look), &options).or_else(|_| Format::new(&JsValue::UNDEFINED, &options)).ok()
}
