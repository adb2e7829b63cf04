//! The avatar of the bot or a team member: a photo, an initial, or the bot's icon.

use chataibot_wire::{Author, entry::Assignee};
use yew::prelude::*;

use super::{ViewConfig, elements::*, icons};

/// Decoration: the name is always shown beside it. `part`: its names as classes and as CSS parts.
pub(super) fn avatar(config: &ViewConfig, part: &'static str, author: Author, assignee: Option<&Assignee>) -> Html {
    let agent = assignee.filter(|_| author == Author::Agent);
    let picture = match author {
        Author::Agent => agent.and_then(|agent| agent.picture.clone()).map(AttrValue::from),
        Author::Bot | Author::Visitor => config.avatar.clone(),
    };
    let letter = agent.and_then(|agent| agent.name.as_deref()?.trim().chars().next());
    let inside = match (picture, letter) {
        (Some(src), _) => html! { <img {src} alt="" referrerpolicy="no-referrer" decoding="async" /> },
        (None, Some(letter)) => text(String::from(letter).into()),
        (None, None) => icons::icon("spark", icons::SPARK),
    };
    element!("span", part part, "aria-hidden" = "true"; inside).into()
}

/// The author's name as screen readers say it.
pub(super) fn author_name(config: &ViewConfig, author: Author, assignee: Option<&Assignee>) -> AttrValue {
    match author {
        Author::Visitor => config.strings.author_visitor(),
        Author::Bot => config.strings.author_bot(),
        Author::Agent => match assignee.and_then(|agent| agent.name.clone()) {
            Some(name) => name.into(),
            None => config.strings.author_agent(),
        },
    }
}
