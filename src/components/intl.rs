//! The browser's `Intl` formats: dates, relative times and numbers in the visitor's language.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use yew::AttrValue;

use super::civil_date::Day;

#[wasm_bindgen]
extern "C" {
    /// Any of the `Intl` formats.
    pub(super) type Format;
    #[wasm_bindgen(method, catch, js_name = format)]
    fn try_format(this: &Format, value: f64) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch, js_name = format)]
    fn try_format_unit(this: &Format, value: f64, unit: &str) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch, js_name = formatToParts)]
    fn try_parts(this: &Format, value: f64) -> Result<Array, JsValue>;
    #[wasm_bindgen(method, catch, js_name = resolvedOptions)]
    fn resolved_options(this: &Format) -> Result<JsValue, JsValue>;
}

/// Regions whose weeks begin on Sunday, and on Saturday, for browsers that do not know.
const SUNDAY: &[&str] = &[
    "AR", "AU", "BR", "CA", "CO", "HK", "ID", "IL", "IN", "JP", "KE", "KR", "MX", "PE", "PH", "PK", "SA", "SG", "TH",
    "TW", "US", "VE", "ZA",
];
const SATURDAY: &[&str] = &["AE", "AF", "BH", "DZ", "EG", "IQ", "IR", "JO", "KW", "LY", "OM", "QA", "SD", "SY"];

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined())
}

fn construct(class: &str, parameters: &Array) -> Option<JsValue> {
    let class = get(&get(&js_sys::global(), "Intl")?, class)?.dyn_into::<Function>().ok()?;
    Reflect::construct(&class, parameters).ok()
}

impl Format {
    /// A format in exactly this language; `None` if the browser rejects it or one of the fields.
    pub(super) fn exact(class: &str, locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        let options = Object::new();
        for (name, value) in fields {
            // A new plain object takes every property.
            let set = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
            debug_assert!(set.is_ok());
        }
        let locale = locale.map_or(JsValue::UNDEFINED, JsValue::from_str);
        construct(class, &Array::of2(&locale, &options)).map(JsCast::unchecked_into)
    }

    /// Like [`Self::exact`], or in the browser's language: a wrong setting must not break the chat.
    fn new(class: &str, locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        Self::exact(class, locale, fields).or_else(|| Self::exact(class, None, fields))
    }

    /// Formats dates, in the visitor's time zone unless the fields name one.
    pub(super) fn dates(locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        Self::new("DateTimeFormat", locale, fields)
    }

    pub(super) fn relative(locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        Self::new("RelativeTimeFormat", locale, fields)
    }

    fn numbers(locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        Self::new("NumberFormat", locale, fields)
    }

    /// Formats days. In UTC whatever the visitor's time zone, because a day has none.
    fn days(locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        let mut all = vec![("calendar", "gregory"), ("timeZone", "UTC")];
        all.extend_from_slice(fields);
        Self::dates(locale, &all)
    }

    pub(super) fn write(&self, value: f64) -> AttrValue {
        self.try_format(value).unwrap_or_default().into()
    }

    /// Formats a relative time: this many units from now.
    pub(super) fn write_unit(&self, value: f64, unit: &str) -> AttrValue {
        self.try_format_unit(value, unit).unwrap_or_default().into()
    }

    pub(super) fn parts(&self, at: f64) -> Vec<(String, String)> {
        let text = |part: &JsValue, name| get(part, name).and_then(|text| text.as_string()).unwrap_or_default();
        let parts = self.try_parts(at).unwrap_or_default();
        parts.iter().map(|part| (text(&part, "type"), text(&part, "value"))).collect()
    }
}

/// Formats a value, or returns an empty text if the browser does not have the format.
pub(super) fn write(format: Option<&Format>, value: f64) -> AttrValue {
    format.map(|format| format.write(value)).unwrap_or_default()
}

/// A day in full, with the time of day if `minutes`, counted from midnight, is given.
pub(super) fn day_in_full(locale: Option<&str>, day: Day, minutes: Option<i32>) -> AttrValue {
    let full = [("dateStyle", "full"), ("timeStyle", "short")];
    let fields = if minutes.is_some() { &full[..] } else { &full[..1] };
    write(Format::days(locale, fields).as_ref(), day.milliseconds() + f64::from(minutes.unwrap_or_default()) * 60_000.0)
}

pub(super) fn percent(locale: Option<&str>, percent: u8) -> AttrValue {
    write(Format::numbers(locale, &[("style", "percent")]).as_ref(), f64::from(percent) / 100.0)
}

/// The size of a file, in multiples of 1024 as limits are, so that a round limit reads round.
pub(super) fn size(locale: Option<&str>, bytes: f64) -> AttrValue {
    const MEGABYTE: f64 = 1_048_576.0;
    let (unit, one) = if bytes < MEGABYTE { ("kilobyte", 1024.0) } else { ("megabyte", MEGABYTE) };
    let fields = [("style", "unit"), ("unit", unit), ("unitDisplay", "short"), ("maximumFractionDigits", "1")];
    write(Format::numbers(locale, &fields).as_ref(), bytes / one)
}

pub(super) struct Names {
    month: Option<Format>,
    weekday: Option<Format>,
    weekday_short: Option<Format>,
    weekday_narrow: Option<Format>,
    full: Option<Format>,
    number: Option<Format>,
    /// The weekday on which weeks begin: 1 for Monday to 7 for Sunday.
    pub(super) first_weekday: i32,
}

impl Names {
    pub(super) fn new(locale: Option<&str>) -> Self {
        let month = Format::days(locale, &[("month", "long"), ("year", "numeric")]);
        let tag = month.as_ref().and_then(|format| get(&format.resolved_options().ok()?, "locale"));
        Self {
            first_weekday: tag.and_then(|tag| first_of_week(&tag)).unwrap_or(1),
            month,
            weekday: Format::days(locale, &[("weekday", "long")]),
            weekday_short: Format::days(locale, &[("weekday", "short")]),
            weekday_narrow: Format::days(locale, &[("weekday", "narrow")]),
            full: Format::days(locale, &[("dateStyle", "full")]),
            number: Format::numbers(locale, &[]),
        }
    }

    /// `November 2026`.
    pub(super) fn month(&self, day: Day) -> AttrValue {
        write(self.month.as_ref(), day.milliseconds())
    }

    /// `Wednesday` and `Wed`; the narrow name as the short one if the language does not shorten.
    pub(super) fn weekday(&self, day: Day) -> (AttrValue, AttrValue) {
        let at = day.milliseconds();
        let short = write(self.weekday_short.as_ref(), at);
        let fits = short.chars().count() <= 4;
        let short = if fits { short } else { write(self.weekday_narrow.as_ref(), at) };
        (write(self.weekday.as_ref(), at), short)
    }

    /// `Wednesday, 25 November 2026`.
    pub(super) fn full(&self, day: Day) -> AttrValue {
        write(self.full.as_ref(), day.milliseconds())
    }

    /// The number of a day in its month, in the language's digits.
    pub(super) fn number(&self, number: i32) -> AttrValue {
        write(self.number.as_ref(), f64::from(number))
    }
}

fn first_of_week(tag: &JsValue) -> Option<i32> {
    let locale = construct("Locale", &Array::of1(tag))?;
    let week_info = match get(&locale, "getWeekInfo") {
        Some(ask) => ask.dyn_into::<Function>().ok()?.call0(&locale).ok(),
        None => get(&locale, "weekInfo"),
    };
    if let Some(first) = week_info.and_then(|info| get(&info, "firstDay")?.as_f64()) {
        // 1 to 7, or 0 for Sunday in browsers before the standard settled; `as` saturates.
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
