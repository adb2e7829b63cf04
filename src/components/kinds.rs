//! The kinds of messages that are more than words and buttons. A part of the program of its own: see `on_demand`.

mod media;

use std::rc::Rc;

use chataibot_wire::{
    Content, RichText,
    content::{ButtonLayout, Carousel},
};
use yew::prelude::*;

use super::{
    Look, Verb,
    answers::{self, Choice},
    content::{framed, named_bubble},
    icons,
    markup::{self, group, part, plain, written},
    rich_text::rich_text,
};
use crate::conversation::Row;

/// The styles of all of them.
pub(super) const CSS: &str = include_str!("../../styles/on-demand/kinds.css");

/// A message, or one part of a message with several, and all that its looks depend on.
#[derive(Clone)]
pub(super) struct Kind {
    /// The message's row.
    pub(super) row: Rc<Row>,
    /// Which part of the message this is, where it has several.
    pub(super) part: Option<usize>,
    /// Class and part of a bubble in this row.
    pub(super) bubble: AttrValue,
    pub(super) look: Rc<Look>,
    pub(super) act: Callback<Verb>,
    /// Can an answer be given now?
    pub(super) open: bool,
    /// What the visitor said next, when something.
    pub(super) given: Option<AttrValue>,
}

/// Rows and looks are replaced, never changed.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        (Rc::ptr_eq(&self.row, &other.row) || self.row == other.row)
            && self.part == other.part
            && self.bubble == other.bubble
            && Rc::ptr_eq(&self.look, &other.look)
            && self.act == other.act
            && self.open == other.open
            && self.given == other.given
    }
}

impl Kind {
    /// What is to be shown.
    pub(super) fn content(&self) -> &Content {
        let whole = self.row.message().map_or(&Content::Delay, |message| message.content());
        match (whole, self.part) {
            (Content::Parts(parts), Some(at)) => parts.get(at).unwrap_or(&Content::Delay),
            (whole, _) => whole,
        }
    }

    /// Its words in a bubble: what is shown while the code for more is not there.
    pub(super) fn plain(&self) -> Html {
        let words = self.content().to_plain();
        if words.is_empty() { Html::default() } else { named_bubble(&self.bubble, markup::text(words.into())) }
    }

    fn words(&self, text: &RichText) -> Html {
        rich_text(text, &self.look.strings.new_tab())
    }

    /// A bubble with the message's words and what belongs to them.
    fn asked(&self, title: &RichText, below: Html) -> Html {
        named_bubble(&self.bubble, group(vec![self.words(title), below]))
    }

    fn choice(&self) -> Choice<'_> {
        Choice { look: &self.look, act: &self.act, open: self.open, given: self.given.as_deref() }
    }
}

/// The message as elements.
pub(super) fn render(kind: &Kind) -> Html {
    let strings = &kind.look.strings;
    let hint = |text: AttrValue| part("small", "hint", markup::text(text));
    match kind.content() {
        Content::Media(media) => media::card_of_media(media, &kind.look),
        Content::List(list) => group(vec![
            framed(&list.header, &list.title, &list.footer, &kind.bubble, &kind.look),
            answers::sections(&list.sections, &kind.choice()),
        ]),
        Content::Carousel(carousel) => cards(kind, carousel),
        Content::Slider(slider) => kind.asked(&slider.title, hint(strings.hint_number())),
        Content::Calendar(calendar) => kind.asked(
            &calendar.title,
            hint(if calendar.with_time { strings.hint_date_time() } else { strings.hint_date() }),
        ),
        Content::FileUpload(upload) => kind.asked(&upload.title, hint(strings.hint_file())),
        Content::Form(form) => {
            let fields = form.fields.iter().map(|field| plain("li", markup::text(field.label.clone().into())));
            kind.asked(&form.title, group(vec![hint(strings.hint_form()), plain("ul", fields.collect())]))
        }
        Content::Appointment(appointment) => {
            let below = appointment.duration.map(|minutes| strings.book_duration(minutes as usize)).unwrap_or_default();
            let page = appointment
                .link
                .as_deref()
                .map(|link| media::card(link, icons::CALENDAR, strings.book(), below, &strings.new_tab()));
            let title = if appointment.title.is_empty() {
                Html::default()
            } else {
                named_bubble(&kind.bubble, kind.words(&appointment.title))
            };
            group(vec![title, page.unwrap_or_default()])
        }
        Content::Text(_)
        | Content::Parts(_)
        | Content::Info(_)
        | Content::Buttons(_)
        | Content::Delay
        | Content::Unsupported(_) => kind.plain(),
    }
}

fn cards(kind: &Kind, carousel: &Carousel) -> Html {
    let cards = carousel.cards.iter().map(|card| {
        let mut inside = Vec::new();
        if !card.title.is_empty() {
            inside.push(plain("strong", kind.words(&card.title)));
        }
        inside.push(kind.words(&card.description));
        let mut inside = vec![written("div", group(inside))];
        if !card.buttons.is_empty() {
            inside.push(answers::buttons(&card.buttons, ButtonLayout::Wrap, &kind.choice()));
        }
        part("li", "choice-card", group(inside))
    });
    let cards: Html = cards.collect();
    html! { <ul class="cards" part="cards" role="list">{ cards }</ul> }
}
