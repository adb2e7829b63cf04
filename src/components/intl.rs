//! Dates and numbers as the browser writes them in the visitor's language.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use yew::AttrValue;

use super::civil_date::Day;

#[wasm_bindgen]
extern "C" {
    /// Any of the formats of `Intl`.
    type Format;
    #[wasm_bindgen(method, catch)]
    fn format(this: &Format, value: f64) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch, js_name = resolvedOptions)]
    fn resolved_options(this: &Format) -> Result<JsValue, JsValue>;
}

/// Regions whose weeks begin with a Sunday, and with a Saturday, for browsers that do not know.
const SUNDAY: &[&str] = &[
    "AR", "AU", "BR", "CA", "CO", "HK", "ID", "IL", "IN", "JP", "KE", "KR", "MX", "PE", "PH", "PK", "SA", "SG", "TH",
    "TW", "US", "VE", "ZA",
];
const SATURDAY: &[&str] = &["AE", "AF", "BH", "DZ", "EG", "IQ", "IR", "JO", "KW", "LY", "OM", "QA", "SD", "SY"];

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined())
}

/// A new one of what `Intl` calls so.
fn make(class: &str, parameters: &Array) -> Option<JsValue> {
    let class = get(&get(&js_sys::global(), "Intl")?, class)?.dyn_into::<Function>().ok()?;
    Reflect::construct(&class, parameters).ok()
}

/// In this language, else the browser's: one that the browser does not take is not worth a broken chat.
fn format(class: &str, locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Format> {
    let options = Object::new();
    for (name, value) in fields {
        // A new plain object takes every property.
        let set = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
        debug_assert!(set.is_ok());
    }
    let own = locale.and_then(|locale| make(class, &Array::of2(&JsValue::from_str(locale), &options)));
    own.or_else(|| make(class, &Array::of2(&JsValue::UNDEFINED, &options))).map(JsCast::unchecked_into)
}

fn auto_dir(format: Option<&Format>, value: f64) -> AttrValue {
    format.and_then(|format| format.format(value).ok()).unwrap_or_default().into()
}

/// Days are told as at midnight in London, whatever the visitor's zone: a day has none.
fn days(locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Format> {
    let mut all = vec![("calendar", "gregory"), ("timeZone", "UTC")];
    all.extend_from_slice(fields);
    format("DateTimeFormat", locale, &all)
}

/// A day in full, with the minutes since midnight where there are some.
pub(super) fn day_in_full(locale: Option<&str>, day: Day, minutes: Option<i32>) -> AttrValue {
    let full = [("dateStyle", "full"), ("timeStyle", "short")];
    let fields = if minutes.is_some() { &full[..] } else { &full[..1] };
    let format = days(locale, fields);
    auto_dir(format.as_ref(), day.milliseconds() + f64::from(minutes.unwrap_or_default()) * 60_000.0)
}

/// A share of 100, with its sign.
pub(super) fn percent(locale: Option<&str>, percent: u8) -> AttrValue {
    auto_dir(format("NumberFormat", locale, &[("style", "percent")]).as_ref(), f64::from(percent) / 100.0)
}

/// The size of a file. Counted in 1024s, in which limits are set: they read as round as they are.
pub(super) fn size(locale: Option<&str>, bytes: f64) -> AttrValue {
    const MEGABYTE: f64 = 1_048_576.0;
    let (unit, one) = if bytes < MEGABYTE { ("kilobyte", 1024.0) } else { ("megabyte", MEGABYTE) };
    let fields = [("style", "unit"), ("unit", unit), ("unitDisplay", "short"), ("maximumFractionDigits", "1")];
    auto_dir(format("NumberFormat", locale, &fields).as_ref(), bytes / one)
}

/// What a month's page needs.
pub(super) struct Names {
    month: Option<Format>,
    weekday: Option<Format>,
    weekday_short: Option<Format>,
    weekday_narrow: Option<Format>,
    full: Option<Format>,
    number: Option<Format>,
    /// The weekday with which weeks begin: 1 for Monday to 7 for Sunday.
    pub(super) first: i32,
}

impl Names {
    pub(super) fn new(locale: Option<&str>) -> Self {
        let month = days(locale, &[("month", "long"), ("year", "numeric")]);
        let tag = month.as_ref().and_then(|format| get(&format.resolved_options().ok()?, "locale"));
        Self {
            first: tag.and_then(|tag| first_of_week(&tag)).unwrap_or(1),
            month,
            weekday: days(locale, &[("weekday", "long")]),
            weekday_short: days(locale, &[("weekday", "short")]),
            weekday_narrow: days(locale, &[("weekday", "narrow")]),
            full: days(locale, &[("dateStyle", "full")]),
            number: format("NumberFormat", locale, &[]),
        }
    }

    /// `November 2026`.
    pub(super) fn month(&self, day: Day) -> AttrValue {
        auto_dir(self.month.as_ref(), day.milliseconds())
    }

    /// `Wednesday`, and `Wed`; where a language shortens nothing, the letter.
    pub(super) fn weekday(&self, day: Day) -> (AttrValue, AttrValue) {
        let at = day.milliseconds();
        let short = auto_dir(self.weekday_short.as_ref(), at);
        let fits = short.chars().count() <= 4;
        let short = if fits { short } else { auto_dir(self.weekday_narrow.as_ref(), at) };
        (auto_dir(self.weekday.as_ref(), at), short)
    }

    /// `Wednesday, 25 November 2026`.
    pub(super) fn full(&self, day: Day) -> AttrValue {
        auto_dir(self.full.as_ref(), day.milliseconds())
    }

    /// The number of a day in its month, in the language's digits.
    pub(super) fn number(&self, number: i32) -> AttrValue {
        auto_dir(self.number.as_ref(), f64::from(number))
    }
}

fn first_of_week(tag: &JsValue) -> Option<i32> {
    let locale = make("Locale", &Array::of1(tag))?;
    let told = match get(&locale, "getWeekInfo") {
        Some(ask) => ask.dyn_into::<Function>().ok()?.call0(&locale).ok(),
        None => get(&locale, "weekInfo"),
    };
    if let Some(first) = told.and_then(|info| get(&info, "firstDay")?.as_f64()) {
        // 1 to 7, or 0 for Sunday in browsers before the standard settled; `as` saturates.
        #[expect(clippy::cast_possible_truncation, reason = "a small whole number")]
        let first = first as i32;
        return Some(if first == 0 { 7 } else { first });
    }
    let likely = get(&locale, "maximize")?.dyn_into::<Function>().ok()?.call0(&locale).ok()?;
    let region = get(&likely, "region")?.as_string()?;
    Some(match region.as_str() {
        region if SUNDAY.contains(&region) => 7,
        region if SATURDAY.contains(&region) => 6,
        _ => 1,
    })
}
