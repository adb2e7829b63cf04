//! The message list with all that stands in it. A part of the program of its own, as an empty window has no use for it: see
//! `on_demand`. It is asked for when the visitor begins to write, or when there is something to show.

use std::rc::Rc;

use chataibot_wire::Author;
use yew::prelude::*;

use super::{
    UserAction, ViewConfig,
    avatar::{author_name, avatar},
    elements::{auto_dir, element, group, part, plain, text, visually_hidden},
};
use crate::{
    conversation::{Conversation, Row},
    strings::fill,
};

/// The styles of all of it.
pub(super) const CSS: &str = concat!(
    include_str!("../../styles/on-demand/messages.css"),
    include_str!("../../styles/on-demand/bubble.css"),
    include_str!("../../styles/on-demand/answers.css"),
    include_str!("../../styles/on-demand/actions.css")
);

/// The conversation to show.
#[derive(Properties, Clone)]
pub(super) struct Messages {
    pub(super) state: Rc<Conversation>,
    pub(super) look: Rc<ViewConfig>,
    pub(super) act: Callback<UserAction>,
    /// Says a sentence to screen readers; always does the same.
    pub(super) say: Callback<AttrValue>,
}

impl PartialEq for Messages {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state) && Rc::ptr_eq(&self.look, &other.look) && self.act == other.act
    }
}

impl Messages {
    /// Is there more to show than a greeting, or will there be soon?
    pub(super) fn wanted(&self) -> bool {
        !self.state.rows().is_empty() || !self.state.draft().is_empty()
    }

    /// A greeting, or what was said as plain words.
    pub(super) fn plain(&self) -> Html {
        let rows = self.state.rows();
        let inside =
            if rows.is_empty() { greeting(&self.look) } else { rows.iter().map(|row| self.line(row)).collect() };
        let rows = part("div", "rows", inside);
        let list = element!(
            "div",
            "class" = "list",
            "part" = "list",
            "role" = "log",
            "aria-live" = "off",
            "aria-label" = self.look.strings.messages(),
            "tabindex" = "0";
            rows
        );
        element!("div", "class" = "conversation"; list.into()).into()
    }

    fn line(&self, row: &Row) -> Html {
        let Some(message) = row.message() else { return Html::default() };
        let name = author_name(&self.look, message.author, self.state.assignee().map(AsRef::as_ref));
        let said = fill(&self.look.strings.said(), "author", &name);
        plain(
            "p",
            group(vec![
                visually_hidden([&said, " "].concat().into()),
                auto_dir("span", text(message.content().to_plain().into())),
            ]),
        )
    }
}

/// What stands in an empty list.
pub(super) fn greeting(look: &ViewConfig) -> Html {
    let inside = vec![
        avatar(look, Author::Bot, None),
        part("p", "greeting-title", text(look.strings.greeting())),
        part("p", "greeting-text", text(look.strings.greeting_hint())),
    ];
    part("div", "greeting", group(inside))
}
