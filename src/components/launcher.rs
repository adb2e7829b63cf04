//! The launcher: the button on the page that opens and closes the window. Also printed at build time, for the page to show
//! before the program is there, so it touches no browser while it renders.

use yew::prelude::*;

use super::{
    icons,
    markup::{at, element, group, on_click, part, text},
};
use crate::strings::{Strings, fill};

/// What the launcher shows.
#[derive(Properties, Clone, PartialEq)]
pub struct LauncherProps {
    /// Its name for screen readers.
    #[prop_or(AttrValue::Static("Chat"))]
    pub label: AttrValue,
    /// What stands on it where it shows words.
    #[prop_or(AttrValue::Static("Chat"))]
    pub words: AttrValue,
    /// Is the window open?
    #[prop_or_default]
    pub open: bool,
    /// Messages nobody has looked at; shown as a badge when there are any.
    #[prop_or_default]
    pub unread: u32,
    /// Called on a click.
    #[prop_or_default]
    pub onclick: Callback<MouseEvent>,
    /// The button, for giving focus back to it.
    #[prop_or_default]
    pub button: NodeRef,
}

impl Default for LauncherProps {
    fn default() -> Self {
        yew::props!(Self {})
    }
}

/// The launcher's name, with the number of unread messages.
#[must_use]
pub fn launcher_label(strings: &Strings, unread: u32) -> AttrValue {
    let label = strings.launcher();
    match unread {
        0 => label,
        count => fill(&strings.launcher_unread(count as usize), "launcher", &label).into(),
    }
}

/// The launcher alone, to be printed.
#[component]
pub fn Launcher(props: &LauncherProps) -> Html {
    launcher(props)
}

/// The button on the page.
pub(super) fn launcher(props: &LauncherProps) -> Html {
    let badge = match props.unread {
        0 => None,
        count @ 1..=99 => Some(AttrValue::from(count.to_string())),
        _ => Some(AttrValue::Static("99+")),
    };
    let badge = badge.map(|count| {
        let badge = element!("span", "class" = "badge", "part" = "badge", "aria-hidden" = "true"; text(count));
        // Words and number are two words to those who look for what they see in the name.
        group(vec![text(" ".into()), badge.into()])
    });
    let inside = vec![
        // The page may bring a sign of its own.
        element!("slot", "name" = "launcher-icon"; icons::sign("sign-chat", icons::CHAT)).into(),
        icons::sign("sign-close", icons::DOWN),
        part("span", "launcher-label", text(props.words.clone())),
        badge.unwrap_or_default(),
    ];
    let button = element!(
        "button",
        "type" = "button",
        "class" = "launcher",
        "part" = if props.open { "launcher launcher-open" } else { "launcher" },
        "aria-label" = props.label.clone(),
        "aria-haspopup" = "dialog",
        "aria-expanded" = if props.open { "true" } else { "false" },
        "aria-controls" = "window";
        group(inside)
    );
    on_click(at(button, &props.button), props.onclick.clone()).into()
}
