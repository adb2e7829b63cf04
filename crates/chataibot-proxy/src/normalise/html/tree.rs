//! Builds the tree of a formatted text: white space as a browser collapses it, mended nesting, nothing empty, all within bounds.

use chataibot_wire::{
    Node,
    rich_text::{Link, List},
};

use super::shows;
use crate::normalise::text::{is_shown, is_space};

/// Deepest nesting of a tree.
pub const DEEPEST: usize = 16;
/// Most characters of one text.
pub const LONGEST: usize = 16_000;
/// Most nodes of one text.
pub const MOST_NODES: usize = 2_000;

/// What formats a stretch of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Strong.
    Bold,
    /// Emphasis.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strike,
    /// Code.
    Code,
    /// A link to a checked address.
    Link(String),
}

impl Inline {
    /// The formatting an element stands for. Links are not here: they need their address.
    pub fn of(element: &str) -> Option<Self> {
        match element {
            "b" | "strong" => Some(Self::Bold),
            "i" | "em" | "cite" | "dfn" | "var" => Some(Self::Italic),
            "u" | "ins" => Some(Self::Underline),
            "s" | "strike" | "del" => Some(Self::Strike),
            "code" | "kbd" | "samp" | "tt" => Some(Self::Code),
            _ => None,
        }
    }

    fn node(self, children: Vec<Node>) -> Node {
        match self {
            Self::Bold => Node::Bold(children),
            Self::Italic => Node::Italic(children),
            Self::Underline => Node::Underline(children),
            Self::Strike => Node::Strike(children),
            Self::Code => Node::Code(children),
            Self::Link(href) => Node::Link(Link { href, children }),
        }
    }
}

#[derive(Debug)]
enum Kind {
    Root,
    Paragraph,
    List { ordered: bool, items: Vec<Vec<Node>> },
    Item,
    Inline(Inline),
}

#[derive(Debug)]
struct Frame {
    kind: Kind,
    nodes: Vec<Node>,
}

/// A tree in the making. The open elements are a stack; the first is the root and stays.
#[derive(Debug)]
pub struct Tree {
    frames: Vec<Frame>,
    /// The line so far ends with a space, or there is no line yet: the next space is not shown.
    spaced: bool,
    characters: usize,
    nodes: usize,
    was_cut: bool,
}

impl Default for Tree {
    fn default() -> Self {
        let root = Frame { kind: Kind::Root, nodes: Vec::new() };
        Self { frames: vec![root], spaced: true, characters: 0, nodes: 0, was_cut: false }
    }
}

impl Tree {
    /// Adds characters.
    pub fn text(&mut self, text: &str) {
        if matches!(self.top().kind, Kind::List { .. }) {
            if text.chars().all(is_space) {
                return;
            }
            self.open_item();
        }
        let mut shown = String::new();
        for character in text.chars() {
            let character = if is_space(character) { ' ' } else { character };
            if !is_shown(character) || (character == ' ' && self.spaced) {
                continue;
            }
            if self.characters == LONGEST {
                self.was_cut = true;
                break;
            }
            self.spaced = character == ' ';
            self.characters += 1;
            shown.push(character);
        }
        if shown.is_empty() {
            return;
        }
        if let Some(Node::Text(last)) = self.top().nodes.last_mut() {
            last.push_str(&shown);
        } else if self.may_grow() {
            self.top().nodes.push(Node::Text(shown));
        }
    }

    /// Ends a line.
    pub fn line_break(&mut self) {
        if matches!(self.top().kind, Kind::List { .. }) {
            return;
        }
        self.trim_open_line();
        self.spaced = true;
        if self.may_grow() {
            self.top().nodes.push(Node::Break);
        }
    }

    /// Begins a formatted stretch.
    pub fn open_inline(&mut self, inline: Inline) {
        if matches!(self.top().kind, Kind::List { .. }) {
            self.open_item();
        }
        if self.is_open(&inline) {
            return;
        }
        self.push(Kind::Inline(inline));
    }

    /// Ends a formatted stretch. What was opened inside it and not closed goes on after it.
    pub fn close_inline(&mut self, inline: &Inline) {
        if self.is_open(inline) {
            self.close_inline_where(|open| open == inline);
        }
    }

    /// Ends the open link, if there is one.
    pub fn close_link(&mut self) {
        if self.open_inlines().any(|open| matches!(open, Inline::Link(_))) {
            self.close_inline_where(|open| matches!(open, Inline::Link(_)));
        }
    }

    fn close_inline_where(&mut self, fits: impl Fn(&Inline) -> bool) {
        let mut reopened = Vec::new();
        while let Kind::Inline(open) = &self.top().kind {
            let (found, open) = (fits(open), open.clone());
            self.pop();
            if found {
                break;
            }
            reopened.push(open);
        }
        for open in reopened.into_iter().rev() {
            self.push(Kind::Inline(open));
        }
    }

    /// Begins a block. Formatting that is open goes on inside it.
    pub fn open_paragraph(&mut self) {
        if matches!(self.top().kind, Kind::List { .. }) {
            self.open_item();
        }
        let formatting = self.end_line();
        self.push(Kind::Paragraph);
        self.reopen(formatting);
    }

    /// Ends a block. Formatting that is open goes on after it.
    pub fn close_paragraph(&mut self) {
        if self.frames.iter().rev().any(|frame| matches!(frame.kind, Kind::Paragraph)) {
            let formatting = self.end_line();
            self.reopen(formatting);
        }
    }

    /// Begins a list.
    pub fn open_list(&mut self, ordered: bool) {
        if matches!(self.top().kind, Kind::List { .. }) {
            self.open_item();
        }
        // Formatting around a whole list is rare, and a block inside inline elements helps nobody: it ends here.
        drop(self.end_line());
        self.push(Kind::List { ordered, items: Vec::new() });
    }

    /// Ends the innermost list.
    pub fn close_list(&mut self) {
        if self.frames.iter().any(|frame| matches!(frame.kind, Kind::List { .. })) {
            while !matches!(self.top().kind, Kind::List { .. }) {
                self.pop();
            }
            self.pop();
        }
    }

    /// Begins an item, in a new list if there is none.
    pub fn open_item(&mut self) {
        if !self.frames.iter().any(|frame| matches!(frame.kind, Kind::List { .. })) {
            self.open_list(false);
        }
        while !matches!(self.top().kind, Kind::List { .. } | Kind::Root) {
            self.pop();
        }
        // The depth may have refused the list; then the words of its items stand on lines of their own.
        if matches!(self.top().kind, Kind::List { .. }) {
            self.push(Kind::Item);
        }
        self.spaced = true;
    }

    /// Ends an item.
    pub fn close_item(&mut self) {
        let in_item = self.frames.iter().rev().find_map(|frame| match frame.kind {
            Kind::Item => Some(true),
            Kind::List { .. } | Kind::Root => Some(false),
            Kind::Paragraph | Kind::Inline(_) => None,
        });
        if in_item == Some(true) {
            while !matches!(self.top().kind, Kind::List { .. }) {
                self.pop();
            }
        }
    }

    /// The tree, and whether something was left out for its size.
    pub fn finish(mut self) -> (Vec<Node>, bool) {
        while self.frames.len() > 1 {
            self.pop();
        }
        let mut nodes = self.frames.pop().map(|root| root.nodes).unwrap_or_default();
        trim_start(&mut nodes);
        trim_end(&mut nodes);
        (nodes, self.was_cut)
    }

    /// Ends the line and the paragraph it stands in, and gives the formatting that was open.
    fn end_line(&mut self) -> Vec<Inline> {
        let mut formatting = Vec::new();
        loop {
            match &self.top().kind {
                Kind::Inline(open) => {
                    formatting.push(open.clone());
                    self.pop();
                }
                Kind::Paragraph => {
                    self.pop();
                    break;
                }
                Kind::Root | Kind::Item | Kind::List { .. } => break,
            }
        }
        self.trim_open_line();
        self.spaced = true;
        formatting
    }

    fn reopen(&mut self, formatting: Vec<Inline>) {
        for open in formatting.into_iter().rev() {
            self.push(Kind::Inline(open));
        }
    }

    fn is_open(&self, inline: &Inline) -> bool {
        self.open_inlines().any(|open| open == inline)
    }

    /// The formatting open on this line, innermost first.
    fn open_inlines(&self) -> impl Iterator<Item = &Inline> {
        self.frames.iter().rev().map_while(|frame| match &frame.kind {
            Kind::Inline(open) => Some(open),
            Kind::Root | Kind::Paragraph | Kind::List { .. } | Kind::Item => None,
        })
    }

    fn push(&mut self, kind: Kind) {
        if self.frames.len() > DEEPEST {
            self.was_cut = true;
        } else if self.may_grow() {
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
            Kind::Inline(inline) => {
                if shows(&nodes) {
                    self.top().nodes.push(inline.node(nodes));
                } else {
                    // Empty formatting goes; line breaks in it stay.
                    self.top().nodes.append(&mut nodes);
                }
            }
            Kind::Paragraph => {
                trim_start(&mut nodes);
                trim_end(&mut nodes);
                self.spaced = true;
                if shows(&nodes) {
                    self.top().nodes.push(Node::Paragraph(nodes));
                }
            }
            Kind::Item => {
                trim_start(&mut nodes);
                trim_end(&mut nodes);
                self.spaced = true;
                if let (true, Kind::List { items, .. }) = (shows(&nodes), &mut self.top().kind) {
                    items.push(nodes);
                }
            }
            Kind::List { ordered, mut items } => {
                self.spaced = true;
                // Words that found no place in an item, because the depth refused one.
                if shows(&nodes) {
                    items.push(nodes);
                }
                if !items.is_empty() {
                    self.top().nodes.push(Node::List(List { ordered, items }));
                }
            }
        }
    }

    /// A space at the end of a line is not shown, in whichever element it stands.
    fn trim_open_line(&mut self) {
        for frame in self.frames.iter_mut().rev() {
            trim_space(&mut frame.nodes);
            if !frame.nodes.is_empty() || !matches!(frame.kind, Kind::Inline(_)) {
                break;
            }
        }
    }

    fn may_grow(&mut self) -> bool {
        self.nodes += 1;
        self.was_cut |= self.nodes > MOST_NODES;
        self.nodes <= MOST_NODES
    }

    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the root is never popped before the end")
    }
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

/// Takes a space off the end of a line.
fn trim_space(nodes: &mut Vec<Node>) {
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

/// Takes spaces and line breaks off the end of a block.
fn trim_end(nodes: &mut Vec<Node>) {
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

/// Takes line breaks off the start of a block. Spaces never get there.
fn trim_start(nodes: &mut Vec<Node>) {
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
