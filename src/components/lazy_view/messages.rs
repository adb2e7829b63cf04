//! Placeholder of the message list, whose chunk is requested with the first letter or message.

use chataibot_wire::Author;
use yew::{prelude::*, virtual_dom::VTag};

use crate::components::avatar::{author_name, avatar};
use crate::components::{ViewConfig, elements::*, view_context::ViewContext};
use crate::{conversation::Row, strings::fill};

/// Renders the greeting, or the messages as plain text.
pub(super) fn placeholder(view: &ViewContext) -> Html {
    let rows = view.state.rows();
    let inside =
        if rows.is_empty() { greeting(&view.config) } else { rows.iter().map(|row| line(view, row)).collect() };
    let list = list(&view.config, "list", part("div", "rows", inside));
    element!("div", "class" = "conversation"; list.into()).into()
}

/// The element that scrolls.
pub(in crate::components) fn list(config: &ViewConfig, class: &'static str, inside: Html) -> VTag {
    element!(
        "div", "class" = class, "part" = "list", "role" = "log", "aria-live" = "off",
        "aria-label" = config.strings.messages(), "tabindex" = "0";
        inside
    )
}

fn line(ViewContext { state, config, .. }: &ViewContext, row: &Row) -> Html {
    let Some(message) = row.message() else { return Html::default() };
    let name = author_name(config, message.author, state.assignee().map(AsRef::as_ref));
    let author_line = fill(&config.strings.said(), "author", &name);
    plain(
        "p",
        group(vec![
            visually_hidden([&author_line, " "].concat().into()),
            auto_dir("span", text(message.content().to_plain().into())),
        ]),
    )
}

pub(in crate::components) fn greeting(config: &ViewConfig) -> Html {
    let inside = vec![
        avatar(config, "avatar avatar-greeting", Author::Bot, None),
        part("p", "greeting-title", text(config.strings.greeting())),
        part("p", "greeting-text", text(config.strings.greeting_hint())),
    ];
    // The page can replace it through this slot.
    part("div", "greeting", element!("slot", "name" = "empty"; group(inside)).into())
}
