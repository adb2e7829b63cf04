//! The platform's HTML to a [`RichText`] tree, by an allow-list.
//!
//! - [`as_written`]: what was meant as text, and not as markup
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

mod as_written;
mod math;
mod media;
mod parse;
mod style;
mod symbols;
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
    let input = as_written::guarded(input);
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

/// A text that is no HTML: to the letter.
pub fn plain(text: &str) -> RichText {
    let mut tree = Tree::default();
    tree.verbatim(text);
    RichText(addresses::linked(tree.finish().0, MOST_NODES, DEEPEST))
}

/// Anything in the list that shows at all?
pub(super) fn shows(nodes: &[Node]) -> bool {
    let shows_itself = |node: &Node| matches!(node, Node::Text(text) if !text.is_empty());
    nodes.iter().any(|node| shows_itself(node) || children(node).into_iter().any(shows))
}
