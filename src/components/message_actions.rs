//! The actions of a message: copy, and feedback.
//!
//! The buttons are always there for screen readers, and appear on hover, focus or touch. Only those
//! of the newest message are in the tab order (roving tabindex), so that tabbing through a long
//! list stays short; arrow keys move from message to message.

use chataibot_wire::Author;
use web_sys::Element;
use yew::prelude::*;

use super::{ViewConfig, dom, elements::*, icons};
use crate::conversation::{MessageRow, SendState};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessageAction {
    Copy,
    /// Rates it as helpful, or not.
    Rate(bool),
}

/// The buttons of a message; `is_copied`: whether it was just copied.
pub(super) fn actions(
    config: &ViewConfig,
    key: u32,
    message: &MessageRow,
    is_in_tab_order: bool,
    is_copied: bool,
    act: &Callback<(u32, MessageAction)>,
) -> Html {
    let strings = &config.strings;
    if message.state.send_state() != SendState::Sent {
        return Html::default();
    }
    let button = |class: &'static str, label: AttrValue, icon, pressed: Option<bool>, action: MessageAction| {
        let act = act.clone();
        let button = element!(
            "button", part class, "type" = "button", "title" = label.clone(), "aria-label" = label,
            "aria-pressed" = pressed.map(|pressed| if pressed { "true" } else { "false" }),
            "tabindex" = (!is_in_tab_order).then_some("-1");
            icons::icon("", icon)
        );
        Html::from(on_click(button, Callback::from(move |_: MouseEvent| act.emit((key, action)))))
    };
    let (class, label, icon) = if is_copied {
        ("action action-copied", strings.copied(), icons::TICK)
    } else {
        ("action action-copy", strings.copy(), icons::COPY)
    };
    let mut inside = vec![button(class, label, icon, None, MessageAction::Copy)];
    if config.feedback && message.author != Author::Visitor {
        let rate = |label, icon, helpful| {
            let pressed = message.feedback == Some(helpful);
            let class = if pressed { "action action-pressed" } else { "action" };
            button(class, label, icon, Some(pressed), MessageAction::Rate(helpful))
        };
        let thumbs =
            vec![rate(strings.helpful(), icons::THUMB_UP, true), rate(strings.not_helpful(), icons::THUMB_DOWN, false)];
        let name = strings.feedback();
        let thumbs = element!("span", "class" = "thumbs", "role" = "group", "aria-label" = name; group(thumbs));
        inside.push(thumbs.into());
    }
    element!("div", part "actions"; group(inside)).into()
}

/// Arrow keys in the list move the focus from the actions of one message to those of the next.
pub(super) fn arrow_key_handler(list: &NodeRef) -> Callback<KeyboardEvent> {
    let list = list.clone();
    Callback::from(move |event: KeyboardEvent| {
        if list.cast::<Element>().is_some_and(|list| move_focus(&list, &event.key())) {
            event.prevent_default();
        }
    })
}

/// Moves the focus as `key` says. Returns whether the key was handled.
fn move_focus(list: &Element, key: &str) -> bool {
    let down = match key {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return false,
    };
    let Some(row) = dom::focused_in_root(list).and_then(|it| it.closest(".actions").ok().flatten()) else {
        return false;
    };
    let Ok(all) = list.query_selector_all(".actions") else { return false };
    let Some(at) = (0..all.length()).find(|at| all.item(*at).as_ref() == Some(row.as_ref())) else { return false };
    let next = if down { Some(at + 1) } else { at.checked_sub(1) };
    let next = next.and_then(|at| all.item(at)).and_then(|next| next.first_child());
    if let Some(button) = next.and_then(|next| wasm_bindgen::JsCast::dyn_into::<Element>(next).ok()) {
        button.scroll_into_view_with_bool(false);
        dom::focus(&button);
    }
    true
}
