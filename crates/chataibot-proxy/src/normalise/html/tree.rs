//! Builder of a rich-text tree within limits: collapses white space, repairs nesting, drops blanks.

use chataibot_wire::{Node, rich_text::Numbering};

use super::has_visible_text;
use crate::normalise::is_block;
use crate::normalise::text::{is_line_end, is_shown, is_space};
use trim::{split_by_number, trim, trim_space};

mod inline;
mod trim;

pub use inline::Inline;

/// Maximum nesting of a tree.
pub const DEEPEST: usize = 16;
/// Maximum number of characters of one text.
pub const LONGEST: usize = 16_000;
/// Maximum number of nodes of one text.
pub const MOST_NODES: usize = 2_000;

#[derive(Debug, Default)]
enum Kind {
    #[default]
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

#[derive(Debug, Default)]
struct Frame {
    kind: Kind,
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
pub struct Tree {
    root: Frame,
    /// The open elements, innermost last.
    frames: Vec<Frame>,
    /// Whether the line so far ends with something other than a space.
    shows_space: bool,
    /// Set when a block has ended: what follows begins a line with this formatting.
    after_block: Option<Vec<Inline>>,
    characters: usize,
    /// Number of characters that are not white space.
    shown: usize,
    nodes: usize,
    was_cut: bool,
    /// Whether text was left out without a sign of it yet.
    has_unmarked_loss: bool,
    /// Set when there was no room for a block: the words of two blocks must not become one.
    lacks_block: bool,
}

impl Tree {
    pub fn text(&mut self, text: &str) {
        if self.is_in_list() {
            if text.chars().all(is_space) {
                return;
            }
            self.enter_item_or_lead();
        }
        let mut shows_space = self.shows_space;
        self.push_text(shown_characters(text).filter(|c| {
            let is_shown = *c != ' ' || shows_space;
            shows_space = *c != ' ';
            is_shown
        }));
        self.shows_space = shows_space;
    }

    /// Adds characters, keeping line breaks and spaces.
    pub fn verbatim(&mut self, text: &str) {
        let is_blank = text.chars().all(is_space);
        // Line breaks between blocks only lay out the source and are not shown.
        let begins = text.contains(is_line_end) && (self.after_block.is_some() || self.top().nodes.is_empty());
        if is_blank && (begins || self.is_in_list()) {
            return;
        }
        for (index, line) in text.split(is_line_end).enumerate() {
            if index > 0 {
                self.line_break();
            }
            if !line.is_empty() {
                self.enter_item_or_lead();
            }
            self.push_text(shown_characters(&line.replace('\t', "    ")));
        }
    }

    pub fn mark_truncated(&mut self) {
        if !self.was_cut {
            self.text(" …");
            self.was_cut = true;
        }
    }

    pub fn shown(&self) -> usize {
        self.shown
    }

    /// Adds characters as far as there is room; the last one becomes a sign that the text went on.
    fn push_text(&mut self, characters: impl Iterator<Item = char>) {
        let mut text: String = characters.take(LONGEST - self.characters).collect();
        if text.is_empty() {
            return;
        }
        self.shows_space = true;
        self.characters += text.chars().count();
        self.shown += text.chars().filter(|c| !c.is_whitespace()).count();
        if self.characters == LONGEST {
            self.was_cut = true;
            text.pop();
            text.push('…');
        }
        self.begin_line();
        let lacks_block = std::mem::take(&mut self.lacks_block);
        if let Some(Node::Text(last)) = self.top().nodes.last_mut() {
            if lacks_block && !last.ends_with(' ') {
                last.push(' ');
            }
            last.push_str(&text);
        } else if self.reserve_node() {
            self.top().nodes.push(Node::Text(text));
        } else {
            self.has_unmarked_loss = true;
        }
    }

    pub fn line_break(&mut self) {
        if self.is_in_list() {
            return;
        }
        self.begin_line();
        self.trim_open_line();
        self.shows_space = false;
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
        // Directly after a block there is a new line; after other inline content it takes a block.
        let is_lead = matches!(self.top().kind, Kind::Lead);
        if is_lead || !matches!(self.top().nodes.last(), None | Some(Node::Paragraph(_) | Node::List(_) | Node::Break))
        {
            self.push(Kind::Paragraph);
        }
        self.reopen(formatting);
    }

    pub fn link(&mut self, address: String, words: &str) {
        self.open_inline(Inline::Link(address));
        self.text(words);
        self.close_link();
    }

    /// Ends inline formatting. What was opened inside it and not closed continues after it.
    pub fn close_inline(&mut self, inline: &Inline) {
        self.close_inline_where(|open| open == inline);
    }

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
        if !self.is_in_list() {
            self.after_block = Some(self.end_line());
        }
    }

    pub fn open_list(&mut self, numbering: Option<Numbering>) {
        self.enter_item_or_lead();
        // No block is inside inline elements: formatting around a list continues in each item.
        let formatting = self.end_line();
        self.push(Kind::List { numbering, items: Vec::new(), formatting });
    }

    pub fn close_list(&mut self) {
        self.after_block = None;
        if !self.has_list() {
            // The list was not opened because of the depth limit.
            return self.close_paragraph();
        }
        let formatting = self.pop_to_list();
        self.pop();
        self.after_block = formatting;
    }

    /// Begins an item, in a new list if there is none.
    pub fn open_item(&mut self, number: Option<i32>) {
        self.after_block = None;
        if !self.has_list() {
            self.open_list(None);
        }
        // If the depth limit kept the list from being opened, its items become lines.
        if let Some(formatting) = self.pop_to_list() {
            self.push(Kind::Item(number));
            self.reopen(formatting);
        }
        self.shows_space = false;
    }

    /// Handles content that is in a list but in none of its items, as many editors write nested
    /// lists: continues the previous item, or puts the content before the list.
    fn enter_item_or_lead(&mut self) {
        let is_full = self.frames.len() >= DEEPEST;
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

    pub fn close_item(&mut self) {
        self.after_block = None;
        let mut outer = self.frames.iter().rev().map(|frame| &frame.kind);
        let item = outer.find(|kind| !matches!(kind, Kind::Paragraph | Kind::Inline(_)));
        if matches!(item, Some(Kind::Item(_))) {
            self.pop_to_list();
        }
    }

    /// Returns the tree, and whether something was left out because of its size.
    pub fn finish(mut self) -> (Vec<Node>, bool) {
        while !self.frames.is_empty() {
            self.pop();
        }
        let mut nodes = self.root.nodes;
        if self.has_unmarked_loss {
            nodes.push(Node::Text("…".to_owned()));
        }
        trim(&mut nodes);
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
        self.shows_space = false;
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
        let frames = self.frames.iter().rev();
        let on_line = frames.map_while(|frame| if let Kind::Inline(open) = &frame.kind { Some(open) } else { None });
        self.after_block.iter().flatten().chain(on_line)
    }

    fn push(&mut self, kind: Kind) {
        if self.frames.len() >= DEEPEST {
            self.was_cut = true;
        } else if self.reserve_node() {
            self.frames.push(Frame { kind, nodes: Vec::new() });
        } else {
            self.lacks_block |= !matches!(kind, Kind::Inline(_));
        }
    }

    fn pop(&mut self) {
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
            Kind::Paragraph | Kind::Item(_) => {
                trim(&mut nodes);
                self.shows_space = false;
                if !has_visible_text(&nodes) {
                    return;
                }
                match (kind, &mut self.top().kind) {
                    (Kind::Item(number), Kind::List { items, .. }) => items.push((number, nodes)),
                    _ => self.top().nodes.push(Node::Paragraph(nodes)),
                }
            }
            Kind::List { numbering, mut items, .. } => {
                self.shows_space = false;
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

    /// Ends what is open inside the innermost list, and returns the list's formatting.
    fn pop_to_list(&mut self) -> Option<Vec<Inline>> {
        loop {
            match &self.top().kind {
                Kind::List { formatting, .. } => return Some(formatting.clone()),
                Kind::Root => return None,
                Kind::Paragraph | Kind::Item(_) | Kind::Lead | Kind::Inline(_) => self.pop(),
            }
        }
    }

    fn has_list(&self) -> bool {
        self.frames.iter().any(|frame| matches!(frame.kind, Kind::List { .. }))
    }

    /// Whether the innermost open element is a list, with no item open in it.
    fn is_in_list(&mut self) -> bool {
        matches!(self.top().kind, Kind::List { .. })
    }

    /// Removes the space at the end of the open line, in whichever element it is.
    fn trim_open_line(&mut self) {
        for frame in self.frames.iter_mut().rev().chain([&mut self.root]) {
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
        self.frames.last_mut().unwrap_or(&mut self.root)
    }
}

/// The characters of a text that may be shown, each white space as a space.
fn shown_characters(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if is_space(c) { ' ' } else { c }).filter(|c| is_shown(*c))
}
