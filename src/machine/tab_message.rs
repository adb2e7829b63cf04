//! The protocol between the tabs of one browser. A lost message delays sync but never corrupts it.

use std::rc::Rc;

use chataibot_wire::Cursor;

use crate::conversation::{ConnectionStatus, RawEntry};

/// A message to all other tabs, about the log of a conversation.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum TabMessage {
    /// A follower that has read up to this cursor asks who leads and for the entries after it.
    Query { conversation: Rc<str>, cursor: Option<Cursor> },
    /// Sign of life from the leader: the status of its stream, and up to where it has read.
    Heartbeat { conversation: Rc<str>, status: ConnectionStatus, cursor: Option<Cursor> },
    /// The leader forwards its entries.
    Log(LogSlice),
    /// The visitor has read up to here.
    Read { conversation: Rc<str>, cursor: Cursor },
    /// The draft in the composer changed.
    Draft(Rc<str>),
    /// The visitor opened or closed the window.
    Opened(bool),
}

/// A slice of the log.
#[derive(Clone, Debug)]
pub struct LogSlice {
    /// The conversation whose log it is.
    pub conversation: Rc<str>,
    /// The cursor before it; `None` if it begins where the leader's own log begins.
    pub after: Option<Cursor>,
    /// In order.
    pub entries: Vec<Rc<RawEntry>>,
    /// Up to where it covers the log; the leader could read no other entries.
    pub up_to: Option<Cursor>,
    /// Whether this is all that the leader has, and replaces what was sent before.
    pub is_complete: bool,
    /// Whether the log has more before it.
    pub has_earlier: bool,
}
