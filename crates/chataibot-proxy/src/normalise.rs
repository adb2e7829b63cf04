//! Parser of the platform's events: tolerant of its JSON and HTML, strict in the types it returns.
//!
//! - [`envelope`]: the kind of event, its conversation and its author
//! - [`kinds`]: converts each message kind to a `Content`
//! - [`html`]: converts the platform's HTML to a `RichText` tree
//! - [`addresses`]: turns addresses in plain text into links
//! - [`size`]: limits the size of one message
//! - [`links`]: decides which addresses may reach a browser
//! - [`text`]: decides which characters may reach a page
//! - [`shape`]: redacts a message of an unknown kind so that an operator can report it
//!
//! Pure: no network, clock or log. What was dropped or not understood is returned for counting.
//!
//! Grades of evidence in these comments: DOC is documented, OBS observed, INT seen in the
//! platform's own clients, INF inferred.

use chataibot_wire::entry::{Assignee, Status};
use chataibot_wire::{Author, Content, Node};

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

pub use envelope::{BadWebhookCall, read};

/// One POST to the webhook.
#[derive(Clone, Debug, PartialEq)]
pub enum WebhookCall {
    /// The platform verifies the address and expects its token back (DOC; the shape is OBS).
    Handshake {
        /// The token that the platform sent, not yet compared with ours.
        token: String,
    },
    /// Events, in order.
    Events {
        /// The token in the body, not yet compared with ours (OBS). It may be in a header instead.
        token: Option<String>,
        /// The events.
        events: Vec<Normalised>,
    },
}

/// One parsed event of the platform.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalised {
    /// The event to store, or the reason why there is nothing to store.
    pub event: Result<Incoming, Ignored>,
    /// Unknown kinds and content dropped by type, for counting; names only.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why an event is ignored: an event that no visitor sees, `unknown`, or `no_conversation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored(pub &'static str);

/// One sanitised event, as the store takes it; without personal data other than the message.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The platform's id of the conversation (OBS).
    pub conversation: String,
    /// `<visitor_id>_<account_id>` (OBS), if the event has it.
    pub visitor_key: Option<String>,
    /// The id of the event or message, if it has one (INF).
    pub id: Option<String>,
    /// What happened.
    pub kind: EventKind,
}

/// What happened. Stores persist it as JSON, so its serialised form must stay compatible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EventKind {
    /// A message.
    Message {
        /// Who wrote it.
        author: Author,
        /// Its content.
        content: Content,
    },
    /// The conversation was closed or reopened (INT).
    Status(Status),
    /// Another bot or person answers from now on (INT).
    Assignee(Assignee),
    /// The conversation began (DOC).
    Created {
        /// Whether the conversation was already closed when the event was sent.
        closed: bool,
    },
}

/// A finding that an operator may want to know about.
#[derive(Clone, Debug, PartialEq)]
pub enum Diagnostic {
    /// The message was a script to run. It was dropped because of its type, unread.
    ScriptDropped,
    /// A kind of message or event this version does not know.
    UnknownKind {
        /// The platform's name for the kind, reduced to a safe label.
        kind: String,
        /// Its redacted shape: see [`shape`].
        shape: serde_json::Value,
    },
    /// An address was dropped because its scheme is not allowed.
    LinkDropped,
    /// Content was longer or nested deeper than allowed, and was truncated.
    Cut,
}

/// Combines several contents into one; `None` if the list is empty.
pub fn combine(mut parts: Vec<Content>) -> Option<Content> {
    if parts.len() > 1 { Some(Content::Parts(parts)) } else { parts.pop() }
}

/// Whether the node is a block.
fn is_block(node: &Node) -> bool {
    matches!(node, Node::Paragraph(_) | Node::List(_))
}

/// Returns the child lists of a node: one, or one per list item.
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
