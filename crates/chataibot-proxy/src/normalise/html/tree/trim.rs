//! Clean-up of finished blocks and lists: strips what does not show, and numbers the lists.

use chataibot_wire::Node;
use chataibot_wire::rich_text::{Link, List, Numbering};

/// Splits items into lists: a new list begins where the numbers do not go on by one.
pub fn split_by_number(numbering: Option<Numbering>, items: Vec<(Option<i32>, Vec<Node>)>, most: usize) -> Vec<List> {
    let mut lists: Vec<(List, Option<i32>)> = Vec::new();
    for (number, nodes) in items {
        let number = number.filter(|_| numbering.is_some());
        let next = match lists.last() {
            Some((list, Some(last))) if !list.reversed && number == last.checked_add(1) => Some(false),
            Some((list, Some(last))) if (list.reversed || list.items.len() == 1) && number == last.checked_sub(1) => {
                Some(true)
            }
            Some((list, Some(_))) if number.is_none() => Some(list.reversed),
            Some((_, None)) => Some(false),
            Some(_) if lists.len() > most => Some(false),
            Some(_) | None => None,
        };
        match (next, lists.last_mut()) {
            (Some(is_reversed), Some((list, last))) => {
                list.reversed = is_reversed;
                list.items.push(nodes);
                let step = if is_reversed { -1 } else { 1 };
                *last = number.or(last.and_then(|last| last.checked_add(step)));
            }
            _ => {
                let mut list = List::new(numbering.is_some(), vec![nodes]);
                list.start = number.filter(|number| *number != 1);
                list.numbering = numbering.unwrap_or_default();
                lists.push((list, number));
            }
        }
    }
    lists.into_iter().map(|(list, _)| list).collect()
}

/// Removes spaces from the end of a line.
pub fn trim_space(nodes: &mut Vec<Node>) {
    strip(nodes, End::Last, trim_text);
}

/// Removes spaces and line breaks from the ends of a block. Spaces never get to its start.
pub fn trim(nodes: &mut Vec<Node>) {
    strip(nodes, End::First, is_break);
    strip(nodes, End::Last, |node| is_break(node) || trim_text(node));
}

#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

/// Removes blank nodes at one end, also in inline elements, and elements that become empty.
fn strip(nodes: &mut Vec<Node>, end: End, is_blank: fn(&mut Node) -> bool) {
    while let Some(last) = nodes.len().checked_sub(1) {
        let at = if matches!(end, End::First) { 0 } else { last };
        let is_gone = match &mut nodes[at] {
            Node::Bold(inside)
            | Node::Italic(inside)
            | Node::Underline(inside)
            | Node::Strike(inside)
            | Node::Code(inside)
            | Node::Link(Link { children: inside, .. }) => {
                strip(inside, end, is_blank);
                inside.is_empty()
            }
            node @ (Node::Text(_) | Node::Break | Node::Paragraph(_) | Node::List(_)) => is_blank(node),
        };
        if !is_gone {
            return;
        }
        nodes.remove(at);
    }
}

fn is_break(node: &mut Node) -> bool {
    *node == Node::Break
}

/// Removes spaces from the end of a text; returns whether it was nothing else.
fn trim_text(node: &mut Node) -> bool {
    let Node::Text(text) = node else { return false };
    text.truncate(text.trim_end_matches(' ').len());
    text.is_empty()
}
