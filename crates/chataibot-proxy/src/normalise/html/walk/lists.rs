//! Lists: markers and numbering of their items.

use chataibot_wire::rich_text::Numbering;

use super::super::{
    parse::{Document, Element, Id},
    style::{Marker, Style},
    tags,
};

/// Counter of a list's items.
#[derive(Clone, Copy)]
pub struct Count {
    next: i32,
    step: i32,
}

impl Count {
    /// Returns the number of the next item.
    pub fn next(&mut self, item: &Element) -> i32 {
        let number = item.attribute("value").and_then(number).unwrap_or(self.next);
        self.next = number.saturating_add(self.step);
        number
    }
}

/// Returns the counter of a numbered list.
pub fn count(document: &Document, id: Id, list: &Element) -> Option<Count> {
    let is_reversed = list.attribute("reversed").is_some();
    let items = i32::try_from(items(document, id).count()).unwrap_or(i32::MAX);
    let first = if is_reversed { items } else { 1 };
    let next = list.attribute("start").and_then(number).unwrap_or(first);
    Some(Count { next, step: if is_reversed { -1 } else { 1 } })
}

/// Returns the numbering style of a list; `None` if it has none. The styles of the list or its
/// first item decide, otherwise the element's name.
pub fn numbering(document: &Document, id: Id, list: &Element, style: &Style) -> Option<Numbering> {
    let first = items(document, id).next();
    let of_items = first.and_then(|first| Style::of_element(first).marker);
    let is_numbered = list.name() == "ol";
    match of_items.filter(|marker| *marker != Marker::Nothing).or(style.marker) {
        Some(Marker::Number(numbering)) => Some(numbering),
        Some(Marker::Bullet | Marker::Nothing) => None,
        // The editor Quill writes all lists as numbered ones.
        None if first.is_some_and(|first| first.attribute("data-list").is_some_and(|kind| kind != "ordered")) => None,
        None => is_numbered.then(|| numbering_of_type(list.attribute("type").unwrap_or_default())),
    }
}

/// Returns the check box of a task-list item, for editors that draw the box themselves.
pub fn checkbox(item: &Element) -> Option<&'static str> {
    match item.attribute("data-list")? {
        "checked" => Some("☑ "),
        "unchecked" => Some("☐ "),
        _ => None,
    }
}

/// Whether the item's nearest ancestor that holds items is a list.
pub fn is_in_list(document: &Document, item: Id) -> bool {
    let above = std::iter::successors(document.node(item).parent, |id| document.node(*id).parent);
    let mut above = above.filter_map(|id| document.element(id)).map(|element| element.name());
    above.find(|name| tags::is_list(name) || matches!(*name, "li" | "dd" | "td" | "th")).is_some_and(tags::is_list)
}

fn items(document: &Document, list: Id) -> impl Iterator<Item = &Element> {
    document.child_elements(list).map(AsRef::as_ref).filter(|one| one.name() == "li")
}

fn numbering_of_type(kind: &str) -> Numbering {
    match kind {
        "a" => Numbering::Letters,
        "A" => Numbering::CapitalLetters,
        "i" => Numbering::Roman,
        "I" => Numbering::CapitalRoman,
        _ => Numbering::Numbers,
    }
}

fn number(text: &str) -> Option<i32> {
    // As in a browser, anything after the digits is ignored.
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let sign = text.len() - digits.len();
    text[..sign + end].parse().ok()
}
