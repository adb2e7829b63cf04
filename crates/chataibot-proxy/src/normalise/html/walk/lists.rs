//! Lists: markers and numbering of their items.

use chataibot_wire::rich_text::Numbering;

use super::super::parse::{Document, Element, Id};
use super::super::style::{Marker, Style};
use super::super::tags;

#[derive(Clone, Copy)]
pub struct Count {
    next: i32,
    step: i32,
}

impl Count {
    pub fn new(document: &Document, list: &Element) -> Self {
        let start = list.attribute("start").and_then(number);
        if list.attribute("reversed").is_none() {
            return Self { next: start.unwrap_or(1), step: 1 };
        }
        let items = || document.child_elements(list.id).filter(|one| one.name() == "li").count();
        Self { next: start.unwrap_or_else(|| i32::try_from(items()).unwrap_or(i32::MAX)), step: -1 }
    }

    pub fn next(&mut self, item: &Element) -> i32 {
        let number = item.attribute("value").and_then(number).unwrap_or(self.next);
        self.next = number.saturating_add(self.step);
        number
    }
}

/// Returns the numbering style of a list; `None` if it has none. The styles of the list or its
/// first item decide, otherwise the element's name.
pub fn numbering(document: &Document, list: &Element, style: &Style) -> Option<Numbering> {
    let first = document.child(list.id, "li");
    let of_items = first.and_then(|first| Style::of_element(first).marker);
    match of_items.filter(|marker| *marker != Marker::Nothing).or(style.marker) {
        Some(Marker::Number(numbering)) => Some(numbering),
        Some(Marker::Bullet | Marker::Nothing) => None,
        // The editor Quill writes all lists as numbered ones.
        None if first.is_some_and(|first| first.attribute("data-list").is_some_and(|kind| kind != "ordered")) => None,
        None => (list.name() == "ol").then(|| match list.attribute("type") {
            Some("a") => Numbering::Letters,
            Some("A") => Numbering::CapitalLetters,
            Some("i") => Numbering::Roman,
            Some("I") => Numbering::CapitalRoman,
            _ => Numbering::Numbers,
        }),
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
pub fn is_in_list(document: &Document, item: &Element) -> bool {
    let parent = |id: &Id| document.node(*id).parent;
    let above = std::iter::successors(parent(&item.id), parent);
    let mut above = above.filter_map(|id| document.element(id)).map(Element::name);
    let is_list = |name: &str| tags::LISTS.contains(name);
    above.find(|name| is_list(name) || matches!(*name, "li" | "dd" | "td" | "th")).is_some_and(is_list)
}

fn number(text: &str) -> Option<i32> {
    // As in a browser, anything after the digits is ignored.
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let sign = text.len() - digits.len();
    text[..sign + end].parse().ok()
}
