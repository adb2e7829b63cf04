//! The content of a message. Text and buttons are rendered here; the other kinds by
//! `message_kinds`, whose code is loaded lazily.

use chataibot_wire::{Content, Node, RichText};
use yew::prelude::*;

use super::{
    answers,
    bubble::{framed, named_bubble},
    elements::{self, group, part, plain},
    lazy_view::{LazyView, View, kind::Kind},
    rich_text::{is_emoji_only, rich_text},
};
/// What stands below one another in a row.
pub(super) fn content(kind: &Kind) -> Html {
    let Kind { bubble, look, .. } = kind;
    let strings = &look.strings;
    let words = |text: &RichText| rich_text(text, look);
    let framed_words =
        |text: &RichText| if text.is_empty() { Html::default() } else { named_bubble(bubble, words(text)) };
    match kind.content() {
        Content::Text(text) if is_emoji_only(&text.body.to_plain()) => {
            named_bubble(&[bubble.as_str(), " bubble-emoji"].concat().into(), words(&text.body))
        }
        Content::Text(text) => framed_words(&text.body),
        Content::Parts(parts) if kind.part.is_none() => {
            (0..parts.len()).map(|part| content(&Kind { part: Some(part), ..kind.clone() })).collect()
        }
        // Parts of parts do not come from our proxy; they are shown as their words.
        Content::Parts(_) => kind.plain(),
        Content::Info(info) => named_bubble(bubble, note(&info.title, &words)),
        Content::Buttons(buttons) => group(vec![
            framed(&buttons.header, &buttons.title, &buttons.footer, bubble, look),
            answers::buttons(&buttons.buttons, buttons.layout, &kind.choice()),
        ]),
        Content::Media(_)
        | Content::List(_)
        | Content::Carousel(_)
        | Content::Slider(_)
        | Content::Calendar(_)
        | Content::FileUpload(_)
        | Content::Form(_)
        | Content::Appointment(_) => html! { <LazyView view={View::Kind(kind.clone())} /> },
        Content::Delay => Html::default(),
        Content::Unsupported(unsupported) if unsupported.text.is_empty() => {
            named_bubble(bubble, elements::text(strings.unsupported()))
        }
        Content::Unsupported(unsupported) => framed_words(&unsupported.text),
    }
}

/// Does this offer answers whose fate has to be shown?
pub(super) fn offers_answers(content: &Content) -> bool {
    match content {
        Content::Buttons(_)
        | Content::List(_)
        | Content::Carousel(_)
        | Content::Slider(_)
        | Content::Calendar(_)
        | Content::FileUpload(_)
        | Content::Form(_) => true,
        Content::Parts(parts) => parts.iter().any(offers_answers),
        Content::Text(_)
        | Content::Media(_)
        | Content::Info(_)
        | Content::Appointment(_)
        | Content::Delay
        | Content::Unsupported(_) => false,
    }
}

/// The first line is what a collapsed note shows; a note of one line has nothing to hide.
fn note(text: &RichText, words: &dyn Fn(&RichText) -> Html) -> Html {
    let Some((first, rest)) = folded(text) else { return words(text) };
    let [summary, more] = [first, rest].map(|nodes| words(&RichText(nodes.to_vec())));
    part("details", "note", group(vec![plain("summary", summary), plain("div", more)]))
}

/// What of a note is seen, and what once it is opened; nothing of one that has nothing to hide.
fn folded(text: &RichText) -> Option<(&[Node], &[Node])> {
    let nodes = text.0.as_slice();
    let (first, rest) = match nodes.iter().position(|node| matches!(node, Node::Break)) {
        Some(at) => (&nodes[..at], &nodes[at + 1..]),
        None if matches!(nodes.first(), Some(Node::Paragraph(_))) => nodes.split_at(1),
        None => return None,
    };
    (!first.is_empty() && !rest.is_empty()).then_some((first, rest))
}

/// What is seen of a message as it comes, in words.
pub(super) fn seen_words(content: &Content) -> String {
    if let Content::Info(info) = content
        && let Some((first, _)) = folded(&info.title)
    {
        return RichText(first.to_vec()).to_plain();
    }
    if let Content::Parts(parts) = content {
        let lines: Vec<String> = parts.iter().map(seen_words).filter(|line| !line.is_empty()).collect();
        return lines.join("\n");
    }
    content.to_plain()
}
