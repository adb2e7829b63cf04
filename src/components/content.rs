//! What a message holds, as bubbles, cards and answers. Every kind can be read and answered; some have only a plain form.

use chataibot_wire::{
    Content, Node, RichText,
    content::{ButtonLayout, Media, MediaKind},
};
use yew::prelude::*;

use super::{
    answers::{self, Choice},
    icons,
    markup::{self, group, part, plain, shaped, written},
    rich_text::{is_emoji_only, rich_text, safe_address},
};

/// What stands below one another in a row. `bubble` holds class and part of a bubble in this row.
pub(super) fn content(content: &Content, bubble: &AttrValue, choice: &Choice) -> Html {
    let strings = &choice.look.strings;
    let new_tab = strings.new_tab();
    let words = |text: &RichText| rich_text(text, &new_tab);
    let frame = |inside: Html| shaped("div", bubble.clone(), bubble.clone(), inside);
    let framed_words = |text: &RichText| if text.is_empty() { Html::default() } else { frame(words(text)) };
    let hinted =
        |text: &RichText, hint: AttrValue| frame(group(vec![words(text), part("small", "hint", markup::text(hint))]));
    match content {
        Content::Text(text) if is_emoji_only(&text.body.to_plain()) => {
            let names = AttrValue::from([bubble.as_str(), " bubble-emoji"].concat());
            shaped("div", names.clone(), names, words(&text.body))
        }
        Content::Text(text) => framed_words(&text.body),
        Content::Parts(parts) => parts.iter().map(|one| self::content(one, bubble, choice)).collect(),
        Content::Media(media) => card_of_media(media, choice),
        Content::Info(info) => frame(note(&info.title, &words)),
        Content::Buttons(buttons) => group(vec![
            framed(&buttons.header, &buttons.title, &buttons.footer, &frame, &words),
            answers::buttons(&buttons.buttons, buttons.layout, choice),
        ]),
        Content::List(list) => group(vec![
            framed(&list.header, &list.title, &list.footer, &frame, &words),
            answers::sections(&list.sections, choice),
        ]),
        Content::Carousel(carousel) => {
            let cards = carousel.cards.iter().map(|card| {
                let mut inside = Vec::new();
                if !card.title.is_empty() {
                    inside.push(plain("strong", words(&card.title)));
                }
                inside.push(words(&card.description));
                let mut inside = vec![written("div", group(inside))];
                if !card.buttons.is_empty() {
                    inside.push(answers::buttons(&card.buttons, ButtonLayout::Wrap, choice));
                }
                part("li", "choice-card", group(inside))
            });
            let cards: Html = cards.collect();
            html! { <ul class="cards" part="cards" role="list">{ cards }</ul> }
        }
        Content::Slider(slider) => hinted(&slider.title, strings.hint_number()),
        Content::Calendar(calendar) => {
            hinted(&calendar.title, if calendar.with_time { strings.hint_date_time() } else { strings.hint_date() })
        }
        Content::FileUpload(upload) => hinted(&upload.title, strings.hint_file()),
        Content::Form(form) => {
            let fields = form.fields.iter().map(|field| plain("li", markup::text(field.label.clone().into())));
            frame(group(vec![
                words(&form.title),
                part("small", "hint", markup::text(strings.hint_form())),
                plain("ul", fields.collect()),
            ]))
        }
        Content::Appointment(appointment) => {
            let link = appointment.link.as_deref();
            let below = appointment.duration.map(|minutes| strings.book_duration(minutes as usize)).unwrap_or_default();
            let page = link.map(|link| card(link, icons::CALENDAR, strings.book(), below, &new_tab));
            group(vec![framed_words(&appointment.title), page.unwrap_or_default()])
        }
        Content::Delay => Html::default(),
        Content::Unsupported(unsupported) if unsupported.text.is_empty() => frame(markup::text(strings.unsupported())),
        Content::Unsupported(unsupported) => framed_words(&unsupported.text),
    }
}

/// Does this offer answers whose fate has to be shown?
pub(super) fn offers_answers(content: &Content) -> bool {
    match content {
        Content::Buttons(_) | Content::List(_) | Content::Carousel(_) => true,
        Content::Parts(parts) => parts.iter().any(offers_answers),
        Content::Text(_)
        | Content::Media(_)
        | Content::Info(_)
        | Content::Slider(_)
        | Content::Calendar(_)
        | Content::FileUpload(_)
        | Content::Form(_)
        | Content::Appointment(_)
        | Content::Delay
        | Content::Unsupported(_) => false,
    }
}

fn framed(
    head: &Option<RichText>,
    title: &RichText,
    foot: &Option<RichText>,
    frame: &dyn Fn(Html) -> Html,
    words: &dyn Fn(&RichText) -> Html,
) -> Html {
    let some = |text: &Option<RichText>, name: &'static str| {
        text.as_ref().filter(|text| !text.is_empty()).map(|text| part("div", name, words(text)))
    };
    let (head, foot) = (some(head, "bubble-head"), some(foot, "bubble-foot"));
    if head.is_none() && foot.is_none() && title.is_empty() {
        return Html::default();
    }
    frame(group(vec![head.unwrap_or_default(), words(title), foot.unwrap_or_default()]))
}

/// The first line is what a collapsed note shows; a note of one line has nothing to hide.
fn note(text: &RichText, words: &dyn Fn(&RichText) -> Html) -> Html {
    let nodes = &text.0;
    let (first, rest) = match nodes.iter().position(|node| matches!(node, Node::Break)) {
        Some(at) => (&nodes[..at], &nodes[at + 1..]),
        None if matches!(nodes.first(), Some(Node::Paragraph(_))) => nodes.split_at(1),
        None => return words(text),
    };
    if first.is_empty() || rest.is_empty() {
        return words(text);
    }
    let summary = plain("summary", words(&RichText(first.to_vec())));
    let more = plain("div", words(&RichText(rest.to_vec())));
    part("details", "note", group(vec![summary, more]))
}

fn card_of_media(media: &Media, choice: &Choice) -> Html {
    let strings = &choice.look.strings;
    let (sign, kind) = match media.kind {
        MediaKind::Image => (icons::PICTURE, strings.picture()),
        MediaKind::Video => (icons::FILM, strings.video()),
        MediaKind::Audio => (icons::SOUND, strings.audio()),
        MediaKind::Document => (icons::FILE, strings.document()),
    };
    match media.name.as_deref().filter(|name| !name.trim().is_empty()) {
        Some(name) => card(&media.url, sign, name.to_owned().into(), kind, &strings.new_tab()),
        None => card(&media.url, sign, kind, strings.open_hint(), &strings.new_tab()),
    }
}

fn card(address: &str, sign: &'static str, title: AttrValue, below: AttrValue, new_tab: &AttrValue) -> Html {
    let words = vec![written("span", markup::text(title)), plain("small", markup::text(below))];
    let inside = group(vec![part("span", "card-sign", icons::sign("", sign)), plain("span", group(words))]);
    match safe_address(address) {
        Some(href) => markup::link("card", href, inside, new_tab),
        None => part("span", "card", inside),
    }
}
