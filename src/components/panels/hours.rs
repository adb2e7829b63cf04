//! Notice outside of office hours. The chat still takes messages.

use js_sys::Date;
use wasm_bindgen::JsValue;
use yew::prelude::*;

use super::Panel;
use crate::components::dom::{Timer, send_later, warn};
use crate::components::{ViewConfig, elements::*, icons, intl::Format, time_format::now};
use crate::config::hours::{Hours, Misfit, day_named, minute_of_week};
use crate::{config::Name, strings::fill};

const MINUTE: f64 = 60_000.0;
/// Interval between checks of the clock, in milliseconds.
const CHECK_INTERVAL: u64 = 20_000;

/// Component of the notice; renders nothing during office hours.
pub(super) struct HoursNotice {
    hours: Option<(Hours, Format)>,
    check_timer: Option<Timer>,
}

impl Component for HoursNotice {
    /// The timer expired.
    type Message = ();
    type Properties = Panel;

    fn create(ctx: &Context<Self>) -> Self {
        Self { hours: read_hours(&ctx.props().view.config), check_timer: send_later(ctx, CHECK_INTERVAL, ()) }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Panel) -> bool {
        let (now, before) = (&ctx.props().view.config.settings, &old.view.config.settings);
        let same = |name| now.given(name) == before.given(name);
        if !same(Name::OfficeHours) || !same(Name::OfficeZone) {
            self.hours = read_hours(&ctx.props().view.config);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, (): ()) -> bool {
        self.check_timer = send_later(ctx, CHECK_INTERVAL, ());
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let config = &ctx.props().view.config;
        let now = now(config);
        let wait = self.hours.as_ref().map(|(hours, zone)| until_open(hours, zone, now));
        let is_away = config.settings.text(Name::Availability) == "away";
        if !is_away && wait.is_none_or(|wait| wait == 0.0) {
            return Html::default();
        }
        let back = wait.filter(|wait| *wait > 0.0).and_then(|wait| opening_sentence(config, now, now + wait));
        let words = match back {
            Some(back) => [config.strings.hours_away().as_str(), " ", back.as_str()].concat().into(),
            None => config.strings.hours_away(),
        };
        part("p", "notice notice-hours", group(vec![icons::icon("", icons::CLOCK), plain("span", text(words))]))
    }
}

/// Reads the office hours, with a clock in their time zone. What is invalid goes to the console.
fn read_hours(config: &ViewConfig) -> Option<(Hours, Format)> {
    let setting = config.settings.given(Name::OfficeHours)?;
    let hours = Hours::parse(&setting).map_err(|Misfit { piece, expected }| {
        warn(&["[chataibot] office-hours: \"", &piece, "\" cannot be read; expected ", expected, "."].concat());
    });
    let hours = hours.ok()?;
    let zone = config.settings.given(Name::OfficeZone);
    let mut fields = vec![("weekday", "short"), ("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23")];
    fields.extend(zone.as_deref().map(|zone| ("timeZone", zone)));
    let clock = Format::exact("DateTimeFormat", Some("en-US"), &fields);
    if clock.is_none() {
        let sentence = "\" is not a time zone; expected a name such as Europe/Berlin.";
        warn(&["[chataibot] office-zone=\"", &zone.unwrap_or_default(), sentence].concat());
    }
    Some((hours, clock?))
}

/// The minute of the week at the office, at time `at`.
fn week_minute(zone: &Format, at: f64) -> Option<u16> {
    let (mut day, mut hour, mut minute) = (None, None, None);
    for (kind, value) in zone.parts(at) {
        match kind.as_str() {
            "weekday" => day = day_named(&value),
            "hour" => hour = value.parse::<u16>().ok(),
            "minute" => minute = value.parse::<u16>().ok(),
            _ => {}
        }
    }
    Some(minute_of_week(day?, hour? * 60 + minute?))
}

fn until_open(hours: &Hours, zone: &Format, now: f64) -> f64 {
    let Some(minute) = week_minute(zone, now) else { return 0.0 };
    let wait = hours.until_open(minute);
    if wait == 0 {
        return 0.0;
    }
    // Rounded to the full minute, and corrected for a change of the office's clocks until then.
    let wanted = minute_of_week(0, minute + wait);
    // Not with `%`, which for `f64` adds 2 KB of code.
    let guess = ((now / MINUTE).floor() + f64::from(wait)) * MINUTE;
    let reached = week_minute(zone, guess).unwrap_or(wanted);
    let week = i32::from(minute_of_week(6, 24 * 60 - 1)) + 1;
    let correction = (i32::from(wanted) - i32::from(reached) + week + week / 2) % week - week / 2;
    guess + f64::from(correction) * MINUTE - now
}

/// The sentence “We’re back” with day and time, in the visitor's language and time zone.
fn opening_sentence(config: &ViewConfig, now: f64, at: f64) -> Option<AttrValue> {
    let time = [("hour", "numeric"), ("minute", "2-digit")];
    let (days, locale) = (days_between(now, at), config.locale.as_deref());
    let when = if days < 2.0 {
        let day = Format::relative(locale, &[("numeric", "auto")])?.write_unit(days, "day");
        [day.as_str(), " ", &Format::dates(locale, &time)?.write(at)].concat().into()
    } else {
        Format::dates(locale, &[("weekday", "long"), time[0], time[1]])?.write(at)
    };
    Some(fill(&config.strings.hours_back(), "time", &when).into())
}

/// Number of midnights between two times, in the visitor's time zone.
fn days_between(now: f64, then: f64) -> f64 {
    let noon = |at: f64| {
        let date = Date::new(&JsValue::from_f64(at));
        date.set_hours(12);
        date.get_time()
    };
    ((noon(then) - noon(now)) / (24.0 * 60.0 * MINUTE)).round()
}
