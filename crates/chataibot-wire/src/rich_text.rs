//! Formatted text as a tree. The proxy parses it from the platform's HTML with an allow-list; the
//! widget renders it as elements.

use serde::{Deserialize, Serialize};

use crate::text;

/// A formatted text: the content of one bubble.
///
/// ```
/// use chataibot_wire::RichText;
///
/// let text: RichText = serde_json::from_str(r#"[{"text":"Hi "},{"bold":[{"text":"there"}]}]"#)?;
/// assert_eq!(text.to_plain(), "Hi there");
/// assert!(RichText::plain(" \u{200b}").is_empty(), "nothing of it shows");
/// # Ok::<(), serde_json::Error>(())
/// ```
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
    /// A paragraph.
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
    /// Whether the list is numbered.
    pub ordered: bool,
    /// The items, each a sequence of nodes.
    pub items: Vec<Vec<Node>>,
    /// The number of the first item, if it is not 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<i32>,
    /// Whether the numbers count down.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reversed: bool,
    /// How its numbers are written.
    #[serde(default, skip_serializing_if = "Numbering::is_usual")]
    pub numbering: Numbering,
}

/// How the numbers of an ordered [`List`] are written; on the wire as in HTML.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Numbering {
    /// 1, 2, 3.
    #[default]
    #[serde(rename = "1")]
    Numbers,
    /// a, b, c.
    #[serde(rename = "a")]
    Letters,
    /// A, B, C.
    #[serde(rename = "A")]
    CapitalLetters,
    /// i, ii, iii.
    #[serde(rename = "i")]
    Roman,
    /// I, II, III.
    #[serde(rename = "I")]
    CapitalRoman,
}

/// An inline span: a link, superscript or subscript text, or both.
///
/// One type for both, so that a reader of an earlier version, which knows neither `shift` nor
/// relative addresses, still shows the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Link {
    /// Absolute with the scheme `https`, `http`, `mailto` or `tel`; or within the host page's own
    /// site: a path from its root (`/orders/7`), a query or a fragment. Empty if the span is no
    /// link.
    pub href: String,
    /// What is shown.
    pub children: Vec<Node>,
    /// Superscript or subscript, if either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
}

/// The position of text that is not on the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// Superscript: an exponent, the cents of a price.
    Sup,
    /// Subscript: an index.
    Sub,
}

impl Numbering {
    /// Returns the value of the `type` attribute in HTML; `None` for the default.
    pub const fn mark(self) -> Option<&'static str> {
        match self {
            Self::Numbers => None,
            Self::Letters => Some("a"),
            Self::CapitalLetters => Some("A"),
            Self::Roman => Some("i"),
            Self::CapitalRoman => Some("I"),
        }
    }

    fn is_usual(&self) -> bool {
        *self == Self::Numbers
    }
}

impl Link {
    /// Creates a link to an address.
    pub fn to(href: String, children: Vec<Node>) -> Self {
        Self { href, children, shift: None }
    }
}

impl List {
    /// Creates a list, numbered from 1 or unnumbered.
    pub fn new(ordered: bool, items: Vec<Vec<Node>>) -> Self {
        Self { ordered, items, start: None, reversed: false, numbering: Numbering::Numbers }
    }
}

impl RichText {
    /// Creates a text without formatting.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Node::Text(text.into())])
    }

    /// Whether the text shows nothing.
    pub fn is_empty(&self) -> bool {
        text::is_blank(&self.to_plain())
    }

    /// Returns the plain text, with blocks and list items on lines of their own.
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
            Node::Link(Link { shift: Some(shift), children, .. }) => {
                let mut words = String::new();
                write_plain(children, &mut words);
                out.push_str(&shifted(*shift, &words));
            }
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

/// Writes superscript and subscript text as plain text: `9⁹⁹`, `x^n`, `a_(i+1)`. The letters of an
/// ordinal (`1st`) need no sign.
pub fn shifted(shift: Shift, words: &str) -> String {
    let digit = |c: char| -> Option<char> {
        let digit = c.to_digit(10)?;
        match (shift, digit) {
            (Shift::Sub, _) => char::from_u32(0x2080 + digit),
            (Shift::Sup, 1) => Some('\u{b9}'),
            (Shift::Sup, 2 | 3) => char::from_u32(0xb0 + digit),
            (Shift::Sup, _) => char::from_u32(0x2070 + digit),
        }
    };
    if let Some(digits) = words.chars().map(digit).collect() {
        return digits;
    }
    // Unicode's letter tables would take more space than this whole function.
    let is_letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{1fff}');
    let is_ordinal = words.len() > 1 && words.chars().all(is_letter);
    let says_something = |c: char| c.is_ascii_digit() || is_letter(c);
    if shift == Shift::Sup && (is_ordinal || !words.contains(says_something)) {
        return words.to_owned();
    }
    let sign = if shift == Shift::Sup { "^" } else { "_" };
    if words.chars().all(says_something) { [sign, words].concat() } else { [sign, "(", words, ")"].concat() }
}

fn start_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}
