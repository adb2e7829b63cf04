//! The launcher: the button on the page that opens and closes the window. It is rendered to markup
//! at build time, so that a page can show it before the program is loaded; its view therefore uses
//! no browser API.
//!
//! The running program takes over this button instead of rendering another one: the button may have
//! the focus, and a screen reader loses a focused element that is replaced.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};
use yew::prelude::*;

use super::{elements::*, icons};
use crate::browser::events::Listener;
use crate::strings::{Strings, fill};

/// The launcher's name, with the number of unread messages.
#[must_use]
pub fn launcher_label(strings: &Strings, unread: u32) -> AttrValue {
    let label = strings.launcher();
    match unread {
        0 => label,
        count => fill(&strings.launcher_unread(count as usize), "launcher", &label).into(),
    }
}

/// The launcher, rendered to markup at build time.
#[component]
pub fn Launcher() -> Html {
    let inside = vec![
        // The host page may slot in an icon of its own.
        element!("slot", "name" = "launcher-icon"; icons::launcher_icon("sign-chat", icons::CHAT)).into(),
        icons::launcher_icon("sign-close", icons::DOWN),
        part("span", "launcher-label", text("Chat".into())),
    ];
    element!(
        "button", part "launcher", "type" = "button", "aria-label" = "Chat", "aria-haspopup" = "dialog",
        "aria-expanded" = "false";
        group(inside)
    )
    .into()
}

/// The number of unread messages, if there are any.
pub(super) fn badge(unread: u32) -> Html {
    let count = match unread {
        0 => return Html::default(),
        count @ 1..=99 => AttrValue::from(count.to_string()),
        _ => AttrValue::Static("99+"),
    };
    let badge = element!("span", part "badge", "aria-hidden" = "true"; text(count));
    // The space keeps label and number two words in the button's name.
    group(vec![text(" ".into()), badge.into()])
}

#[derive(Clone, PartialEq)]
pub(super) struct LauncherState {
    /// Its name for screen readers.
    pub(super) label: AttrValue,
    /// Its visible label, if it shows one.
    pub(super) visible_label: AttrValue,
    pub(super) open: bool,
    /// Classes of the element around it, the same as of the window's root.
    pub(super) class: AttrValue,
    pub(super) direction: Option<&'static str>,
    pub(super) locale: Option<AttrValue>,
}

pub(super) type LauncherHandlers = (Callback<MouseEvent>, Callback<KeyboardEvent>);

/// The launcher button in the page, controlled by the program until dropped.
pub(super) struct LauncherButton {
    pub(super) button: Element,
    pub(super) handlers: Rc<RefCell<LauncherHandlers>>,
    #[expect(dead_code, reason = "listens while it lives")]
    listeners: [Option<Listener>; 2],
    shown: Option<LauncherState>,
}

impl LauncherButton {
    pub(super) fn new(button: Element) -> Self {
        let handlers = Rc::<RefCell<LauncherHandlers>>::default();
        let listeners = ["click", "keydown"].map(|name| {
            let handlers = handlers.clone();
            Listener::new(&button, name, move |event| {
                // Cloned, so that no borrow is held while a handler renders.
                let (click, key) = handlers.borrow().clone();
                if name == "click" { click.emit(event.unchecked_into()) } else { key.emit(event.unchecked_into()) }
            })
        });
        Self { button, handlers, listeners, shown: None }
    }

    pub(super) fn update(&mut self, state: LauncherState) {
        if self.shown.as_ref() == Some(&state) {
            return;
        }
        let (part, expanded) = if state.open { ("launcher launcher-open", "true") } else { ("launcher", "false") };
        for (name, value) in [
            ("aria-label", state.label.as_str()),
            ("part", part),
            ("aria-expanded", expanded),
            // Replaces the id of what the loader showed instead of the window.
            ("aria-controls", "window"),
            ("aria-busy", "false"),
        ] {
            set_attribute(&self.button, name, Some(value));
        }
        if let Ok(Some(label)) = self.button.query_selector("span") {
            label.set_text_content(Some(&state.visible_label));
        }
        if let Some(parent) = self.button.parent_element() {
            // Without the class `app`, which sets the layout: a screen reader takes an element
            // whose layout changes for another one.
            set_attribute(&parent, "class", state.class.strip_prefix("app "));
            set_attribute(&parent, "dir", state.direction);
            set_attribute(&parent, "lang", state.locale.as_deref());
        }
        self.shown = Some(state);
    }
}

/// Sets or removes an attribute. Fails only for an invalid name.
fn set_attribute(element: &Element, name: &str, value: Option<&str>) {
    let done = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
    debug_assert!(done.is_ok());
}
