//! Times of messages, as the browser writes them in the visitor's language. Made late: the first one costs tens of milliseconds.

use js_sys::{Array, Date, Object, Reflect};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use yew::AttrValue;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl, js_name = DateTimeFormat)]
    type Format;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl, js_class = DateTimeFormat)]
    fn new(locales: &JsValue, options: &JsValue) -> Result<Format, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn format(this: &Format, at: f64) -> Result<String, JsValue>;
}

/// Writes times.
pub(super) struct Clock {
    /// For today.
    time: Option<Format>,
    /// For any other day.
    day: Option<Format>,
    today: String,
}

impl Clock {
    /// In this language, else the browser's. A language the browser does not take is not worth a broken chat.
    pub(super) fn new(locale: Option<&str>) -> Self {
        let make = |fields: &[(&str, &str)]| {
            let options = Object::new();
            for (name, value) in fields {
                // A new plain object takes every property.
                let set = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
                debug_assert!(set.is_ok());
            }
            let locales = locale.map_or(JsValue::UNDEFINED, |locale| Array::of1(&JsValue::from_str(locale)).into());
            Format::new(&locales, &options).or_else(|_| Format::new(&JsValue::UNDEFINED, &options)).ok()
        };
        let time = [("hour", "numeric"), ("minute", "2-digit")];
        let day = [("month", "short"), ("day", "numeric"), time[0], time[1]];
        Self { time: make(&time), day: make(&day), today: day_of(Date::now()) }
    }

    /// Hour and minute; with the day when it is not the day on which this clock was made.
    #[expect(clippy::cast_precision_loss, reason = "exact for another 280,000 years")]
    pub(super) fn write(&self, at: u64) -> AttrValue {
        let at = at as f64;
        let format = if day_of(at) == self.today { &self.time } else { &self.day };
        format.as_ref().and_then(|format| format.format(at).ok()).unwrap_or_default().into()
    }
}

fn day_of(at: f64) -> String {
    Date::new(&JsValue::from_f64(at)).to_date_string().into()
}
