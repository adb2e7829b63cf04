//! What a message holds. Words and buttons are made here, every other kind by
//! `message_kinds`, whose code is fetched on demand.

use std::rc::Rc;

use chataibot_wire::{Content, Node, RichText};
use yew::prelude::*;

use super::{
    UserAction, ViewConfig,
    answers::{self, Choice},
    bubble::{framed, named_bubble},
    elements::{self, group, part, plain},
    lazy_view::{LazyView, View, kind::Kind},
    rich_text::{is_emoji_only, rich_text},
};
use crate::conversation::Row;

/// Where a message stands: what the views of its parts need of its row.
pub(super) struct Place<'a> {
    pub(super) row: &'a Rc<Row>,
    /// Class and part of a bubble in this row.
    pub(super) bubble: &'a AttrValue,
    pub(super) look: &'a Rc<ViewConfig>,
    pub(super) act: &'a Callback<UserAction>,
    /// Can an answer be given now?
    pub(super) open: bool,
    /// What the visitor said next, when something.
    pub(super) given: Option<&'a AttrValue>,
}

/// What stands below one another in a row.
pub(super) fn content(content: &Content, place: &Place) -> Html {
    one(content, None, place)
}

fn one(content: &Content, at: Option<usize>, place: &Place) -> Html {
    let Place { row, bubble, look, act, open, given } = *place;
    let strings = &look.strings;
    let words = |text: &RichText| rich_text(text, look);
    let framed_words =
        |text: &RichText| if text.is_empty() { Html::default() } else { named_bubble(bubble, words(text)) };
    match content {
        Content::Text(text) if is_emoji_only(&text.body.to_plain()) => {
            named_bubble(&[bubble.as_str(), " bubble-emoji"].concat().into(), words(&text.body))
        }
        Content::Text(text) => framed_words(&text.body),
        // Parts of parts do not come from our proxy; they are shown as their words.
        Content::Parts(parts) => parts.iter().enumerate().map(|(index, part)| one(part, Some(index), place)).collect(),
        Content::Info(info) => named_bubble(bubble, note(&info.title, &words)),
        Content::Buttons(buttons) => group(vec![
            framed(&buttons.header, &buttons.title, &buttons.footer, bubble, look),
            answers::buttons(
                &buttons.buttons,
                buttons.layout,
                &Choice { look, act, open, given: given.map(AttrValue::as_str), of: None },
            ),
        ]),
        Content::Media(_)
        | Content::List(_)
        | Content::Carousel(_)
        | Content::Slider(_)
        | Content::Calendar(_)
        | Content::FileUpload(_)
        | Content::Form(_)
        | Content::Appointment(_) => {
            let kind = Kind {
                row: row.clone(),
                part: at,
                bubble: bubble.clone(),
                look: look.clone(),
                act: act.clone(),
                open,
                given: given.cloned(),
            };
            html! { <LazyView view={View::Kind(kind)} /> }
        }
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
