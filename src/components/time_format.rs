//! Formats times and days of messages in the visitor's language. Formats are created lazily,
//! because the first one costs tens of milliseconds.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use chataibot_wire::Author;
use js_sys::Date;
use wasm_bindgen::JsValue;
use yew::AttrValue;

use super::ViewConfig;
use super::intl::{self, Format};
use crate::conversation::Row;

const MINUTE: f64 = 60_000.0;
const DAY: f64 = 86_400_000.0;

/// For this many minutes a message shows its age instead of its time.
const MAX_AGE_MINUTES: u32 = 60;

/// Delay before the formats are created for these rows, in milliseconds: until after the first
/// frame; or, while the visitor waits for a first answer, until after that answer, if it is quick.
pub(super) fn clock_delay(rows: &[Rc<Row>]) -> u64 {
    let awaits_first_answer =
        rows.iter().all(|row| row.message().is_some_and(|message| message.author == Author::Visitor));
    if awaits_first_answer { 1_000 } else { 60 }
}

/// A day on which messages arrived.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Day {
    /// Its midnight in the visitor's time zone, in milliseconds since 1970-01-01 UTC.
    midnight: f64,
    /// Whole days from it to today.
    ago: i32,
}

/// `None` inside if the browser does not have the format.
type LazyFormat = OnceCell<Option<Format>>;

#[derive(Default)]
pub(super) struct Clock {
    locale: Option<AttrValue>,
    time: LazyFormat,
    full: LazyFormat,
    weekday: LazyFormat,
    date: LazyFormat,
    ago: LazyFormat,
    day_ago: LazyFormat,
    /// Cache: the midnights around the time looked up last, because most rows are of one day.
    cached_day: Cell<(f64, f64)>,
}

/// Clocks are replaced, never changed in place.
impl PartialEq for Clock {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// The current time in milliseconds, by the visitor's clock unless a scene has stopped it.
pub(super) fn now(config: &ViewConfig) -> f64 {
    config.now.map_or_else(Date::now, to_js_time)
}

/// Returns the whole minutes since a time, while they are few. A time in the future counts as now,
/// because two clocks seldom agree: `as` makes 0 of a negative number.
pub(super) fn minutes_since(at: u64, now: f64) -> Option<u32> {
    let minutes = ((now - to_js_time(at)) / MINUTE) as u32;
    (minutes < MAX_AGE_MINUTES).then_some(minutes)
}

impl Clock {
    /// A clock for this language, or for the browser's if there is none.
    pub(super) fn new(locale: Option<AttrValue>) -> Self {
        Self { locale, ..Self::default() }
    }

    /// Formats the age in minutes, or else hour and minute: the day is shown above.
    pub(super) fn write(&self, at: u64, minutes: Option<u32>) -> AttrValue {
        let Some(minutes) = minutes else {
            return self.format_with(&self.time, at, &[("hour", "numeric"), ("minute", "2-digit")]);
        };
        // "This minute" is not what people say, so an age of 0 is formatted in seconds.
        let unit = if minutes == 0 { "second" } else { "minute" };
        self.write_ago(&self.ago, f64::from(minutes), unit, &[("numeric", "auto"), ("style", "short")])
    }

    /// Formats day, date, hour and minute.
    pub(super) fn write_full(&self, at: u64) -> AttrValue {
        self.format_with(&self.full, at, &[("dateStyle", "full"), ("timeStyle", "short")])
    }

    /// Returns the day of a time, in the visitor's time zone. `today` is the last midnight.
    pub(super) fn day(&self, at: u64, today: f64) -> Day {
        let at = to_js_time(at);
        let (from, to) = self.cached_day.get();
        if at < from || to <= at {
            self.cached_day.set((midnight(at, 0), midnight(at, 1)));
        }
        let (midnight, _) = self.cached_day.get();
        // Rounded, because days with a clock change have 23 or 25 hours.
        Day { midnight, ago: ((today - midnight) / DAY).round() as i32 }
    }

    /// Formats a day: today, yesterday, a weekday if it is less than a week ago, or a date.
    pub(super) fn write_day(&self, day: Day) -> AttrValue {
        let Day { midnight, ago } = day;
        let at = midnight as u64;
        match ago {
            i32::MIN..=1 => self.write_ago(&self.day_ago, f64::from(ago.max(0)), "day", &[("numeric", "auto")]),
            2..=6 => self.format_with(&self.weekday, at, &[("weekday", "long")]),
            7.. => self.format_with(&self.date, at, &[("dateStyle", "long")]),
        }
    }

    fn write_ago(&self, format: &LazyFormat, ago: f64, unit: &str, fields: &[(&str, &str)]) -> AttrValue {
        let format = format.get_or_init(|| Format::relative(self.locale.as_deref(), fields));
        format.as_ref().map(|format| format.write_unit(-ago, unit)).unwrap_or_default()
    }

    fn format_with(&self, format: &LazyFormat, at: u64, fields: &[(&str, &str)]) -> AttrValue {
        let format = format.get_or_init(|| Format::dates(self.locale.as_deref(), fields));
        intl::write(format.as_ref(), to_js_time(at))
    }
}

pub(super) fn iso(at: u64) -> AttrValue {
    String::from(Date::new(&JsValue::from_f64(to_js_time(at))).to_iso_string()).into()
}

pub(super) fn iso_day(day: Day) -> AttrValue {
    let offset = Date::new(&JsValue::from_f64(day.midnight)).get_timezone_offset() * MINUTE;
    String::from(Date::new(&JsValue::from_f64(day.midnight - offset)).to_iso_string().slice(0, 10)).into()
}

/// Returns the last midnight before a time, in the visitor's time zone, `later` days on.
pub(super) fn midnight(at: f64, later: u32) -> f64 {
    let date = Date::new(&JsValue::from_f64(at));
    let day = (date.get_date() + later) as i32;
    Date::new_with_year_month_day(date.get_full_year(), date.get_month() as i32, day).get_time()
}

/// Converts milliseconds to the number type of JavaScript times: exact for another 280,000 years.
pub(super) fn to_js_time(at: u64) -> f64 {
    at as f64
}
