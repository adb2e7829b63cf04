//! A question for a number in a range.

use chataibot_wire::{Content, content::Slider};
use js_sys::Number;
use web_sys::{HtmlInputElement, InputEvent};
use yew::prelude::*;

use super::{Kind, submit};
use crate::api::send_body;
use crate::components::{UserAction, elements::*};

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
        if !kind.is_answerable {
            let answer = kind.given_answer.as_deref().filter(|answer| starts_with_number(answer));
            let answer = answer.map(|answer| kind.chosen_answer(&answer_with_unit(slider, answer)));
            return kind.question(&slider.title, answer.unwrap_or_default());
        }
        let (min, max) = (to_js_string(slider.min), to_js_string(slider.max));
        let value = with_unit(slider, self.value.as_deref().unwrap_or(&min));

        let input = element!(
            "input", part "slider", "type" = "range", "min" = min.clone(), "max" = max.clone(),
            "step" = to_js_string(slider.step), "value" = min.clone(),
            "aria-labelledby" = kind.id("question"), "aria-valuetext" = value.clone()
        );
        let input = listen!(with_ref(input, &self.input), oninput = ctx.link().callback(|_: InputEvent| ()));

        let answer = {
            let (kind, input, slider) = (kind.clone(), self.input.clone(), slider.clone());
            Callback::from(move |()| {
                // The browser's value is always on a step and in the range.
                if let Some(input) = input.cast::<HtmlInputElement>() {
                    kind.answer(&input, answer_action(&slider, input.value(), kind.config.typed));
                }
            })
        };
        let shown = element!("output", part "slider-value", "dir" = "auto", "aria-hidden" = "true"; text(value.into()));
        let ends = [min, max].into_iter().map(|end| -> Html {
            element!("span", "part" = "slider-end", "dir" = "auto"; text(with_unit(slider, &end).into())).into()
        });
        let ends = element!("div", "class" = "slider-ends", "aria-hidden" = "true"; ends.collect());
        let inside = vec![shown.into(), input.into(), ends.into(), submit(kind.config.strings.submit_answer())];
        let control = element!("form", part "control"; group(inside));
        kind.question(&slider.title, on_submit(control, answer).into())
    }
}

/// Formats a number as JavaScript does, as attributes require.
fn to_js_string(value: f64) -> String {
    // Fails only for an invalid radix.
    Number::from(value).to_string_with_radix(10).map_or_else(|_| String::new(), String::from)
}

/// The value as it is shown and sent: `4 nights`, `50%`.
fn with_unit(slider: &Slider, value: &str) -> String {
    let unit = slider.unit.as_deref().map(str::trim).unwrap_or_default();
    let space = if unit.is_empty() || unit.starts_with(['%', '°']) { "" } else { " " };
    [value, space, unit].concat()
}

/// Builds the answer. The log keeps only a typed answer's number, so the local echo shows that.
fn answer_action(slider: &Slider, value: String, is_typed: bool) -> UserAction {
    match is_typed {
        true => UserAction::Answer { typed: send_body::text_message("slider.response", &value), text: value },
        false => UserAction::Send(with_unit(slider, &value)),
    }
}

/// The answer with its unit, whether or not it was sent with one.
fn answer_with_unit(slider: &Slider, answer: &str) -> String {
    if answer.ends_with(|last: char| last.is_ascii_digit()) { with_unit(slider, answer) } else { answer.to_owned() }
}

/// Whether an answer begins with a number; if not, it was not given by the slider.
fn starts_with_number(answer: &str) -> bool {
    answer.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit())
}
