//! The month grid of a date question, for mouse and keyboard, after the ARIA date grid pattern.

use yew::prelude::*;

use super::step_button;
use crate::components::{ViewConfig, civil_date::Day, dom, elements::*, intl::Names};

/// Number of weeks shown for every month, so that nothing moves from one month to the next.
const WEEKS: i32 = 6;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum GridAction {
    /// Shows the month this many months away (buttons).
    ShiftMonths(i32),
    FocusDay(Day),
    ChooseDay(Day),
    Away,
}

pub(super) struct Month<'a> {
    pub(super) names: &'a Names,
    pub(super) config: &'a ViewConfig,
    /// The day with the keyboard focus; its month is shown.
    pub(super) focused_day: Day,
    pub(super) chosen: Option<Day>,
    pub(super) today: Day,
    /// The first and the last day that can be chosen.
    pub(super) bounds: [Day; 2],
    pub(super) grid: &'a NodeRef,
    pub(super) id: String,
    pub(super) on_action: Callback<GridAction>,
}

impl Month<'_> {
    pub(super) fn view(&self) -> Html {
        let strings = &self.config.strings;
        let month_button = |months: i32, name: AttrValue, icon: &'static str| {
            let month = self.focused_day.month_start();
            let [first, last] = self.bounds;
            let is_disabled = if months < 0 { month.plus_days(-1) < first } else { month.plus_months(1) > last };
            let on_action = self.on_action.reform(move |_: MouseEvent| GridAction::ShiftMonths(months));
            step_button("turn", name, icon, (!is_disabled).then_some(on_action))
        };
        let title = element!("p", part "month-title", "aria-live" = "polite"; text(self.names.month(self.focused_day)));
        let head = vec![
            month_button(-1, strings.previous(), super::PREVIOUS),
            title.into(),
            month_button(1, strings.next(), super::NEXT),
        ];
        let inside = vec![part("div", "month-head", group(head)), self.grid()];
        element!(
            "div", part "month", "id" = self.id.clone(), "role" = "group", "aria-label" = strings.pick_date();
            group(inside)
        )
        .into()
    }

    fn grid(&self) -> Html {
        let start = self.focused_day.month_start().week_start(self.names.first_weekday);
        let days = (0..7).map(|at| -> Html {
            let (long, short) = self.names.weekday(start.plus_days(at));
            element!("th", "scope" = "col", "abbr" = long.clone(), "title" = long; text(short)).into()
        });
        let head = plain("thead", plain("tr", days.collect()));
        let week = |week| plain("tr", (0..7).map(|at| self.day(start.plus_days(week * 7 + at))).collect());
        let inside = group(vec![head, plain("tbody", (0..WEEKS).map(week).collect())]);
        let grid = element!("table", "role" = "grid", "aria-label" = self.names.month(self.focused_day); inside);
        let (focused_day, first_weekday, on_action) =
            (self.focused_day, self.names.first_weekday, self.on_action.clone());
        let pressed = Callback::from(move |event: KeyboardEvent| {
            if event.alt_key() || event.ctrl_key() || event.meta_key() {
                return;
            }
            let rtl = dom::is_target_rtl(&event);
            if let Some(action) = key_action(&event.key(), event.shift_key(), rtl, focused_day, first_weekday) {
                // Keeps the list from scrolling and the window from closing.
                event.prevent_default();
                event.stop_propagation();
                on_action.emit(action);
            }
        });
        listen!(with_ref(grid, self.grid), onkeydown = pressed).into()
    }

    fn day(&self, day: Day) -> Html {
        let (_, month, number) = day.date();
        let (is_focused, chosen) = (day == self.focused_day, self.chosen == Some(day));
        let is_allowed = self.bounds[0] <= day && day <= self.bounds[1];
        let class = match (month == self.focused_day.date().1, is_allowed) {
            (true, true) => "day",
            (false, true) => "day day-beside",
            (_, false) => "day day-none",
        };
        let element = element!(
            "button", "type" = "button", "class" = class, "part" = if chosen { "day day-chosen" } else { "day" },
            "tabindex" = if is_focused { "0" } else { "-1" },
            "aria-label" = self.names.full(day),
            "aria-current" = (day == self.today).then_some("date"),
            "aria-disabled" = (!is_allowed).then_some("true");
            text(self.names.number(number))
        );
        let element = if is_allowed {
            on_click(element, self.on_action.reform(move |_: MouseEvent| GridAction::ChooseDay(day)))
        } else {
            element
        };
        let chosen = if chosen { "true" } else { "false" };
        element!("td", "role" = "gridcell", "aria-selected" = chosen; element.into()).into()
    }
}

fn key_action(key: &str, shift: bool, rtl: bool, at: Day, first_weekday: i32) -> Option<GridAction> {
    let forward = if rtl { -1 } else { 1 };
    Some(GridAction::FocusDay(match key {
        "ArrowLeft" => at.plus_days(-forward),
        "ArrowRight" => at.plus_days(forward),
        "ArrowUp" => at.plus_days(-7),
        "ArrowDown" => at.plus_days(7),
        "Home" => at.week_start(first_weekday),
        "End" => at.week_start(first_weekday).plus_days(6),
        "PageUp" => at.plus_months(if shift { -12 } else { -1 }),
        "PageDown" => at.plus_months(if shift { 12 } else { 1 }),
        "Escape" => return Some(GridAction::Away),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_by_day_week_month_and_year() {
        let at = Day::parse("2026-11-25").expect("a date");
        let to = |key, shift, rtl| match key_action(key, shift, rtl, at, 1) {
            Some(GridAction::FocusDay(day)) => day.to_iso(),
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
