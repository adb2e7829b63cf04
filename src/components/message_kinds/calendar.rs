//! A question for a date, or a date and a time: the browser's own field, to type in and, on touch
//! screens, with the device's picker; with mouse or keyboard a month grid below it.
//!
//! The answer is `2026-11-25`, or `2026-11-25 14:30` in the visitor's time. The platform
//! documents no format; this one means the same to every bot in every country, and sorts. The
//! answer is shown in the visitor's language.

use chataibot_wire::Content;
use chataibot_wire::content::{Calendar, FieldKind};
use js_sys::Date;
use web_sys::{Element, HtmlInputElement, InputEvent};
use yew::prelude::*;

use super::month::{GridAction, Month};
use super::{Kind, aside::Aside, error_message, form::validation_error, submit};
use crate::components::civil_date::{self, Day};
use crate::components::intl::{self, Names};
use crate::components::{UserAction, answers::chosen_sentence, dom, elements::*, icons};

#[derive(Default)]
pub(super) struct DateQuestion {
    date_field: NodeRef,
    time_field: NodeRef,
    toggle: NodeRef,
    grid_element: NodeRef,
    /// `YYYY-MM-DD`, or empty.
    date: AttrValue,
    /// `HH:MM`, or empty.
    time: AttrValue,
    error: Option<AttrValue>,
    grid: Option<OpenGrid>,
    /// Announces the chosen day, because the focus does not move.
    announcer: Aside,
}

struct OpenGrid {
    names: Names,
    focused_day: Day,
    today: Day,
    /// Whether to focus the day after the next render.
    needs_focus: bool,
}

pub(super) enum Msg {
    Edited,
    GridToggled,
    GridAction(GridAction),
    Submitted,
    /// The chosen day was announced, and its text can be removed.
    AnnouncementDue,
}

impl Component for DateQuestion {
    type Message = Msg;
    type Properties = Kind;

    fn create(ctx: &Context<Self>) -> Self {
        let kind = ctx.props();
        let opened = calendar_of(kind).filter(|calendar| calendar.auto_open && kind.is_answerable && offers_grid());
        // Opens without taking the focus, which only the visitor may move.
        Self { grid: opened.map(|calendar| OpenGrid::new(kind, calendar, None, false)), ..Self::default() }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let kind = ctx.props();
        let Some(calendar) = calendar_of(kind) else { return false };
        match msg {
            Msg::Edited => {
                self.date = input_value(&self.date_field);
                self.time = input_value(&self.time_field);
                self.error = None;
                if let Some((grid, day)) = self.grid.as_mut().zip(Day::parse(&self.date)) {
                    grid.focused_day = day;
                }
            }
            Msg::GridToggled if self.grid.is_some() => self.grid = None,
            Msg::GridToggled => self.grid = Some(OpenGrid::new(kind, calendar, Day::parse(&self.date), true)),
            Msg::GridAction(GridAction::Away) => {
                self.grid = None;
                let (toggle, field) = (self.toggle.cast::<Element>(), self.date_field.cast::<Element>());
                let Some((toggle, field)) = toggle.zip(field) else { return true };
                dom::focus(&toggle);
                // The button is hidden where the browser's field has one itself.
                if dom::focused_in_root(&toggle).as_ref() != Some(&toggle) {
                    dom::focus(&field);
                }
            }
            Msg::GridAction(action) => {
                let Some(grid) = &mut self.grid else { return false };
                let (to, focus) = match action {
                    GridAction::ShiftMonths(months) => (grid.focused_day.plus_months(months), false),
                    GridAction::FocusDay(day) => (day, true),
                    GridAction::ChooseDay(day) => {
                        self.date = day.to_iso().into();
                        self.error = None;
                        let words = chosen_sentence(&grid.names.full(day), &kind.config);
                        self.announcer.announce(ctx, words, Msg::AnnouncementDue);
                        (day, true)
                    }
                    GridAction::Away => (grid.focused_day, false),
                };
                grid.focused_day = clamp(to, bounds(calendar));
                grid.needs_focus = focus;
            }
            Msg::AnnouncementDue => self.announcer.clear(),
            Msg::Submitted => self.submit(kind),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let kind = ctx.props();
        let Some(calendar) = calendar_of(kind) else { return Html::default() };
        if !kind.is_answerable {
            let answer = kind.given_answer.as_deref().and_then(|answer| format_answer(kind, answer));
            let answer = answer.map(|answer| kind.chosen_answer(&answer));
            return kind.question(&calendar.title, answer.unwrap_or_default());
        }
        let link = ctx.link();
        let month = self.grid.as_ref().map(|grid| {
            let month = Month {
                names: &grid.names,
                config: &kind.config,
                focused_day: grid.focused_day,
                chosen: Day::parse(&self.date),
                today: grid.today,
                bounds: bounds(calendar),
                grid: &self.grid_element,
                id: kind.id("month"),
                on_action: link.callback(Msg::GridAction),
            };
            month.view()
        });
        // A constant number of children: otherwise Yew would recreate half-written fields.
        let inside = vec![
            self.fields(ctx, calendar),
            month.unwrap_or_default(),
            error_message(kind.id("wrong"), self.error.clone()),
            submit(kind.config.strings.submit_answer()),
            self.announcer.view(),
        ];
        let control = element!("form", part "control", "novalidate" = "novalidate"; group(inside));
        kind.question(&calendar.title, on_submit(control, link.callback(|()| Msg::Submitted)).into())
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if self.grid.as_mut().is_some_and(|grid| std::mem::take(&mut grid.needs_focus)) {
            let grid = self.grid_element.cast::<Element>();
            if let Some(day) = grid.and_then(|grid| grid.query_selector("[tabindex='0']").ok().flatten()) {
                dom::focus(&day);
            }
        }
    }
}

impl DateQuestion {
    /// Sends the answer, or focuses the first invalid field.
    fn submit(&mut self, kind: &Kind) {
        let Some(date) = self.date_field.cast::<HtmlInputElement>() else { return };
        let time = self.time_field.cast::<HtmlInputElement>();
        for field in std::iter::once(&date).chain(&time) {
            self.error = validation_error(field, FieldKind::Date, true, &kind.config.strings);
            if self.error.is_some() {
                return dom::focus(field);
            }
        }
        let time = time.map_or(String::new(), |time| [" ", &time.value()].concat());
        kind.answer(&date, UserAction::Send([date.value(), time].concat()));
    }

    fn fields(&self, ctx: &Context<Self>, calendar: &Calendar) -> Html {
        let kind = ctx.props();
        let strings = &kind.config.strings;
        let on_input = ctx.link().callback(|_: InputEvent| Msg::Edited);
        let error_id = self.error.as_ref().map(|_| kind.id("wrong"));
        let field =
            |of: &'static str, node: &NodeRef, value: &AttrValue, label: AttrValue, bounds: [Option<&String>; 2]| {
                let mut input = element!(
                    "input", part "entry", "type" = of, "id" = kind.id(of),
                    "min" = bounds[0].cloned(), "max" = bounds[1].cloned(),
                    // Not `required`: with it, browsers mark an empty field as invalid, and screen
                    // readers announce that.
                    "aria-required" = "true",
                    // Some browsers draw today's date in an empty field; CSS draws this instead.
                    "data-empty" = value.is_empty().then(|| label.clone()),
                    "aria-invalid" = if error_id.is_some() { "true" } else { "false" },
                    "aria-describedby" = error_id.clone()
                );
                input.set_value(value.clone());
                let input = listen!(with_ref(input, node), oninput = on_input.clone());
                let label = element!("label", "for" = kind.id(of), "class" = "unseen"; text(label));
                group(vec![label.into(), input.into()])
            };
        let bounds = [calendar.min.as_ref(), calendar.max.as_ref()];
        let mut inside = vec![field("date", &self.date_field, &self.date, strings.pick_date(), bounds)];
        if offers_grid() {
            let name = Some(strings.pick_date());
            let clicked = ctx.link().callback(|_: MouseEvent| Msg::GridToggled);
            let mut toggle = button("quiet toggle", "button toggle", name, icons::icon("", icons::CALENDAR), clicked);
            toggle.add_attribute("aria-expanded", if self.grid.is_some() { "true" } else { "false" });
            if self.grid.is_some() {
                toggle.add_attribute("aria-controls", kind.id("month"));
            }
            inside.push(with_ref(toggle, &self.toggle).into());
        }
        let mut lines = vec![part("div", "entry-line", group(inside))];
        if calendar.with_time {
            lines.push(field("time", &self.time_field, &self.time, strings.pick_time(), [None, None]));
        }
        group(lines)
    }
}

impl OpenGrid {
    fn new(kind: &Kind, calendar: &Calendar, chosen: Option<Day>, needs_focus: bool) -> Self {
        let today = today();
        let focused_day = clamp(chosen.unwrap_or(today), bounds(calendar));
        Self { names: Names::new(kind.config.locale.as_deref()), focused_day, today, needs_focus }
    }
}

fn calendar_of(kind: &Kind) -> Option<&Calendar> {
    if let Content::Calendar(calendar) = kind.content() { Some(calendar) } else { None }
}

/// Whether to offer a month grid: on touch screens the device's own picker is better.
fn offers_grid() -> bool {
    !dom::is_touch_device()
}

fn bounds(calendar: &Calendar) -> [Day; 2] {
    let read = |day: &Option<String>, default| day.as_deref().and_then(Day::parse).unwrap_or(default);
    [read(&calendar.min, civil_date::MIN), read(&calendar.max, civil_date::MAX)]
}

/// Like [`Ord::clamp`], which panics if the bounds are in the wrong order.
fn clamp(day: Day, [first, last]: [Day; 2]) -> Day {
    day.min(last).max(first)
}

fn input_value(field: &NodeRef) -> AttrValue {
    field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default().into()
}

fn today() -> Day {
    let now = Date::new_0();
    let number = |number: u32| i32::try_from(number).unwrap_or_default();
    let day = Day::new(number(now.get_full_year()), number(now.get_month()) + 1, number(now.get_date()));
    // A clock beyond the year 9999 is wrong anyway.
    day.unwrap_or(civil_date::MAX)
}

/// Formats a sent answer in the visitor's language; `None` if it does not have this format.
fn format_answer(kind: &Kind, answer: &str) -> Option<AttrValue> {
    let day = Day::parse(answer)?;
    let minutes = answer.get(11..16).and_then(|time| {
        let (hours, minutes) = time.split_once(':')?;
        Some(hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?)
    });
    Some(intl::day_in_full(kind.config.locale.as_deref(), day, minutes))
}
