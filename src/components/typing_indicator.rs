//! The typing indicator at the end of the message list.

use chataibot_wire::Author;
use yew::prelude::*;

use super::avatar::{author_name, avatar};
use super::{ViewConfig, elements::*};
use crate::{conversation::Conversation, strings::fill};

/// Shows dots, and tells screen readers in a sentence who is writing.
pub(super) fn typing_indicator(config: &ViewConfig, state: &Conversation) -> Html {
    let assignee = state.assignee().map(AsRef::as_ref);
    let author = assignee.map_or(Author::Bot, |assignee| assignee.kind);
    let name = author_name(config, author, assignee);
    let dots = html! {
        <div class="bubble bubble-bot bubble-first bubble-last typing" part="bubble bubble-bot typing" aria-hidden="true">
            <i part="typing-dot"></i><i part="typing-dot"></i><i part="typing-dot"></i>
        </div>
    };
    let inside = vec![
        visually_hidden(fill(&config.strings.typing(), "author", &name).into()),
        dots,
        avatar(config, "avatar avatar-message", author, assignee),
    ];
    part("div", "row row-bot row-first row-enter", group(inside))
}
