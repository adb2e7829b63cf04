//! Formatted text as a tree. The proxy makes it from the platform's HTML with an allow-list; the widget makes elements of it.

use serde::{Deserialize, Serialize};

use crate::text;

/// A formatted text: what stands in one bubble.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct RichText(pub Vec<Node>);

/// One piece of a formatted text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// Plain characters.
    Text(String),
    /// A line break.
    Break,
    /// Strong.
    Bold(Vec<Node>),
    /// Emphasis.
    Italic(Vec<Node>),
    /// Underlined.
    Underline(Vec<Node>),
    /// Struck through.
    Strike(Vec<Node>),
    /// Code, inline.
    Code(Vec<Node>),
    /// A block of its own.
    Paragraph(Vec<Node>),
    /// A list.
    List(List),
    /// A link.
    Link(Link),
}

/// A list inside a formatted text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct List {
    /// Numbered?
    pub ordered: bool,
    /// The items, each a sequence of nodes.
    pub items: Vec<Vec<Node>>,
}

/// A link inside a formatted text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Link {
    /// Absolute; the scheme is `https`, `http`, `mailto` or `tel`.
    pub href: String,
    /// What is shown.
    pub children: Vec<Node>,
}

impl RichText {
    /// A text without any formatting.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Node::Text(text.into())])
    }

    /// Nothing that shows?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        text::is_blank(&self.to_plain())
    }

    /// The words alone, blocks and items on lines of their own: for announcements, previews and transcripts.
    #[must_use]
    pub fn to_plain(&self) -> String {
        let mut out = String::new();
        write_plain(&self.0, &mut out);
        out.truncate(out.trim_end().len());
        out
    }
}

fn write_plain(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Break => out.push('\n'),
            Node::Bold(children)
            | Node::Italic(children)
            | Node::Underline(children)
            | Node::Strike(children)
            | Node::Code(children) => write_plain(children, out),
            Node::Link(link) => write_plain(&link.children, out),
            Node::Paragraph(children) => {
                start_line(out);
                write_plain(children, out);
                out.push('\n');
            }
            Node::List(list) => {
                for item in &list.items {
                    start_line(out);
                    write_plain(item, out);
                }
                out.push('\n');
            }
        }
    }
}

fn start_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}
