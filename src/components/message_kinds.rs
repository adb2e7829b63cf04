//! Views of message kinds that are more than words and buttons. A chunk of its own: see `chunks`.
//!
//! - [`media`]: pictures, videos, sounds and files; [`light_box`]: pictures in full size
//! - [`carousel`]: cards side by side; [`sections`]: choices in sections
//! - [`picture`]: a picture that opens in the light box; [`snap_scroller`]: scroll position of
//!   things side by side
//! - [`slider`], [`calendar`] with [`month`], [`form`], [`upload`]: questions with a control of
//!   their own
//! - [`aside`]: what a control announces to screen readers
//!
//! A control is shown while its question can be answered. Afterwards the given answer is shown in
//! its place.

mod aside;
mod calendar;
mod carousel;
mod form;
mod light_box;
mod media;
mod month;
mod picture;
mod sections;
mod slider;
mod snap_scroller;
mod upload;

use chataibot_wire::{Content, RichText, content::Appointment};
use web_sys::Element;
use yew::prelude::*;

use super::icons::{self, icon_button};
use super::lazy_view::{View, kind::Kind};
use super::{UserAction, answers::chosen, content::question_bubble, dom, elements, elements::*, rich_text::rich_text};

/// Icons that only this chunk uses.
const PREVIOUS: &str = "M14.5 5.5 8 12l6.5 6.5";
const NEXT: &str = "m9.5 5.5 6.5 6.5-6.5 6.5";
const DOWNLOAD: &str = "M12 4v11m-5-5 5 5 5-5M5 19.5h14";
pub(super) const UPLOAD: &str = "M12 15.5v-11m-5 5 5-5 5 5M5 19.5h14";

impl Kind {
    fn words(&self, text: &RichText) -> Html {
        rich_text(text, &self.config)
    }

    /// A bubble with a question and the content that belongs to it.
    fn question(&self, title: &RichText, below: Html) -> Html {
        let question = element!("div", "id" = self.id("question"); self.words(title));
        elements::named("div", self.bubble.clone(), group(vec![question.into(), below]))
    }

    /// An id for an element of this message, unique in the widget's shadow root.
    fn id(&self, of: &str) -> String {
        let part = self.part.map_or(String::new(), |part| part.to_string());
        [of, "-", &self.row.key.to_string(), "-", &part].concat()
    }

    /// Gives an answer, with its text and its typed form. The control is about to be replaced by
    /// text, so the focus moves to the composer, or to the window on a touch device.
    fn answer(&self, control: &Element, answer: UserAction) {
        if let Ok(Some(section)) = control.closest("#window") {
            dom::focus_window(&section);
        }
        self.act.emit(answer);
    }

    /// The given answer, shown in place of its control.
    fn chosen_answer(&self, answer: &str) -> Html {
        part("div", "given", chosen(answer, &self.config))
    }
}

fn hint(text: AttrValue) -> Html {
    part("small", "hint", elements::text(text))
}

/// An error message, announced at once.
pub(super) fn error_message(id: String, sentence: Option<AttrValue>) -> Html {
    let Some(sentence) = sentence else { return Html::default() };
    let inside = group(vec![icons::icon("", icons::ALERT), elements::plain("span", elements::text(sentence))]);
    element!("p", part "wrong", "id" = id, "role" = "alert"; inside).into()
}

fn submit(label: AttrValue) -> Html {
    element!("button", "type" = "submit", "class" = "primary", "part" = "button button-primary"; elements::text(label))
        .into()
}

/// A button that leads to the previous or next of several things; without `step` there is none.
fn step_button(class: &'static str, name: AttrValue, icon: &'static str, step: Option<Callback<MouseEvent>>) -> Html {
    let is_disabled = if step.is_some() { "false" } else { "true" };
    let mut button = icon_button(class, name, icon, step.unwrap_or_default());
    // Not `disabled`, because a disabled button loses the keyboard focus.
    button.add_attribute("aria-disabled", is_disabled);
    button.into()
}

pub(super) fn render(view: &View) -> Html {
    let View::Kind(kind) = view else { return Html::default() };
    let kind = kind.clone();
    match kind.content() {
        Content::Media(_) => media::media(&kind),
        Content::List(list) => group(vec![
            question_bubble(&list.header, &list.title, &list.footer, &kind.bubble, &kind.config),
            sections::sections(&list.sections, &kind),
        ]),
        Content::Carousel(_) => html! { <carousel::CardRow ..kind /> },
        Content::Slider(_) => html! { <slider::SliderQuestion ..kind /> },
        Content::Calendar(_) => html! { <calendar::DateQuestion ..kind /> },
        Content::FileUpload(upload) => match kind.config.uploads.clone() {
            Some(uploads) => html! { <upload::FileQuestion {kind} {uploads} /> },
            None => kind.question(&upload.title, hint(kind.config.strings.hint_file())),
        },
        Content::Form(_) => html! { <form::FormQuestion ..kind /> },
        Content::Appointment(appointment) => booking_card(&kind, appointment),
        Content::Text(_)
        | Content::Parts(_)
        | Content::Info(_)
        | Content::Buttons(_)
        | Content::Delay
        | Content::Unsupported(_) => kind.plain(),
    }
}

fn booking_card(kind: &Kind, appointment: &Appointment) -> Html {
    let strings = &kind.config.strings;
    let below = appointment.duration.map(|minutes| strings.book_duration(minutes as usize)).unwrap_or_default();
    let page = appointment.link.as_deref().map(|address| {
        media::card(address, icons::CALENDAR, strings.book(), below, None, kind.config.new_tab(address))
    });
    let title =
        if appointment.title.is_empty() { Html::default() } else { kind.question(&appointment.title, Html::default()) };
    group(vec![title, page.unwrap_or_default()])
}
