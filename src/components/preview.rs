//! The preview: the newest unread message beside the launcher, while the window is closed.

use chataibot_wire::Author;
use yew::prelude::*;

use super::avatar::{author_name, avatar};
use super::{ViewConfig, elements::*, icons};
use crate::conversation::{Conversation, MessageRow};

/// The newest message of bot or team, with its row's key, if it is unread in a closed window.
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
    let open = button("beside-text", "preview-text", None, group(vec![picture, words]), onopen);
    let (sign, dismiss) = (icons::icon("", icons::CLOSE), Some(config.strings.dismiss()));
    let close = button("beside-close", "dismiss", dismiss, sign, ondismiss);
    let (inside, name) = (group(vec![open.into(), close.into()]), config.strings.preview());
    element!("div", "class" = "beside", "part" = "preview", "role" = "group", "aria-label" = name; inside).into()
}
