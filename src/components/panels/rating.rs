//! Rating of an ended conversation: stars or thumbs, a comment, thanks. It is sent to the page as
//! an event; the platform documents no call for it.

use yew::prelude::*;

use super::{Panel, PanelKind, input_value, optional_note, submit_button, take_focus};
use crate::components::{UserAction, ViewConfig, elements::*, icons, view_context::ViewContext};
use crate::conversation::onboarding::{OnboardingEvent, Rating, Scale};
use crate::{browser::timers::Timer, strings::fill};

const STAR: &str = "m12 3.4 2.65 5.4 5.95.87-4.3 4.2 1.02 5.93L12 17l-5.32 2.8 1.02-5.93-4.3-4.2 5.95-.87Z";
const UP: &str =
    "M7.5 10.5 11 3.6a2.2 2.2 0 0 1 2.3 2.6l-.6 3.3h5a2 2 0 0 1 2 2.4l-1.2 6a2 2 0 0 1-2 1.6h-9m0-9v9m0-9H4.7v9h2.8";
const DOWN: &str =
    "M16.5 13.5 13 20.4a2.2 2.2 0 0 1-2.3-2.6l.6-3.3h-5a2 2 0 0 1-2-2.4l1.2-6a2 2 0 0 1 2-1.6h9m0 9v-9m0 9h2.8v-9h-2.8";

/// Component of the rating, above the other content at the bottom of an ended conversation.
#[derive(Default)]
pub(super) struct RatingPanel {
    value: Option<u32>,
    comment: NodeRef,
    thanks: NodeRef,
    /// Whether the form was just sent: it will be removed, and the focused element with it.
    was_sent: bool,
    focus_timer: Option<Timer>,
}

pub(super) enum Msg {
    Chosen(u32),
    Submitted,
}

impl Component for RatingPanel {
    type Message = Msg;
    type Properties = Panel;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Chosen(value) => self.value.replace(value) != Some(value),
            Msg::Submitted => {
                if let Some(value) = self.value.take() {
                    self.was_sent = true;
                    let comment = input_value(&self.comment).trim().to_owned();
                    let rating = Rating { value, best: scale(ctx.props()).best(), comment };
                    ctx.props().view.act.emit(UserAction::Step(OnboardingEvent::Rated(rating)));
                }
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let Panel { view: ViewContext { state, config, .. }, bottom, .. } = ctx.props();
        let inside = if state.is_rated() {
            let words = vec![icons::icon("", icons::TICK), plain("span", text(config.strings.rating_thanks()))];
            with_ref(element!("p", part "rating-thanks", "tabindex" = "-1"; group(words)), &self.thanks).into()
        } else {
            self.form(ctx, config)
        };
        part("div", "rating", group(vec![inside, bottom.clone()]))
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let ViewContext { state, config, announce, .. } = &ctx.props().view;
        if self.was_sent && state.is_rated() {
            self.was_sent = false;
            // A screen reader reads the focused element without an announcement.
            if !take_focus(&self.thanks, &mut self.focus_timer) {
                announce.emit(config.strings.rating_thanks());
            }
        }
    }
}

impl RatingPanel {
    fn form(&self, ctx: &Context<Self>, config: &ViewConfig) -> Html {
        let strings = &config.strings;
        let marks: Html = match scale(ctx.props()) {
            Scale::Stars => (1..=5)
                .map(|value| {
                    let words = fill(&strings.rating_value(), "value", &value.to_string());
                    self.scale_step(ctx, value, STAR, fill(&words, "best", "5").into())
                })
                .collect(),
            Scale::Thumbs => group(vec![
                self.scale_step(ctx, 1, UP, strings.helpful()),
                self.scale_step(ctx, 0, DOWN, strings.not_helpful()),
            ]),
        };
        let question = element!("legend", part "rating-question"; text(strings.rating_question()));
        let marks = part("div", "rating-marks", marks);
        let marks = element!("fieldset", part "rating-scale"; group(vec![question.into(), marks]));
        let more = if self.value.is_some() { self.comment_form(config) } else { Html::default() };
        let form = element!("form", part "rating-form"; group(vec![marks.into(), more]));
        on_submit(form, ctx.link().callback(|()| Msg::Submitted)).into()
    }

    /// One step of the scale: a radio button under a sign.
    fn scale_step(&self, ctx: &Context<Self>, value: u32, icon: &'static str, name: AttrValue) -> Html {
        let names = match scale(ctx.props()) {
            Scale::Stars if self.value.is_some_and(|chosen| value <= chosen) => "mark star mark-chosen",
            Scale::Stars => "mark star",
            Scale::Thumbs if self.value == Some(value) => "mark thumb mark-chosen",
            Scale::Thumbs => "mark thumb",
        };
        let chosen = ctx.link().callback(move |_: Event| Msg::Chosen(value));
        let radio =
            element!("input", "type" = "radio", "name" = "rating", "value" = value.to_string(), "class" = "mark-radio");
        let radio = listen!(radio, onchange = chosen);
        let inside = vec![radio.into(), icons::icon("", icon), visually_hidden(name.clone())];
        element!("label", part names, "title" = name; group(inside)).into()
    }

    fn comment_form(&self, config: &ViewConfig) -> Html {
        let strings = &config.strings;
        let label = element!(
            "label", part "form-label", "for" = "rating-comment";
            group(vec![plain("span", text(strings.rating_comment())), optional_note(strings)])
        );
        let field = element!(
            "textarea", part "form-input", "id" = "rating-comment", "rows" = "2", "maxlength" = "1000", "dir" = "auto"
        );
        let submit = submit_button(strings.rating_submit());
        plain("div", group(vec![label.into(), with_ref(field, &self.comment).into(), submit]))
    }
}

fn scale(panel: &Panel) -> Scale {
    if let PanelKind::Rating(scale) = panel.kind { scale } else { Scale::Stars }
}
