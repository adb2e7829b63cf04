//! Formats times and days of messages in the visitor's language. Formats are made lazily: a first
//! one costs tens of milliseconds.

use std::{
    cell::{Cell, OnceCell},
    rc::Rc,
};

use chataibot_wire::Author;
use js_sys::Date;
use wasm_bindgen::JsValue;
use yew::AttrValue;

use super::{ViewConfig, intl::Format};
use crate::conversation::Row;

const MINUTE: f64 = 60_000.0;
const DAY: f64 = 86_400_000.0;

/// Minutes for which a message says how long ago it came, and not when.
const FRESH: u32 = 60;

/// When the formats are made for these rows, in milliseconds: after their first frame; and where
/// the visitor waits for a first answer, after that, if it is quick.
pub(super) fn clock_delay(rows: &[Rc<Row>]) -> u64 {
    let waits = rows.iter().all(|row| row.message().is_some_and(|message| message.author == Author::Visitor));
    if waits { 1_000 } else { 60 }
}

/// A day on which messages came.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Day {
    /// Its midnight, on the visitor's clock.
    midnight: f64,
    /// Whole days from it to today.
    ago: i32,
}

/// Writes times and days.
pub(super) struct Clock {
    locale: Option<AttrValue>,
    time: OnceCell<Option<Format>>,
    full: OnceCell<Option<Format>>,
    weekday: OnceCell<Option<Format>>,
    date: OnceCell<Option<Format>>,
    ago: OnceCell<Option<Format>>,
    day_ago: OnceCell<Option<Format>>,
    /// The midnights around the moment that was looked up last: most rows are of one day.
    around: Cell<(f64, f64)>,
}

/// By the visitor's clock, unless time stands still.
pub(super) fn now(look: &ViewConfig) -> f64 {
    look.now.map_or_else(Date::now, moment)
}

/// The minutes since a moment, while they are few. A moment to come counts as now: two clocks
/// seldom agree.
pub(super) fn minutes_since(at: u64, now: f64) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let minutes = ((now - moment(at)) / MINUTE) as u32;
    (minutes < FRESH).then_some(minutes)
}

impl Clock {
    /// In this language, else the browser's.
    pub(super) fn new(locale: Option<AttrValue>) -> Self {
        Self {
            locale,
            time: OnceCell::new(),
            full: OnceCell::new(),
            weekday: OnceCell::new(),
            date: OnceCell::new(),
            ago: OnceCell::new(),
            day_ago: OnceCell::new(),
            around: Cell::default(),
        }
    }

    /// How many minutes ago, or else hour and minute: the day stands above.
    pub(super) fn write(&self, at: u64, minutes: Option<u32>) -> AttrValue {
        let Some(minutes) = minutes else {
            return self.by(&self.time, at, &[("hour", "numeric"), ("minute", "2-digit")]);
        };
        let fields = [("numeric", "auto"), ("style", "short")];
        let ago = self.ago.get_or_init(|| Format::relative(self.locale.as_deref(), &fields));
        // "This minute" is no time that anybody would say.
        let unit = if minutes == 0 { "second" } else { "minute" };
        ago.as_ref().map(|ago| ago.write_unit(-f64::from(minutes), unit)).unwrap_or_default()
    }

    /// Day, date, hour and minute.
    pub(super) fn write_full(&self, at: u64) -> AttrValue {
        self.by(&self.full, at, &[("dateStyle", "full"), ("timeStyle", "short")])
    }

    /// The day of a moment, on the visitor's clock. `today` is its last midnight.
    pub(super) fn day(&self, at: u64, today: f64) -> Day {
        let at = moment(at);
        let (from, to) = self.around.get();
        let midnight = if from <= at && at < to {
            from
        } else {
            let (from, to) = (midnight(at, 0), midnight(at, 1));
            self.around.set((from, to));
            from
        };
        // Days of 23 and 25 hours are days.
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
        let ago = ((today - midnight) / DAY).round() as i32;
        Day { midnight, ago }
    }

    /// Today, yesterday, a weekday of this week, or a date.
    pub(super) fn write_day(&self, day: Day) -> AttrValue {
        let Day { midnight, ago } = day;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        let at = midnight as u64;
        match ago {
            i32::MIN..=1 => {
                let fields = [("numeric", "auto")];
                let words = self.day_ago.get_or_init(|| Format::relative(self.locale.as_deref(), &fields));
                words.as_ref().map(|words| words.write_unit(-f64::from(ago.max(0)), "day")).unwrap_or_default()
            }
            2..=6 => self.by(&self.weekday, at, &[("weekday", "long")]),
            7.. => self.by(&self.date, at, &[("dateStyle", "long")]),
        }
    }

    fn by(&self, format: &OnceCell<Option<Format>>, at: u64, fields: &[(&str, &str)]) -> AttrValue {
        let format = format.get_or_init(|| Format::dates(self.locale.as_deref(), fields));
        format.as_ref().map(|format| format.write(moment(at))).unwrap_or_default()
    }
}

/// A moment as machines read it.
pub(super) fn iso(at: u64) -> AttrValue {
    String::from(Date::new(&JsValue::from_f64(moment(at))).to_iso_string()).into()
}

/// A day as machines read it.
pub(super) fn iso_day(day: Day) -> AttrValue {
    let offset = Date::new(&JsValue::from_f64(day.midnight)).get_timezone_offset() * MINUTE;
    String::from(Date::new(&JsValue::from_f64(day.midnight - offset)).to_iso_string().slice(0, 10)).into()
}

/// The visitor's midnight before a moment, so many days later.
pub(super) fn midnight(at: f64, later: u32) -> f64 {
    let date = Date::new(&JsValue::from_f64(at));
    date.set_hours(0);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0);
    date.set_date(date.get_date() + later);
    date.get_time()
}

/// For the browser, whose times are such numbers.
#[expect(clippy::cast_precision_loss, reason = "exact for another 280,000 years")]
pub(super) fn moment(at: u64) -> f64 {
    at as f64
}
