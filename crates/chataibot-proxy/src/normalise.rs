//! The platform's events, from its JSON and HTML to our strict types: tolerant in, strict out.
//!
//! - [`envelope`]: which event it is, which conversation it belongs to, who speaks (platform-api,
//!   section 2)
//! - [`kinds`]: each message kind to a `Content`
//! - [`html`]: the platform's HTML to a `RichText` tree
//! - [`addresses`]: addresses in words, as links
//! - [`size`]: how much one message may hold
//! - [`links`]: which addresses may reach a browser
//! - [`text`]: characters that may reach a page
//! - [`shape`]: a message of an unknown kind without its words, for an operator to report
//!
//! Pure: no network, no clock, no log. What was dropped or not understood is returned, for the
//! caller to count.

use chataibot_wire::{
    Author, Content, Node,
    entry::{Assignee, Status},
};

use serde::{Deserialize, Serialize};

pub mod addresses;
mod envelope;
mod fields;
pub mod html;
mod kinds;
pub mod links;
pub mod shape;
pub mod size;
pub mod text;

pub use envelope::{BadDelivery, read};

/// One POST to the webhook.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// The platform checks the address: it wants the same token back (DOC; the shape is OBS).
    Handshake {
        /// The token it sent, not yet compared with ours.
        token: String,
    },
    /// Events, in order.
    Events {
        /// The token in the body, not yet compared with ours (OBS). It may stand in a header
        /// instead.
        token: Option<String>,
        /// The events.
        events: Vec<Normalised>,
    },
}

/// One event of the platform, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalised {
    /// What the store takes, or why there is nothing for it to take.
    pub event: Result<Incoming, Ignored>,
    /// Kinds that were met and not known, or dropped by type; names only, for counting.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why an event is of no use here: a documented event that no visitor sees, `unknown`, or
/// `no_conversation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored(pub &'static str);

/// One event of the platform for one conversation, cleaned, as the store takes it. Holds no
/// personal data but what somebody said.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The platform's id of the conversation (OBS).
    pub conversation: String,
    /// `<visitor_id>_<account_id>` (OBS), when it came.
    pub visitor_key: Option<String>,
    /// The event's or message's own id, where one is given (INF).
    pub id: Option<String>,
    /// What happened.
    pub kind: EventKind,
}

/// What happened. Its JSON stands in stores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EventKind {
    /// Somebody said something.
    Message {
        /// Who.
        author: Author,
        /// What.
        content: Content,
    },
    /// The conversation was closed or opened again (INT).
    Status(Status),
    /// Another bot or person answers from now on (INT).
    Assignee(Assignee),
    /// The conversation began (DOC).
    Created {
        /// It was already over when it was told.
        closed: bool,
    },
}

/// Something met on the way that an operator may want to know of.
#[derive(Clone, Debug, PartialEq)]
pub enum Diagnostic {
    /// The platform wanted a script run. It was dropped by its type, unread.
    ScriptDropped,
    /// A kind of message or event this version does not know.
    UnknownKind {
        /// The platform's name for it, cut to a safe label.
        kind: String,
        /// Its shape without its words: see [`shape`].
        shape: serde_json::Value,
    },
    /// An address was dropped because its scheme is not allowed.
    LinkDropped,
    /// Something was longer or deeper than allowed, and was cut.
    Cut,
}

/// Several contents as one; `None` where there is none.
pub fn together(mut parts: Vec<Content>) -> Option<Content> {
    if parts.len() > 1 { Some(Content::Parts(parts)) } else { parts.pop() }
}

/// Does the node stand on lines of its own?
fn is_block(node: &Node) -> bool {
    matches!(node, Node::Paragraph(_) | Node::List(_))
}

/// What stands inside a node: its nodes, or those of each item.
fn children(node: &Node) -> Vec<&[Node]> {
    match node {
        Node::Text(_) | Node::Break => Vec::new(),
        Node::Bold(inside)
        | Node::Italic(inside)
        | Node::Underline(inside)
        | Node::Strike(inside)
        | Node::Code(inside)
        | Node::Paragraph(inside) => vec![inside],
        Node::Link(link) => vec![&link.children],
        Node::List(list) => list.items.iter().map(Vec::as_slice).collect(),
    }
}
