//! Clean-up of finished blocks and lists: removes spaces and line breaks that do not show, and
//! assigns the numbers of lists.

use chataibot_wire::{
    Node,
    rich_text::{List, Numbering},
};

/// Splits items into lists: a new list begins where the numbers do not go on by one.
pub fn split_by_number(numbering: Option<Numbering>, items: Vec<(Option<i32>, Vec<Node>)>, most: usize) -> Vec<List> {
    let mut lists: Vec<(List, Option<i32>)> = Vec::new();
    for (number, nodes) in items {
        let number = number.filter(|_| numbering.is_some());
        let next = match lists.last() {
            None => None,
            Some((list, Some(last))) if !list.reversed && number == last.checked_add(1) => Some(false),
            Some((list, Some(last))) if (list.reversed || list.items.len() == 1) && number == last.checked_sub(1) => {
                Some(true)
            }
            Some((list, Some(_))) if number.is_none() => Some(list.reversed),
            Some((_, None)) => Some(false),
            Some(_) if lists.len() > most => Some(false),
            Some(_) => None,
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

fn children(node: &mut Node) -> Option<&mut Vec<Node>> {
    match node {
        Node::Bold(children)
        | Node::Italic(children)
        | Node::Underline(children)
        | Node::Strike(children)
        | Node::Code(children) => Some(children),
        Node::Link(link) => Some(&mut link.children),
        Node::Text(_) | Node::Break | Node::Paragraph(_) | Node::List(_) => None,
    }
}

/// Removes spaces from the end of a line.
pub fn trim_space(nodes: &mut Vec<Node>) {
    while let Some(last) = nodes.last_mut() {
        if let Node::Text(text) = last {
            text.truncate(text.trim_end_matches(' ').len());
            if !text.is_empty() {
                return;
            }
        } else if let Some(children) = children(last) {
            trim_space(children);
            if !children.is_empty() {
                return;
            }
        } else {
            return;
        }
        nodes.pop();
    }
}

/// Removes spaces and line breaks from the end of a block.
pub fn trim_end(nodes: &mut Vec<Node>) {
    loop {
        trim_space(nodes);
        let Some(last) = nodes.last_mut() else { return };
        if let Some(children) = children(last) {
            trim_end(children);
            if !children.is_empty() {
                return;
            }
        } else if !matches!(last, Node::Break) {
            return;
        }
        nodes.pop();
    }
}

/// Removes line breaks from the start of a block. Spaces never get there.
pub fn trim_start(nodes: &mut Vec<Node>) {
    while let Some(first) = nodes.first_mut() {
        if let Some(children) = children(first) {
            trim_start(children);
            if !children.is_empty() {
                return;
            }
        } else if !matches!(first, Node::Break) {
            return;
        }
        nodes.remove(0);
    }
}
