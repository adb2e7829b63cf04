//! The month grid of a date question, for mouse and keyboard, after the ARIA date grid pattern.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};
use yew::{html::onkeydown, prelude::*};

use crate::components::{
    ViewConfig,
    civil_date::Day,
    elements::{at, button, element, group, on, on_click, part, plain, text},
    icons,
    intl::Names,
};

/// Number of weeks shown for every month, so that nothing moves from one month to the next.
const WEEKS: i32 = 6;

/// Actions in the month grid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// Shows the month this many months away (buttons).
    Months(i32),
    /// Moves the keyboard focus to this day.
    To(Day),
    /// Chooses this day.
    Chosen(Day),
    /// Closes the grid.
    Away,
}

/// The month grid.
pub(super) struct Month<'a> {
    pub(super) names: &'a Names,
    pub(super) look: &'a ViewConfig,
    /// The day with the keyboard focus; its month is shown.
    pub(super) at: Day,
    pub(super) chosen: Option<Day>,
    pub(super) today: Day,
    pub(super) least: Option<Day>,
    pub(super) most: Option<Day>,
    pub(super) grid: &'a NodeRef,
    pub(super) id: String,
    pub(super) turned: Callback<Turn>,
}

impl Month<'_> {
    pub(super) fn view(&self) -> Html {
        let strings = &self.look.strings;
        let turn = |months: i32, name: AttrValue, sign: &'static str| {
            let first = self.at.month();
            let (there, beyond) =
                if months < 0 { (first.plus(-1), self.least) } else { (first.plus_months(1), self.most) };
            let none = beyond.is_some_and(|end| if months < 0 { there < end } else { there > end });
            let turned = self.turned.reform(move |_: MouseEvent| Turn::Months(months));
            let turned = if none { Callback::noop() } else { turned };
            let mut element = button("turn", "turn", Some(name), icons::sign("", sign), turned);
            // Not `disabled`, because a disabled button loses the keyboard focus.
            element.add_attribute("aria-disabled", if none { "true" } else { "false" });
            element.into()
        };
        let title = element!(
            "p", "class" = "month-title", "part" = "month-title", "aria-live" = "polite"; text(self.names.month(self.at))
        );
        let head = vec![turn(-1, strings.previous(), super::BACK), title.into(), turn(1, strings.next(), super::ON)];
        let inside = vec![part("div", "month-head", group(head)), self.grid()];
        element!(
            "div",
            "id" = self.id.clone(),
            "class" = "month",
            "part" = "month",
            "role" = "group",
            "aria-label" = strings.pick_date();
            group(inside)
        )
        .into()
    }

    fn grid(&self) -> Html {
        let begin = self.at.month().week(self.names.first);
        let days = (0..7).map(|at| -> Html {
            let (long, short) = self.names.weekday(begin.plus(at));
            element!("th", "scope" = "col", "abbr" = long.clone(), "title" = long; text(short)).into()
        });
        let head = plain("thead", plain("tr", days.collect()));
        let weeks = (0..WEEKS).map(|week| plain("tr", (0..7).map(|at| self.day(begin.plus(week * 7 + at))).collect()));
        let body = plain("tbody", weeks.collect());
        let grid =
            element!("table", "role" = "grid", "aria-label" = self.names.month(self.at); group(vec![head, body]));
        let (here, first, turned) = (self.at, self.names.first, self.turned.clone());
        let pressed = Callback::from(move |event: KeyboardEvent| {
            if event.alt_key() || event.ctrl_key() || event.meta_key() {
                return;
            }
            let key = event.key();
            if let Some(turn) = pressed(&key, event.shift_key(), is_rtl(event.target()), here, first) {
                // Keeps the list from scrolling and the window from closing.
                event.prevent_default();
                event.stop_propagation();
                turned.emit(turn);
            }
        });
        on(at(grid, self.grid), Rc::new(onkeydown::Wrapper::new(pressed))).into()
    }

    fn day(&self, day: Day) -> Html {
        let (_, month, number) = day.date();
        let (here, chosen) = (day == self.at, self.chosen == Some(day));
        let taken = self.least.is_none_or(|least| least <= day) && self.most.is_none_or(|most| day <= most);
        let class = match (month == self.at.date().1, taken) {
            (true, true) => "day",
            (false, true) => "day day-beside",
            (_, false) => "day day-none",
        };
        let element = element!(
            "button",
            "type" = "button",
            "class" = class,
            "part" = if chosen { "day day-chosen" } else { "day" },
            "tabindex" = if here { "0" } else { "-1" },
            "aria-label" = self.names.full(day),
            "aria-current" = (day == self.today).then_some("date"),
            "aria-disabled" = (!taken).then_some("true");
            text(self.names.number(number))
        );
        let element =
            if taken { on_click(element, self.turned.reform(move |_: MouseEvent| Turn::Chosen(day))) } else { element };
        element!("td", "role" = "gridcell", "aria-selected" = if chosen { "true" } else { "false" }; element.into())
            .into()
    }
}

/// Returns the action of a key in the grid.
fn pressed(key: &str, shift: bool, rtl: bool, at: Day, first: i32) -> Option<Turn> {
    let on = if rtl { -1 } else { 1 };
    Some(Turn::To(match key {
        "ArrowLeft" => at.plus(-on),
        "ArrowRight" => at.plus(on),
        "ArrowUp" => at.plus(-7),
        "ArrowDown" => at.plus(7),
        "Home" => at.week(first),
        "End" => at.week(first).plus(6),
        "PageUp" => at.plus_months(if shift { -12 } else { -1 }),
        "PageDown" => at.plus_months(if shift { 12 } else { 1 }),
        "Escape" => return Some(Turn::Away),
        _ => return None,
    }))
}

fn is_rtl(at: Option<EventTarget>) -> bool {
    let element = at.and_then(|target| target.dyn_into::<Element>().ok());
    // An old browser without `:dir()` lays the grid out left to right.
    element.is_some_and(|element| element.matches(":dir(rtl)").unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_by_day_week_month_and_year() {
        let at = Day::read("2026-11-25").expect("a date");
        let to = |key, shift, rtl| match pressed(key, shift, rtl, at, 1) {
            Some(Turn::To(day)) => day.write(),
            other => format!("{other:?}"),
        };
        for (key, shift, rtl, day) in [
            ("ArrowLeft", false, false, "2026-11-24"),
            ("ArrowLeft", false, true, "2026-11-26"),
            ("ArrowRight", false, true, "2026-11-24"),
            ("ArrowUp", false, false, "2026-11-18"),
            ("ArrowDown", false, false, "2026-12-02"),
            ("Home", false, false, "2026-11-23"),
            ("End", false, false, "2026-11-29"),
            ("PageUp", false, false, "2026-10-25"),
            ("PageDown", true, false, "2027-11-25"),
            ("Escape", false, false, "Some(Away)"),
            ("a", false, false, "None"),
        ] {
            assert_eq!(to(key, shift, rtl), day, "{key}");
        }
    }
}
