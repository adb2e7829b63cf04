//! Builder of a rich-text tree: collapses white space as a browser does, repairs nesting, drops
//! empty nodes, and stays within limits.

use std::cmp::Ordering;

use chataibot_wire::{Node, rich_text::Numbering};

use super::has_visible_text;
use crate::normalise::{
    is_block,
    text::{is_line_end, is_shown, is_space},
};
use trim::{split_by_number, trim_end, trim_space, trim_start};

mod inline;
mod trim;

pub use inline::Inline;

/// Maximum nesting of a tree.
pub const DEEPEST: usize = 16;
/// Maximum number of characters of one text.
pub const LONGEST: usize = 16_000;
/// Maximum number of nodes of one text.
pub const MOST_NODES: usize = 2_000;

#[derive(Debug)]
enum Kind {
    Root,
    Paragraph,
    List {
        numbering: Option<Numbering>,
        items: Vec<(Option<i32>, Vec<Node>)>,
        formatting: Vec<Inline>,
    },
    /// A list item, with its number if it has one.
    Item(Option<i32>),
    /// Content of a list before its first item.
    Lead,
    Inline(Inline),
}

#[derive(Debug)]
struct Frame {
    kind: Kind,
    nodes: Vec<Node>,
}

/// The tree under construction. The open elements form a stack; the first is the root and stays.
#[derive(Debug)]
pub struct Tree {
    frames: Vec<Frame>,
    /// Whether the line so far is empty or ends with a space, so that the next space is not shown.
    ends_with_space: bool,
    /// Set when a block has ended: what follows on the same level begins a line with this
    /// formatting.
    after_block: Option<Vec<Inline>>,
    characters: usize,
    /// Number of characters that are not white space.
    shown: usize,
    nodes: usize,
    was_cut: bool,
    /// Whether text was left out without a sign of it yet.
    has_unmarked_loss: bool,
}

impl Default for Tree {
    fn default() -> Self {
        let root = Frame { kind: Kind::Root, nodes: Vec::new() };
        Self {
            frames: vec![root],
            ends_with_space: true,
            after_block: None,
            characters: 0,
            shown: 0,
            nodes: 0,
            was_cut: false,
            has_unmarked_loss: false,
        }
    }
}

impl Tree {
    pub fn text(&mut self, text: &str) {
        if matches!(self.top().kind, Kind::List { .. }) {
            if text.chars().all(is_space) {
                return;
            }
            self.enter_item_or_lead();
        }
        let mut shown = String::new();
        for character in text.chars() {
            let character = if is_space(character) { ' ' } else { character };
            if !is_shown(character) || (character == ' ' && self.ends_with_space) {
                continue;
            }
            self.ends_with_space = character == ' ';
            if !self.push_char(character, &mut shown) {
                break;
            }
        }
        self.push_text(shown);
    }

    /// Adds characters, keeping line breaks and spaces.
    pub fn verbatim(&mut self, text: &str) {
        let is_blank = text.chars().all(is_space);
        // Line breaks between blocks only lay out the source and are not shown.
        let begins = text.contains(is_line_end) && (self.after_block.is_some() || self.top().nodes.is_empty());
        if is_blank && (begins || matches!(self.top().kind, Kind::List { .. })) {
            return;
        }
        for (index, line) in text.split(is_line_end).enumerate() {
            if index > 0 {
                self.line_break();
            }
            if !line.is_empty() {
                self.enter_item_or_lead();
            }
            let mut shown = String::new();
            for character in line.chars() {
                // A tab becomes four spaces: `is_shown` would drop it as a control character.
                let times = if character == '\t' { 4 } else { 1 };
                let character = if is_space(character) { ' ' } else { character };
                if is_shown(character) && !(0..times).all(|_| self.push_char(character, &mut shown)) {
                    break;
                }
            }
            if !shown.is_empty() {
                self.ends_with_space = false;
            }
            self.push_text(shown);
        }
    }

    /// Marks the text as truncated.
    pub fn mark_truncated(&mut self) {
        if !self.was_cut {
            self.text(" …");
            self.was_cut = true;
        }
    }

    /// Returns the number of characters shown so far, without white space.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// Adds one character if there is room; the last one becomes a sign that the text went on.
    /// Returns whether there was room.
    fn push_char(&mut self, character: char, shown: &mut String) -> bool {
        match self.characters.cmp(&(LONGEST - 1)) {
            Ordering::Less => shown.push(character),
            Ordering::Equal => {
                self.was_cut = true;
                shown.push('…');
            }
            Ordering::Greater => return false,
        }
        self.characters += 1;
        self.shown += usize::from(!character.is_whitespace());
        true
    }

    fn push_text(&mut self, shown: String) {
        if shown.is_empty() {
            return;
        }
        self.begin_line();
        if let Some(Node::Text(last)) = self.top().nodes.last_mut() {
            last.push_str(&shown);
        } else if self.reserve_node() {
            self.top().nodes.push(Node::Text(shown));
        } else {
            self.has_unmarked_loss = true;
        }
    }

    pub fn line_break(&mut self) {
        if matches!(self.top().kind, Kind::List { .. }) {
            return;
        }
        self.begin_line();
        self.trim_open_line();
        self.ends_with_space = true;
        if self.reserve_node() {
            self.top().nodes.push(Node::Break);
        } else if let Some(Node::Text(last)) = self.top().nodes.last_mut() {
            // Without room for a break, the words of two lines must not become one.
            last.push(' ');
            self.has_unmarked_loss = true;
        }
    }

    /// Begins inline formatting. Returns false if it is already open.
    pub fn open_inline(&mut self, inline: Inline) -> bool {
        self.enter_item_or_lead();
        if self.is_open(&inline) {
            return false;
        }
        match &mut self.after_block {
            Some(formatting) => formatting.insert(0, inline),
            None => self.push(Kind::Inline(inline)),
        }
        true
    }

    /// Begins the line after a block that has ended.
    fn begin_line(&mut self) {
        let Some(formatting) = self.after_block.take() else { return };
        // Text directly after a block is on a line of its own; text after other inline content
        // needs a block for that.
        let is_lead = matches!(self.top().kind, Kind::Lead);
        if is_lead || !matches!(self.top().nodes.last(), None | Some(Node::Paragraph(_) | Node::List(_) | Node::Break))
        {
            self.push(Kind::Paragraph);
        }
        self.reopen(formatting);
    }

    /// Ends inline formatting. Formatting that was opened inside it and not closed continues after
    /// it.
    pub fn close_inline(&mut self, inline: &Inline) {
        self.close_inline_where(|open| open == inline);
    }

    /// Ends the open link, if there is one.
    pub fn close_link(&mut self) {
        self.close_inline_where(|open| matches!(open, Inline::Link(_)));
    }

    fn close_inline_where(&mut self, fits: impl Fn(&Inline) -> bool) {
        if !self.open_inlines().any(&fits) {
            return;
        }
        if let Some(formatting) = &mut self.after_block {
            return formatting.retain(|open| !fits(open));
        }
        let mut reopened = Vec::new();
        while let Kind::Inline(open) = &self.top().kind {
            let (found, open) = (fits(open), open.clone());
            self.pop();
            if found {
                break;
            }
            reopened.push(open);
        }
        self.reopen(reopened);
    }

    /// Begins a block. Open formatting continues inside it.
    pub fn open_paragraph(&mut self) {
        self.enter_item_or_lead();
        let formatting = self.end_line();
        self.push(Kind::Paragraph);
        self.reopen(formatting);
    }

    /// Ends a block. Open formatting continues after it.
    pub fn close_paragraph(&mut self) {
        if !matches!(self.top().kind, Kind::List { .. }) {
            self.after_block = Some(self.end_line());
        }
    }

    /// Begins a list.
    pub fn open_list(&mut self, numbering: Option<Numbering>) {
        self.enter_item_or_lead();
        // A block must not be inside inline elements, so formatting around a list continues in each
        // of its items.
        let formatting = self.end_line();
        self.push(Kind::List { numbering, items: Vec::new(), formatting });
    }

    /// Ends the innermost list.
    pub fn close_list(&mut self) {
        self.after_block = None;
        if self.frames.iter().any(|frame| matches!(frame.kind, Kind::List { .. })) {
            while !matches!(self.top().kind, Kind::List { .. }) {
                self.pop();
            }
            let formatting = self.list_formatting();
            self.pop();
            self.after_block = Some(formatting);
        } else {
            // The list was not opened because of the depth limit.
            self.close_paragraph();
        }
    }

    /// Begins an item, in a new list if there is none.
    pub fn open_item(&mut self, number: Option<i32>) {
        self.after_block = None;
        if !self.frames.iter().any(|frame| matches!(frame.kind, Kind::List { .. })) {
            self.open_list(None);
        }
        while !matches!(self.top().kind, Kind::List { .. } | Kind::Root) {
            self.pop();
        }
        // The list may not have been opened because of the depth limit; then its items become
        // lines.
        if matches!(self.top().kind, Kind::List { .. }) {
            let formatting = self.list_formatting();
            self.push(Kind::Item(number));
            self.reopen(formatting);
        }
        self.ends_with_space = true;
    }

    /// Handles content that is in a list but in none of its items, as many editors write nested
    /// lists: continues the previous item, or puts the content before the list.
    fn enter_item_or_lead(&mut self) {
        let is_full = self.frames.len() > DEEPEST;
        let Kind::List { items, formatting, .. } = &mut self.top().kind else { return };
        if is_full {
            return self.open_item(None);
        }
        let formatting = formatting.clone();
        match items.pop() {
            Some((number, nodes)) => self.frames.push(Frame { kind: Kind::Item(number), nodes }),
            None => self.push(Kind::Lead),
        }
        self.after_block = Some(formatting);
    }

    fn list_formatting(&mut self) -> Vec<Inline> {
        if let Kind::List { formatting, .. } = &self.top().kind { formatting.clone() } else { Vec::new() }
    }

    pub fn close_item(&mut self) {
        self.after_block = None;
        let mut outer =
            self.frames.iter().rev().skip_while(|one| matches!(one.kind, Kind::Paragraph | Kind::Inline(_)));
        if outer.next().is_some_and(|one| matches!(one.kind, Kind::Item(_))) {
            while !matches!(self.top().kind, Kind::List { .. }) {
                self.pop();
            }
        }
    }

    /// Returns the tree, and whether something was left out because of its size.
    pub fn finish(mut self) -> (Vec<Node>, bool) {
        while self.frames.len() > 1 {
            self.pop();
        }
        let mut nodes = self.frames.pop().map(|root| root.nodes).unwrap_or_default();
        if self.has_unmarked_loss {
            nodes.push(Node::Text("…".to_owned()));
        }
        trim_start(&mut nodes);
        trim_end(&mut nodes);
        (nodes, self.was_cut)
    }

    /// Ends the line and its paragraph, and returns the formatting that was open.
    fn end_line(&mut self) -> Vec<Inline> {
        if let Some(formatting) = self.after_block.take() {
            return formatting;
        }
        let mut formatting = Vec::new();
        while let Kind::Inline(open) = &self.top().kind {
            formatting.push(open.clone());
            self.pop();
        }
        if matches!(self.top().kind, Kind::Paragraph) {
            self.pop();
        }
        self.trim_open_line();
        self.ends_with_space = true;
        formatting
    }

    fn reopen(&mut self, formatting: Vec<Inline>) {
        for open in formatting.into_iter().rev() {
            self.push(Kind::Inline(open));
        }
    }

    pub fn is_open(&self, inline: &Inline) -> bool {
        self.open_inlines().any(|open| open == inline)
    }

    /// The formatting open on this line, innermost first.
    fn open_inlines(&self) -> impl Iterator<Item = &Inline> {
        let on_line = self.frames.iter().rev().map_while(|frame| match &frame.kind {
            Kind::Inline(open) => Some(open),
            Kind::Root | Kind::Paragraph | Kind::List { .. } | Kind::Item(_) | Kind::Lead => None,
        });
        self.after_block.iter().flatten().chain(on_line)
    }

    fn push(&mut self, kind: Kind) {
        if self.frames.len() > DEEPEST {
            self.was_cut = true;
        } else if self.reserve_node() {
            self.frames.push(Frame { kind, nodes: Vec::new() });
        }
    }

    fn pop(&mut self) {
        if self.frames.len() == 1 {
            return;
        }
        let Some(Frame { kind, mut nodes }) = self.frames.pop() else { return };
        match kind {
            Kind::Root => {}
            Kind::Lead => self.top().nodes.append(&mut nodes),
            Kind::Inline(inline) => {
                if has_visible_text(&nodes) {
                    self.top().nodes.push(inline.node(nodes));
                } else {
                    // Empty formatting is dropped, but its line breaks are kept.
                    self.top().nodes.append(&mut nodes);
                }
            }
            Kind::Paragraph => {
                trim_start(&mut nodes);
                trim_end(&mut nodes);
                self.ends_with_space = true;
                if has_visible_text(&nodes) {
                    self.top().nodes.push(Node::Paragraph(nodes));
                }
            }
            Kind::Item(number) => {
                trim_start(&mut nodes);
                trim_end(&mut nodes);
                self.ends_with_space = true;
                if let (true, Kind::List { items, .. }) = (has_visible_text(&nodes), &mut self.top().kind) {
                    items.push((number, nodes));
                }
            }
            Kind::List { numbering, mut items, .. } => {
                self.ends_with_space = true;
                if nodes.first().is_some_and(is_block) {
                    self.top().nodes.append(&mut nodes);
                }
                // Text outside items, because the depth limit refused them.
                if has_visible_text(&nodes) {
                    items.push((None, nodes));
                }
                let room = MOST_NODES.saturating_sub(self.nodes);
                let lists = split_by_number(numbering, items, room);
                self.nodes += lists.len().saturating_sub(1);
                self.top().nodes.extend(lists.into_iter().map(Node::List));
            }
        }
    }

    /// Removes the space at the end of the open line, in whichever element it is; it would not be
    /// shown.
    fn trim_open_line(&mut self) {
        for frame in self.frames.iter_mut().rev() {
            trim_space(&mut frame.nodes);
            if !frame.nodes.is_empty() || !matches!(frame.kind, Kind::Inline(_)) {
                break;
            }
        }
    }

    fn reserve_node(&mut self) -> bool {
        self.nodes += 1;
        // One node is reserved for the sign that there was more.
        self.was_cut |= self.nodes >= MOST_NODES;
        self.nodes < MOST_NODES
    }

    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the root is never popped before the end")
    }
}
