//! The content of a message: text and buttons; other kinds by the lazily loaded `message_kinds`.

use chataibot_wire::{Content, Node, RichText};
use yew::prelude::*;

use super::lazy_view::{LazyView, View, kind::Kind};
use super::rich_text::{is_emoji_only, rich_text};
use super::{ViewConfig, answers, elements, elements::*};

pub(super) fn content(kind: &Kind) -> Html {
    let Kind { bubble, config, .. } = kind;
    let words = |text: &RichText| rich_text(text, config);
    let in_bubble = |inside| named("div", bubble.clone(), inside);
    let text_bubble = |text: &RichText| if text.is_empty() { Html::default() } else { in_bubble(words(text)) };
    match kind.content() {
        Content::Text(text) if is_emoji_only(&text.body.to_plain()) => {
            named("div", [bubble.as_str(), " bubble-emoji"].concat().into(), words(&text.body))
        }
        Content::Text(text) => text_bubble(&text.body),
        Content::Parts(parts) if kind.part.is_none() => {
            (0..parts.len()).map(|part| content(&Kind { part: Some(part), ..kind.clone() })).collect()
        }
        // The proxy never nests parts. If it did, they would be shown as plain text.
        Content::Parts(_) => kind.plain(),
        Content::Info(info) => in_bubble(collapsible_note(&info.title, &words)),
        Content::Buttons(buttons) => group(vec![
            question_bubble(&buttons.header, &buttons.title, &buttons.footer, bubble, config),
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
            in_bubble(elements::text(config.strings.unsupported()))
        }
        Content::Unsupported(unsupported) => text_bubble(&unsupported.text),
    }
}

/// A bubble with a question and optional lines above and below it; empty if none of them has text.
pub(super) fn question_bubble(
    head: &Option<RichText>,
    title: &RichText,
    foot: &Option<RichText>,
    bubble: &AttrValue,
    config: &ViewConfig,
) -> Html {
    let optional_part = |text: &Option<RichText>, name: &'static str| {
        text.as_ref().filter(|text| !text.is_empty()).map(|text| part("div", name, rich_text(text, config)))
    };
    let (head, foot) = (optional_part(head, "bubble-head"), optional_part(foot, "bubble-foot"));
    if head.is_none() && foot.is_none() && title.is_empty() {
        return Html::default();
    }
    let inside = vec![head.unwrap_or_default(), rich_text(title, config), foot.unwrap_or_default()];
    named("div", bubble.clone(), group(inside))
}

/// Whether the content offers answers, of which the one given has to be shown later.
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

/// Renders a note, collapsed to its first line. A note of one line has nothing to collapse.
fn collapsible_note(text: &RichText, words: &dyn Fn(&RichText) -> Html) -> Html {
    let Some((first, rest)) = split_note(text) else { return words(text) };
    let [summary, more] = [first, rest].map(|nodes| words(&RichText(nodes.to_vec())));
    part("details", "note", group(vec![plain("summary", summary), plain("div", more)]))
}

/// Splits a note into its visible line and the collapsed rest; `None` if nothing is to collapse.
fn split_note(text: &RichText) -> Option<(&[Node], &[Node])> {
    let nodes = text.0.as_slice();
    let (first, rest) = match nodes.iter().position(|node| matches!(node, Node::Break)) {
        Some(at) => (&nodes[..at], &nodes[at + 1..]),
        None if matches!(nodes.first(), Some(Node::Paragraph(_))) => nodes.split_at(1),
        None => return None,
    };
    (!first.is_empty() && !rest.is_empty()).then_some((first, rest))
}

/// The text of a message that is visible when it arrives: of a note, the first line.
pub(super) fn visible_text(content: &Content) -> String {
    if let Content::Info(info) = content
        && let Some((first, _)) = split_note(&info.title)
    {
        return RichText(first.to_vec()).to_plain();
    }
    if let Content::Parts(parts) = content {
        let lines: Vec<String> = parts.iter().map(visible_text).filter(|line| !line.is_empty()).collect();
        return lines.join("\n");
    }
    content.to_plain()
}
