//! Converter from the platform's HTML to a [`RichText`] tree, by an allow-list.
//!
//! - [`as_written`]: escapes what was meant as text and not as markup
//! - [`parse`]: parses elements by a browser's rules (html5ever)
//! - [`walk`]: interprets each element; of elements that are not on the list, only the text
//!   remains, or nothing
//! - [`tree`]: builds the tree; blocks are never inside inline elements
//! - [`addresses`]: turns addresses in the text into links
//!
//! No attribute but a checked `href` survives. Nothing is ever written back as HTML.

use std::borrow::Cow;

use chataibot_wire::{Node, RichText};

use super::{Diagnostic, addresses, children};
use style::Spaces;
use tree::Tree;
use walk::{Found, walk};

mod as_written;
mod media;
mod parse;
mod style;
mod symbols;
mod tags;
mod tree;
mod walk;

pub use tree::{DEEPEST, MOST_NODES};

/// Maximum input size in bytes; the platform's editor allows 1000 characters (DOC).
const LONGEST_INPUT: usize = 64 * 1024;

/// What precedes the data in a `data:` address.
const BASE64: &str = ";base64,";

/// Converts a formatted text of the platform.
pub fn rich(html: &str, diagnostics: &mut Vec<Diagnostic>) -> RichText {
    convert(html, diagnostics).0
}

/// Returns the text, and whether there was an image, player or frame, perhaps without an address.
pub(super) fn convert(html: &str, diagnostics: &mut Vec<Diagnostic>) -> (RichText, bool) {
    let html = without_long_data(html);
    let input = &html[..html.floor_char_boundary(LONGEST_INPUT)];
    let is_too_long = input.len() < html.len();
    let input = as_written::escape_literal_text(input);
    // Without tags it is plain text, whose line breaks are kept.
    let has_tags =
        input.split('<').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)));
    let document = parse::parse(&input);
    let mut tree = Tree::default();
    let mut found = Found::default();
    walk(&document, &mut tree, &mut found, if has_tags { Spaces::Collapsed } else { Spaces::Kept }, false);
    let Found { links_dropped, unlabelled_images, has_media } = found;
    if tree.shown() == 0 {
        // There are only images: their file names are all that can be shown.
        for address in unlabelled_images {
            let words = media::file_name_of(&address);
            tree.open_paragraph();
            tree.link(address, &words);
            tree.close_paragraph();
        }
    }
    if is_too_long || document.was_cut {
        tree.mark_truncated();
    }
    diagnostics.extend(std::iter::repeat_n(Diagnostic::LinkDropped, links_dropped));
    let (nodes, was_cut) = tree.finish();
    if was_cut {
        diagnostics.push(Diagnostic::Cut);
    }
    (RichText(addresses::link_addresses(nodes, MOST_NODES, DEEPEST)), has_media)
}

/// Removes the data of `data:` addresses from a text that is too long: none is allowed, and what
/// follows a picture would be cut for it.
fn without_long_data(html: &str) -> Cow<'_, str> {
    if html.len() <= LONGEST_INPUT {
        return Cow::Borrowed(html);
    }
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=%\r\n".contains(c);
    let mut kept = String::with_capacity(html.len());
    for (at, part) in html.split(BASE64).enumerate() {
        if at > 0 {
            kept.push_str(BASE64);
        }
        kept.push_str(if at > 0 { part.trim_start_matches(is_base64) } else { part });
    }
    Cow::Owned(kept)
}

/// Converts a formatted text without reporting what was left out.
pub fn to_rich_text(html: &str) -> RichText {
    rich(html, &mut Vec::new())
}

/// Converts HTML to one line of plain text of at most `most` characters, for labels.
pub fn label(html: &str, most: usize, diagnostics: &mut Vec<Diagnostic>) -> String {
    super::text::line(&rich(html, diagnostics).to_plain(), most)
}

/// Converts plain text that is not HTML, verbatim.
pub fn plain(text: &str) -> RichText {
    let mut tree = Tree::default();
    tree.verbatim(text);
    RichText(addresses::link_addresses(tree.finish().0, MOST_NODES, DEEPEST))
}

/// Whether any of the nodes shows text.
pub(super) fn has_visible_text(nodes: &[Node]) -> bool {
    let shows_itself = |node: &Node| matches!(node, Node::Text(text) if !text.is_empty());
    nodes.iter().any(|node| shows_itself(node) || children(node).into_iter().any(has_visible_text))
}
