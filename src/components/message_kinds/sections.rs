//! A list of choices in sections, each below its heading.

use chataibot_wire::content::Section;
use yew::prelude::*;

use super::Kind;
use crate::components::{answers, elements::*};

pub(super) fn sections(list: &[Section], kind: &Kind) -> Html {
    let choice = kind.choice();
    let each = list.iter().enumerate().map(|(at, section)| {
        let reply = |item| answers::reply(item, item, false, &choice);
        let items = section.items.iter().map(|item| element!("li", "role" = "listitem"; reply(item)));
        let items = part("ul", "section-items", items.collect());
        let title = section.title.as_deref().filter(|title| !title.is_empty());
        let Some(title) = title else { return part("div", "section", items) };
        let id = kind.id(&["section-", &at.to_string()].concat());
        let title = text(title.to_owned().into());
        let heading = element!("h3", part "section-title", "id" = id.clone(), "dir" = "auto"; title).into();
        let inside = group(vec![heading, items]);
        element!("div", part "section", "role" = "group", "aria-labelledby" = id; inside).into()
    });
    let class = if kind.is_answerable { "sections" } else { "sections sections-past" };
    let name = kind.config.strings.answers();
    element!("div", part class, "role" = "group", "aria-label" = name; each.collect()).into()
}
