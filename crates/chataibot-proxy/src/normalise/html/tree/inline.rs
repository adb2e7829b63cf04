//! Inline formatting of the rich-text tree.

use chataibot_wire::{
    Node,
    rich_text::{Link, Shift},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Bold,
    Italic,
    Underline,
    Strike,
    Code,
    /// Superscript.
    Raised,
    /// Subscript.
    Lowered,
    /// A link to a checked address.
    Link(String),
}

impl Inline {
    /// Returns the formatting that an element means. Links are not included because they need their
    /// address.
    pub fn of(element: &str) -> Option<Self> {
        match element {
            "b" | "strong" | "mark" => Some(Self::Bold),
            "i" | "em" | "cite" | "dfn" | "var" => Some(Self::Italic),
            "u" | "ins" => Some(Self::Underline),
            "s" | "strike" | "del" => Some(Self::Strike),
            "code" | "kbd" | "samp" | "tt" => Some(Self::Code),
            "sup" => Some(Self::Raised),
            "sub" => Some(Self::Lowered),
            _ => None,
        }
    }

    /// Returns the sign to write instead of formatting that is already open, such as a superscript
    /// inside a superscript.
    pub fn sign(&self) -> Option<&'static str> {
        match self {
            Self::Raised => Some("^"),
            Self::Lowered => Some("_"),
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
            Self::Raised => Node::Link(Link { href: String::new(), children, shift: Some(Shift::Sup) }),
            Self::Lowered => Node::Link(Link { href: String::new(), children, shift: Some(Shift::Sub) }),
            Self::Link(href) => Node::Link(Link::to(href, children)),
        }
    }
}
