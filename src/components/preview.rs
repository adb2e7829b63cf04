//! The preview: the newest unread message beside the launcher, while the window is closed.

use chataibot_wire::Author;
use yew::prelude::*;

use super::{
    ViewConfig,
    avatar::{author_name, avatar},
    elements::{auto_dir_part, button, element, group, part, text},
    icons,
};
use crate::conversation::{Conversation, MessageRow};

/// The newest message of bot or team, with its row's key, if something is unread and the window is
/// closed.
pub(super) fn newest_unread(state: &Conversation) -> Option<(u32, &MessageRow)> {
    if state.window_open() || state.unread() == 0 {
        return None;
    }
    let is_reply = |message: &&MessageRow| message.author != Author::Visitor;
    state.rows().iter().rev().find_map(|row| row.message().filter(is_reply).map(|message| (row.key, message)))
}

/// Renders the preview. It has no state: the widget component knows what was dismissed.
pub(super) fn preview(
    config: &ViewConfig,
    state: &Conversation,
    message: &MessageRow,
    onopen: Callback<MouseEvent>,
    ondismiss: Callback<MouseEvent>,
) -> Html {
    let assignee = state.assignee().map(AsRef::as_ref);
    let words = vec![
        part("span", "preview-author", text(author_name(config, message.author, assignee))),
        auto_dir_part("span", "preview-words", message.content().to_plain().into()),
    ];
    let words = element!("span", "class" = "preview-lines"; group(words)).into();
    let picture = avatar(config, "avatar avatar-preview", message.author, assignee);
    let open = group(vec![picture, words]);
    let inside = vec![
        button("beside-text", "preview-text", None, open, onopen).into(),
        button("beside-close", "dismiss", Some(config.strings.dismiss()), icons::icon("", icons::CLOSE), ondismiss)
            .into(),
    ];
    element!(
        "div", "class" = "beside", "part" = "preview", "role" = "group", "aria-label" = config.strings.preview();
        group(inside)
    )
    .into()
}
