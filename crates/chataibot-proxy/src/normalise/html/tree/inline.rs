//! Inline formatting of the rich-text tree.

use chataibot_wire::Node;
use chataibot_wire::rich_text::{Link, Shift};

use crate::normalise::html::tags;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Bold,
    Italic,
    Underline,
    Strike,
    Code,
    Shift(Shift),
    /// A link to a checked address.
    Link(String),
}

impl Inline {
    /// Returns the formatting that an element means. Links are not included: they need an address.
    pub fn of(element: &str) -> Option<Self> {
        match element {
            "b" | "strong" | "mark" | "th" | "dt" => Some(Self::Bold),
            "i" | "em" | "cite" | "dfn" | "var" => Some(Self::Italic),
            "u" | "ins" => Some(Self::Underline),
            "s" | "strike" | "del" => Some(Self::Strike),
            "code" | "kbd" | "samp" | "tt" => Some(Self::Code),
            "sup" => Some(Self::Shift(Shift::Sup)),
            "sub" => Some(Self::Shift(Shift::Sub)),
            _ if tags::HEADINGS.contains(element) => Some(Self::Bold),
            _ if tags::PREFORMATTED.contains(element) => Some(Self::Code),
            _ => None,
        }
    }

    /// Returns the sign for formatting that is already open: a superscript in a superscript.
    pub fn sign(&self) -> Option<&'static str> {
        match self {
            Self::Shift(Shift::Sup) => Some("^"),
            Self::Shift(Shift::Sub) => Some("_"),
            Self::Bold | Self::Italic | Self::Underline | Self::Strike | Self::Code | Self::Link(_) => None,
        }
    }

    pub(super) fn node(self, children: Vec<Node>) -> Node {
        match self {
            Self::Bold => Node::Bold(children),
            Self::Italic => Node::Italic(children),
            Self::Underline => Node::Underline(children),
            Self::Strike => Node::Strike(children),
            Self::Code => Node::Code(children),
            Self::Shift(shift) => Node::Link(Link { href: String::new(), children, shift: Some(shift) }),
            Self::Link(href) => Node::Link(Link::to(href, children)),
        }
    }
}
