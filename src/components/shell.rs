//! The window that is shown before the program is loaded, rendered to markup at build time:
//! `cargo xtask tables` writes loader/shell_markup.js from it. Every sentence is written as its
//! name after a `$`, because the visitor's language is not known at build time. Elements that only
//! some devices need are included, for loader/shell_window.js to leave out.

use std::rc::Rc;

use yew::prelude::*;

use super::chat_window::{ChatWindow, ElementRefs, chat_window};
use super::message_row::{RowView, push_row};
use super::{Enter, ViewConfig, announcer::Announcer, elements::*, lazy_view::kind::Kind, view_context::ViewContext};
use crate::conversation::{Action, Conversation};
use crate::strings::SENTENCES;

/// Prefix of a sentence's name.
pub const MARK: char = '$';

const TEXT_PLACEHOLDER: &str = "$text";

/// The window of an empty conversation.
#[component]
pub fn Shell() -> Html {
    let announcer = Announcer::default();
    let view =
        ViewContext { state: Rc::default(), config: shell_config(), act: Callback::noop(), announce: Callback::noop() };
    let window = chat_window(ChatWindow {
        view,
        sounds: false,
        modal: false,
        was_ever_open: false,
        is_large: Some(false),
        menu_open: false,
        toggle_menu: Callback::noop(),
        choose: Callback::noop(),
        question: None,
        answer: Callback::noop(),
        announcer: announcer.inner.view(),
        refs: &ElementRefs::default(),
    });
    element!("div", "class" = "app"; group(vec![window, announcer.outer.view()])).into()
}

/// A message of the visitor that is being sent.
#[component]
pub fn ShellRow() -> Html {
    let id: Rc<str> = "shell".into();
    let mut conversation = Conversation::default();
    conversation.apply(Action::Composed { id: id.clone(), text: TEXT_PLACEHOLDER.into(), typed: None, at: 0 });
    conversation.apply(Action::SendBegan(id));
    let mut nodes = Vec::new();
    for row in conversation.rows() {
        let view = RowView {
            kind: Kind {
                row: row.clone(),
                part: None,
                bubble: AttrValue::default(),
                config: shell_config(),
                act: Callback::noop(),
                is_answerable: false,
                given_answer: None,
            },
            assignee: None,
            clock: None,
            age_minutes: None,
            day: None,
            is_first_unread: false,
            is_in_tab_order: false,
            is_copied: false,
            on_action: Callback::noop(),
        };
        push_row(&view, &mut nodes);
    }
    group(nodes)
}

fn shell_config() -> Rc<ViewConfig> {
    let mut config = ViewConfig { enter: Enter::Send, ..ViewConfig::default() };
    for (name, ..) in SENTENCES {
        let known = config.strings.set(name, &format!("{MARK}{name}"));
        debug_assert!(known);
    }
    Rc::new(config)
}
