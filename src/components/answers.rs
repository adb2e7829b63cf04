//! The buttons of a message: suggested replies, which are sent as the visitor's words, and links.

use chataibot_wire::content::{Action, Button, ButtonLayout};
use yew::prelude::*;

use super::{UserAction, ViewConfig, dom, elements, elements::*, icons, rich_text::safe_address};
use crate::{api::send_body, strings::fill};

pub(super) struct Choice<'a> {
    pub(super) config: &'a ViewConfig,
    pub(super) act: &'a Callback<UserAction>,
    pub(super) is_answerable: bool,
    /// What the visitor said next, if anything.
    pub(super) given_answer: Option<&'a str>,
    /// Name of the card that contains the answers, as their description for screen readers.
    pub(super) description: Option<AttrValue>,
}

pub(super) fn buttons(list: &[Button], layout: ButtonLayout, choice: &Choice) -> Html {
    let class = match (layout, choice.is_answerable) {
        (ButtonLayout::Wrap, true) => "answers",
        (ButtonLayout::Vertical, true) => "answers answers-vertical",
        (ButtonLayout::Wrap | ButtonLayout::Vertical, false) => "answers answers-past",
    };
    let each = list.iter().map(|button| match &button.action {
        Action::Reply(answer) => reply(&button.label, answer, choice.config.typed, choice),
        Action::Link(address) => link(&button.label, address, choice),
    });
    let name = choice.config.strings.answers();
    element!("div", part class, "role" = "group", "aria-label" = name; each.collect()).into()
}

/// A suggested reply: a button, or its words alone once it can no longer be given. `is_typed`:
/// whether it is sent as a typed answer (`button.response`) instead of as text.
pub(super) fn reply(label: &str, answer: &str, is_typed: bool, choice: &Choice) -> Html {
    if choice.is_answerable {
        let text = answer.to_owned();
        let onclick = choice.act.reform(move |event: MouseEvent| {
            // The button is about to be replaced by text.
            dom::focus_after_answer(&event);
            let text = text.clone();
            match is_typed {
                true => UserAction::Answer { typed: send_body::text_message("button.response", &text), text },
                false => UserAction::Send(text),
            }
        });
        let button = element!(
            "button", part "answer", "type" = "button", "dir" = "auto",
            "aria-description" = choice.description.clone();
            words(label)
        );
        return on_click(button, onclick).into();
    }
    if choice.given_answer == Some(answer.trim()) {
        return part("span", "answer answer-past answer-chosen", chosen(label, choice.config));
    }
    past_answer(label)
}

/// The content of an answer that was chosen: with a tick, and as a sentence for screen readers.
pub(super) fn chosen(label: &str, config: &ViewConfig) -> Html {
    let visible = element!("span", "aria-hidden" = "true", "dir" = "auto"; words(label));
    group(vec![icons::icon("", icons::TICK), visible.into(), visually_hidden(chosen_sentence(label, config))])
}

pub(super) fn chosen_sentence(label: &str, config: &ViewConfig) -> AttrValue {
    fill(&config.strings.chosen(), "answer", label).into()
}

fn past_answer(label: &str) -> Html {
    auto_dir_part("span", "answer answer-past", label.to_owned().into())
}

fn words(label: &str) -> Html {
    text(label.to_owned().into())
}

/// A link button, which stays usable after the conversation went on.
fn link(label: &str, address: &str, choice: &Choice) -> Html {
    let Some(href) = safe_address(address) else {
        return past_answer(label);
    };
    let starts = |scheme: &str| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let icon = match () {
        () if starts("mailto:") => icons::MAIL,
        () if starts("tel:") => icons::PHONE,
        () => icons::EXTERNAL,
    };
    let inside = group(vec![auto_dir("span", words(label)), icons::icon("", icon)]);
    elements::link("answer answer-link", href, inside, choice.config.new_tab(href), choice.description.clone())
}
