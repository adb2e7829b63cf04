//! Props of the message list, and its placeholder. Its view: `message_list`, which is asked for when the visitor begins to write,
//! or when there is something to show.

use std::rc::Rc;

use chataibot_wire::Author;
use yew::prelude::*;

use crate::{
    components::{
        UserAction, ViewConfig,
        avatar::{author_name, avatar},
        elements::{auto_dir, element, group, part, plain, text, visually_hidden},
    },
    conversation::{Conversation, Row},
    strings::fill,
};

/// The conversation to show.
#[derive(Properties, Clone)]
pub(in crate::components) struct Messages {
    pub(in crate::components) state: Rc<Conversation>,
    pub(in crate::components) look: Rc<ViewConfig>,
    pub(in crate::components) act: Callback<UserAction>,
    /// Says a sentence to screen readers; always does the same.
    pub(in crate::components) say: Callback<AttrValue>,
}

impl PartialEq for Messages {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state) && Rc::ptr_eq(&self.look, &other.look) && self.act == other.act
    }
}

impl Messages {
    /// Is there more to show than a greeting, or will there be soon?
    pub(in crate::components) fn wanted(&self) -> bool {
        !self.state.rows().is_empty() || !self.state.draft().is_empty()
    }

    /// A greeting, or what was said as plain words.
    pub(in crate::components) fn plain(&self) -> Html {
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
pub(in crate::components) fn greeting(look: &ViewConfig) -> Html {
    let inside = vec![
        avatar(look, Author::Bot, None),
        part("p", "greeting-title", text(look.strings.greeting())),
        part("p", "greeting-text", text(look.strings.greeting_hint())),
    ];
    part("div", "greeting", group(inside))
}
