//! A question for a date, or a date and a time: the browser's own field, to type in and, on touch
//! screens, with the device's picker; with mouse or keyboard a month grid below it.
//!
//! The answer is `2026-11-25`, or `2026-11-25 14:30` in the visitor's time. The platform
//! documents no format; this one means the same to every bot in every country, and sorts. The
//! answer is shown in the visitor's language.

use std::rc::Rc;

use chataibot_wire::{
    Content,
    content::{Calendar, FieldKind},
};
use js_sys::Date;
use web_sys::{Element, HtmlInputElement, InputEvent, SubmitEvent};
use yew::{
    html::{oninput, onsubmit},
    prelude::*,
};

use super::{
    Kind,
    aside::Aside,
    month::{Month, Turn},
    submit, wrong,
};
use crate::components::{
    UserAction,
    civil_date::{self, Day},
    dom,
    elements::{at, button, element, group, on, part, text},
    icons,
    intl::{self, Names},
};

/// Component of a date question: the fields and the month grid or, once answered, the answer.
pub(super) struct DateQuestion {
    places: Places,
    /// `YYYY-MM-DD`, or empty.
    date: AttrValue,
    /// `HH:MM`, or empty.
    time: AttrValue,
    /// Validation error of date and time.
    wrong: Option<AttrValue>,
    page: Option<Page>,
    /// Announces the chosen day, because the focus does not move.
    chosen: Aside,
}

#[derive(Default)]
struct Places {
    date: NodeRef,
    time: NodeRef,
    toggle: NodeRef,
    grid: NodeRef,
}

/// The month grid while it is open.
struct Page {
    names: Names,
    at: Day,
    today: Day,
    /// Whether to focus the day after the next render.
    focus: bool,
}

/// Messages of the component.
pub(super) enum Did {
    /// The visitor typed or picked a value in a field.
    Wrote,
    /// The visitor opened or closed the month grid.
    Toggled,
    /// The visitor used or left the month grid.
    Turned(Turn),
    /// The visitor submitted the answer.
    Submitted,
    /// The chosen day was announced, and its text can be removed.
    Heard,
}

impl Component for DateQuestion {
    type Message = Did;
    type Properties = Kind;

    fn create(ctx: &Context<Self>) -> Self {
        let kind = ctx.props();
        let mut picker = Self {
            places: Places::default(),
            date: AttrValue::default(),
            time: AttrValue::default(),
            wrong: None,
            page: None,
            chosen: Aside::default(),
        };
        // Opens without taking the focus, which only the visitor may move.
        if let Some(calendar) = asked(kind).filter(|calendar| calendar.auto_open && kind.open && has_page()) {
            picker.page = Some(Page::new(kind, calendar, None, false));
        }
        picker
    }

    fn update(&mut self, ctx: &Context<Self>, did: Did) -> bool {
        let kind = ctx.props();
        let Some(calendar) = asked(kind) else { return false };
        match did {
            Did::Wrote => {
                self.date = value(&self.places.date);
                self.time = value(&self.places.time);
                self.wrong = None;
                if let Some((page, day)) = self.page.as_mut().zip(Day::read(&self.date)) {
                    page.at = day;
                }
            }
            Did::Toggled if self.page.is_some() => self.page = None,
            Did::Toggled => self.page = Some(Page::new(kind, calendar, Day::read(&self.date), true)),
            Did::Turned(Turn::Away) => {
                self.page = None;
                if let Some(toggle) = self.places.toggle.cast::<Element>() {
                    dom::focus(&toggle);
                    // The button is hidden where the browser's field has one itself.
                    if dom::focused_beside(&toggle).as_ref() != Some(&toggle)
                        && let Some(field) = self.places.date.cast::<Element>()
                    {
                        dom::focus(&field);
                    }
                }
            }
            Did::Turned(turn) => {
                let Some(page) = &mut self.page else { return false };
                let (least, most) = bounds(calendar);
                let (to, focus) = match turn {
                    Turn::Months(months) => (page.at.plus_months(months), false),
                    Turn::To(day) => (day, true),
                    Turn::Chosen(day) => {
                        self.date = day.write().into();
                        self.wrong = None;
                        let (words, link) = (kind.chosen_words(&page.names.full(day)), ctx.link().clone());
                        self.chosen.say(words, move || link.send_message(Did::Heard));
                        (day, true)
                    }
                    Turn::Away => (page.at, false),
                };
                page.at = within(to, least, most);
                page.focus = focus;
            }
            Did::Heard => self.chosen.empty(),
            Did::Submitted => {
                let Some(date) = self.places.date.cast::<HtmlInputElement>() else { return false };
                let time = self.places.time.cast::<HtmlInputElement>();
                let fields = [Some(date), time];
                let bad = fields.iter().flatten().find_map(|field| {
                    Some((field, super::form::fault(field, FieldKind::Date, true, &kind.look.strings)?))
                });
                match bad {
                    Some((field, fault)) => {
                        dom::focus(field);
                        self.wrong = Some(fault);
                    }
                    None => {
                        let [date, time] = fields.map(|field| field.map(|field| field.value()));
                        let answer =
                            [date.unwrap_or_default(), time.map_or(String::new(), |time| [" ", &time].concat())];
                        if let Some(field) = self.places.date.cast::<Element>() {
                            kind.answer(&field, UserAction::Send(answer.concat()));
                        }
                    }
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let kind = ctx.props();
        let Some(calendar) = asked(kind) else { return Html::default() };
        if !kind.open {
            let given = kind.given.as_deref().and_then(|given| in_words(kind, given));
            return kind.asked(&calendar.title, given.map(|given| kind.chosen(&given)).unwrap_or_default());
        }
        let link = ctx.link();
        let month = self.page.as_ref().map(|page| {
            let (least, most) = bounds(calendar);
            let month = Month {
                names: &page.names,
                look: &kind.look,
                at: page.at,
                chosen: Day::read(&self.date),
                today: page.today,
                least,
                most,
                grid: &self.places.grid,
                id: kind.id("month"),
                turned: link.callback(Did::Turned),
            };
            month.view()
        });
        // A constant number of children: if one were added, Yew would recreate the fields, and
        // half-written input would be lost.
        let inside = vec![
            self.fields(ctx, calendar),
            month.unwrap_or_default(),
            wrong(kind.id("wrong"), self.wrong.clone()),
            submit(kind.look.strings.submit_answer()),
            self.chosen.view(),
        ];
        let control = element!(
            "form", "class" = "control", "part" = "control", "novalidate" = "novalidate"; group(inside)
        );
        let submitted = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Did::Submitted
        });
        kind.asked(&calendar.title, on(control, Rc::new(onsubmit::Wrapper::new(submitted))).into())
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if self.page.as_mut().is_some_and(|page| std::mem::take(&mut page.focus)) {
            let grid = self.places.grid.cast::<Element>();
            if let Some(day) = grid.and_then(|grid| grid.query_selector("[tabindex='0']").ok().flatten()) {
                dom::focus(&day);
            }
        }
    }
}

impl DateQuestion {
    fn fields(&self, ctx: &Context<Self>, calendar: &Calendar) -> Html {
        let kind = ctx.props();
        let strings = &kind.look.strings;
        let wrote = ctx.link().callback(|_: InputEvent| Did::Wrote);
        let is_wrong = self.wrong.as_ref().map(|_| kind.id("wrong"));
        let field =
            |of: &'static str, place: &NodeRef, value: &AttrValue, label: AttrValue, bounds: [Option<&String>; 2]| {
                let mut input = element!(
                    "input",
                    "type" = of,
                    "id" = kind.id(of),
                    "class" = "entry",
                    "part" = "entry",
                    "min" = bounds[0].cloned(),
                    "max" = bounds[1].cloned(),
                    // Not `required`: with it, browsers mark an empty field as invalid, and screen
                    // readers announce that.
                    "aria-required" = "true",
                    // Some browsers draw today's date in an empty field; CSS draws this instead.
                    "data-empty" = value.is_empty().then(|| label.clone()),
                    "aria-invalid" = if is_wrong.is_some() { "true" } else { "false" },
                    "aria-describedby" = is_wrong.clone();
                    Html::default()
                );
                input.set_value(value.clone());
                let input = on(at(input, place), Rc::new(oninput::Wrapper::new(wrote.clone())));
                let label = element!("label", "for" = kind.id(of), "class" = "unseen"; text(label));
                group(vec![label.into(), input.into()])
            };
        let bounds = [calendar.min.as_ref(), calendar.max.as_ref()];
        let mut inside = vec![field("date", &self.places.date, &self.date, strings.pick_date(), bounds)];
        if has_page() {
            let name = Some(strings.pick_date());
            let clicked = ctx.link().callback(|_: MouseEvent| Did::Toggled);
            let mut toggle = button("quiet toggle", "button toggle", name, icons::sign("", icons::CALENDAR), clicked);
            toggle.add_attribute("aria-expanded", if self.page.is_some() { "true" } else { "false" });
            if self.page.is_some() {
                toggle.add_attribute("aria-controls", kind.id("month"));
            }
            inside.push(at(toggle, &self.places.toggle).into());
        }
        let mut lines = vec![part("div", "entry-line", group(inside))];
        if calendar.with_time {
            lines.push(field("time", &self.places.time, &self.time, strings.pick_time(), [None, None]));
        }
        group(lines)
    }
}

impl Page {
    fn new(kind: &Kind, calendar: &Calendar, chosen: Option<Day>, focus: bool) -> Self {
        let today = today();
        let (least, most) = bounds(calendar);
        let at = within(chosen.unwrap_or(today), least, most);
        Self { names: Names::new(kind.look.locale.as_deref()), at, today, focus }
    }
}

fn asked(kind: &Kind) -> Option<&Calendar> {
    if let Content::Calendar(calendar) = kind.content() { Some(calendar) } else { None }
}

/// Whether to offer a month grid: on touch screens the device's own picker is better.
fn has_page() -> bool {
    !dom::matches("(pointer: coarse)")
}

fn bounds(calendar: &Calendar) -> (Option<Day>, Option<Day>) {
    let read = |day: &Option<String>| day.as_deref().and_then(Day::read);
    (read(&calendar.min), read(&calendar.max))
}

fn within(day: Day, least: Option<Day>, most: Option<Day>) -> Day {
    let day = most.map_or(day, |most| day.min(most));
    least.map_or(day, |least| day.max(least))
}

fn value(field: &NodeRef) -> AttrValue {
    field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default().into()
}

/// Today's date by the visitor's clock.
fn today() -> Day {
    let now = Date::new_0();
    let number = |number: u32| i32::try_from(number).unwrap_or_default();
    let day = Day::new(number(now.get_full_year()), number(now.get_month()) + 1, number(now.get_date()));
    // A clock beyond the year 9999 is wrong anyway.
    day.unwrap_or(civil_date::LAST)
}

/// Formats a sent answer in the visitor's language; `None` if it does not have this format.
fn in_words(kind: &Kind, given: &str) -> Option<AttrValue> {
    let day = Day::read(given)?;
    let minutes = given.get(11..16).and_then(|time| {
        let (hours, minutes) = time.split_once(':')?;
        Some(hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?)
    });
    Some(intl::day_in_full(kind.look.locale.as_deref(), day, minutes))
}
