//! A question for a number in a range.

use std::rc::Rc;

use chataibot_wire::{Content, content::Slider};
use js_sys::Number;
use web_sys::{HtmlInputElement, InputEvent, SubmitEvent};
use yew::{
    html::{oninput, onsubmit},
    prelude::*,
};

use super::{Kind, submit};
use crate::{
    api::send_body,
    components::{
        UserAction,
        elements::{at, element, group, on, text},
    },
};

/// Component of a slider question: the slider or, once answered, the answer.
pub(super) struct SliderQuestion {
    input: NodeRef,
    /// As the browser writes it; `None` until the slider is moved.
    value: Option<String>,
}

impl Component for SliderQuestion {
    /// The slider was moved.
    type Message = ();
    type Properties = Kind;

    fn create(_: &Context<Self>) -> Self {
        Self { input: NodeRef::default(), value: None }
    }

    fn update(&mut self, _: &Context<Self>, (): ()) -> bool {
        self.value = self.input.cast::<HtmlInputElement>().map(|input| input.value());
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let kind = ctx.props();
        let Content::Slider(slider) = kind.content() else { return Html::default() };
        if !kind.open {
            let given = kind.given.as_deref().filter(|given| is_number(given));
            return kind
                .asked(&slider.title, given.map(|given| kind.chosen(&chosen(slider, given))).unwrap_or_default());
        }
        let (least, most) = (number(slider.min), number(slider.max));
        let value = with_unit(slider, self.value.as_deref().unwrap_or(&least));

        let input = element!(
            "input",
            "type" = "range",
            "class" = "slider",
            "part" = "slider",
            "min" = least.clone(),
            "max" = most.clone(),
            "step" = number(slider.step),
            "value" = least.clone(),
            "aria-labelledby" = kind.id("question"),
            "aria-valuetext" = value.clone();
            Html::default()
        );
        let moved = ctx.link().callback(|_: InputEvent| ());
        let input = on(at(input, &self.input), Rc::new(oninput::Wrapper::new(moved)));

        let answer = {
            let (kind, input, slider) = (kind.clone(), self.input.clone(), slider.clone());
            Callback::from(move |event: SubmitEvent| {
                event.prevent_default();
                // The browser's value is always on a step and in the range.
                if let Some(input) = input.cast::<HtmlInputElement>() {
                    kind.answer(&input, answer(&slider, input.value(), kind.look.typed));
                }
            })
        };
        let shown = element!(
            "output", "class" = "slider-value", "part" = "slider-value", "dir" = "auto", "aria-hidden" = "true";
            text(value.into())
        );
        let ends = [least, most].into_iter().map(|end| -> Html {
            element!("span", "part" = "slider-end", "dir" = "auto"; text(with_unit(slider, &end).into())).into()
        });
        let ends = element!("div", "class" = "slider-ends", "aria-hidden" = "true"; ends.collect());
        let inside = vec![shown.into(), input.into(), ends.into(), submit(kind.look.strings.submit_answer())];
        let control = element!("form", "class" = "control", "part" = "control"; group(inside));
        kind.asked(&slider.title, on(control, Rc::new(onsubmit::Wrapper::new(answer))).into())
    }
}

/// Formats a number as JavaScript does, as attributes require.
fn number(value: f64) -> String {
    // Fails only for an invalid radix.
    Number::from(value).to_string_with_radix(10).map_or_else(|_| String::new(), String::from)
}

/// The value as it is shown and sent: `4 nights`, `50%`.
fn with_unit(slider: &Slider, value: &str) -> String {
    let unit = slider.unit.as_deref().map(str::trim).unwrap_or_default();
    let space = if unit.is_empty() || unit.starts_with(['%', '°']) { "" } else { " " };
    [value, space, unit].concat()
}

/// Builds the answer. The log keeps only the number of a typed answer, so the local echo also shows
/// only the number.
fn answer(slider: &Slider, value: String, is_typed: bool) -> UserAction {
    match is_typed {
        true => UserAction::Answer { typed: send_body::words("slider.response", &value), text: value },
        false => UserAction::Send(with_unit(slider, &value)),
    }
}

/// The answer with its unit, whether or not it was sent with one.
fn chosen(slider: &Slider, given: &str) -> String {
    if given.ends_with(|last: char| last.is_ascii_digit()) { with_unit(slider, given) } else { given.to_owned() }
}

/// Whether an answer begins with a number; if not, it was not given by the slider.
fn is_number(answer: &str) -> bool {
    answer.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit())
}
