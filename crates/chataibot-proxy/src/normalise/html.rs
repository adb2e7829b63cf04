//! The platform's HTML to a [`RichText`] tree, by an allow-list.
//!
//! - [`parse`]: elements, as a browser's own parser makes them (html5ever)
//! - [`walk`]: what each element means; what is not on the list leaves its words or nothing behind
//! - [`tree`]: the tree; blocks never stand inside inline elements
//! - [`addresses`]: addresses in the words become links
//!
//! No attribute but a checked `href` survives. Nothing is ever written back as HTML.

use chataibot_wire::{Node, RichText};

use super::{Diagnostic, addresses, children};
use style::Spaces;
use tree::Tree;
use walk::Walk;

mod math;
mod media;
mod parse;
mod style;
mod tags;
mod tree;
mod walk;

pub use tree::{DEEPEST, MOST_NODES};

/// Most bytes read of one text; the platform's editor allows 1000 characters (DOC).
const LONGEST_INPUT: usize = 64 * 1024;

/// A formatted text of the platform.
pub fn rich(html: &str, diagnostics: &mut Vec<Diagnostic>) -> RichText {
    read(html, diagnostics).text
}

/// A text, and whether there was something in it that is no text.
pub(super) struct Read {
    pub text: RichText,
    /// A picture, player or frame, perhaps without words or an address that may be shown.
    pub has_media: bool,
}

pub(super) fn read(html: &str, diagnostics: &mut Vec<Diagnostic>) -> Read {
    let input = &html[..html.floor_char_boundary(LONGEST_INPUT)];
    let is_too_long = input.len() < html.len();
    let input = with_plain_addresses(input);
    // Without any tag it is plain text, and its lines mean something.
    let has_tags =
        input.split('<').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)));
    let document = parse::parse(&input);
    let mut tree = Tree::default();
    let mut walk = Walk::new(&document, &mut tree);
    walk.all(if has_tags { Spaces::Collapsed } else { Spaces::Lines });
    let Walk { links_dropped, wordless, has_media, .. } = walk;
    if tree.shown() == 0 {
        // Pictures alone: their files' names are all there is to say.
        for (address, words) in wordless {
            tree.open_paragraph();
            tree.open_inline(tree::Inline::Link(address));
            tree.text(&words);
            tree.close_paragraph();
            tree.close_link();
        }
    }
    if is_too_long || document.was_cut {
        tree.go_on_elsewhere();
    }
    diagnostics.extend(std::iter::repeat_n(Diagnostic::LinkDropped, links_dropped));
    let (nodes, was_cut) = tree.finish();
    if was_cut {
        diagnostics.push(Diagnostic::Cut);
    }
    Read { text: RichText(addresses::linked(nodes, MOST_NODES, DEEPEST)), has_media }
}

/// A formatted text, where nobody wants to know what was left out.
pub fn to_rich_text(html: &str) -> RichText {
    rich(html, &mut Vec::new())
}

/// The words alone, on one line, at most `most` characters: for labels.
pub fn label(html: &str, most: usize, diagnostics: &mut Vec<Diagnostic>) -> String {
    super::text::line(&rich(html, diagnostics).to_plain(), most)
}

/// A text that is no HTML. Its lines stay lines.
pub fn plain(text: &str) -> RichText {
    let mut tree = Tree::default();
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            tree.line_break();
        }
        tree.text(line);
    }
    RichText(addresses::linked(tree.finish().0, MOST_NODES, DEEPEST))
}

/// Addresses in angle brackets, as people write them (`<ada@a.example>`, `<https://a.example/>`), are no tags.
fn with_plain_addresses(input: &str) -> String {
    let mut out = String::with_capacity(input.len());
    let mut rest = input;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let inside = tag[1..].split(['<', '>']).next().unwrap_or_default();
        let is_closed = tag[1 + inside.len()..].starts_with('>');
        let starts = |start: &str| inside.get(..start.len()).is_some_and(|inside| inside.eq_ignore_ascii_case(start));
        let is_mail = inside.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && host.contains('.') && inside.starts_with(|c: char| c.is_alphanumeric())
        });
        let is_address = ["https://", "http://", "mailto:", "tel:"].into_iter().any(starts) || is_mail;
        let is_address =
            is_address && is_closed && !inside.contains(|c: char| c.is_whitespace() || "\"'=".contains(c) && is_mail);
        out.push_str(if is_address { "&lt;" } else { "<" });
        rest = &tag[1..];
    }
    out.push_str(rest);
    out
}

/// Anything in the list that shows at all?
pub(super) fn shows(nodes: &[Node]) -> bool {
    let shows_itself = |node: &Node| matches!(node, Node::Text(text) if !text.is_empty());
    nodes.iter().any(|node| shows_itself(node) || children(node).into_iter().any(shows))
}
