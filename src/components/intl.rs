//! The browser's `Intl` formats: dates, relative times and numbers in the visitor's language.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use yew::AttrValue;

use super::civil_date::Day;

#[wasm_bindgen]
extern "C" {
    /// Any of the formats of `Intl`.
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

impl Format {
    /// In this language, and `None` where the browser does not take it or one of the fields.
    pub(super) fn exactly(class: &str, locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        let options = Object::new();
        for (name, value) in fields {
            // A new plain object takes every property.
            let set = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
            debug_assert!(set.is_ok());
        }
        let locale = locale.map_or(JsValue::UNDEFINED, JsValue::from_str);
        make(class, &Array::of2(&locale, &options)).map(JsCast::unchecked_into)
    }

    /// In this language, else the browser's: one that the browser does not take is not worth a
    /// broken chat.
    fn new(class: &str, locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        Self::exactly(class, locale, fields).or_else(|| Self::exactly(class, None, fields))
    }

    /// Writes dates, on the visitor's clock where no zone is given.
    pub(super) fn dates(locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        Self::new("DateTimeFormat", locale, fields)
    }

    /// Writes how long ago something was.
    pub(super) fn relative(locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        Self::new("RelativeTimeFormat", locale, fields)
    }

    fn numbers(locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        Self::new("NumberFormat", locale, fields)
    }

    /// Days are told as at midnight in London, whatever the visitor's zone: a day has none.
    fn days(locale: Option<&str>, fields: &[(&str, &str)]) -> Option<Self> {
        let mut all = vec![("calendar", "gregory"), ("timeZone", "UTC")];
        all.extend_from_slice(fields);
        Self::dates(locale, &all)
    }

    /// A number or a moment as text.
    pub(super) fn write(&self, value: f64) -> AttrValue {
        self.try_format(value).unwrap_or_default().into()
    }

    /// So many units from now, as text.
    pub(super) fn write_unit(&self, value: f64, unit: &str) -> AttrValue {
        self.try_format_unit(value, unit).unwrap_or_default().into()
    }

    /// Type and value of each part of a moment.
    pub(super) fn parts(&self, at: f64) -> Vec<(String, String)> {
        let text = |part: &JsValue, name| get(part, name).and_then(|text| text.as_string()).unwrap_or_default();
        let parts = self.try_parts(at).unwrap_or_default();
        parts.iter().map(|part| (text(&part, "type"), text(&part, "value"))).collect()
    }
}

/// What there is of a format writes; nothing where the browser has none.
fn write(format: Option<&Format>, value: f64) -> AttrValue {
    format.map(|format| format.write(value)).unwrap_or_default()
}

/// A day in full, with the minutes since midnight where there are some.
pub(super) fn day_in_full(locale: Option<&str>, day: Day, minutes: Option<i32>) -> AttrValue {
    let full = [("dateStyle", "full"), ("timeStyle", "short")];
    let fields = if minutes.is_some() { &full[..] } else { &full[..1] };
    write(Format::days(locale, fields).as_ref(), day.milliseconds() + f64::from(minutes.unwrap_or_default()) * 60_000.0)
}

/// A share of 100, with its sign.
pub(super) fn percent(locale: Option<&str>, percent: u8) -> AttrValue {
    write(Format::numbers(locale, &[("style", "percent")]).as_ref(), f64::from(percent) / 100.0)
}

/// The size of a file. Counted in 1024s, in which limits are set: they read as round as they are.
pub(super) fn size(locale: Option<&str>, bytes: f64) -> AttrValue {
    const MEGABYTE: f64 = 1_048_576.0;
    let (unit, one) = if bytes < MEGABYTE { ("kilobyte", 1024.0) } else { ("megabyte", MEGABYTE) };
    let fields = [("style", "unit"), ("unit", unit), ("unitDisplay", "short"), ("maximumFractionDigits", "1")];
    write(Format::numbers(locale, &fields).as_ref(), bytes / one)
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
        let month = Format::days(locale, &[("month", "long"), ("year", "numeric")]);
        let tag = month.as_ref().and_then(|format| get(&format.resolved_options().ok()?, "locale"));
        Self {
            first: tag.and_then(|tag| first_of_week(&tag)).unwrap_or(1),
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

    /// `Wednesday`, and `Wed`; where a language shortens nothing, the letter.
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
