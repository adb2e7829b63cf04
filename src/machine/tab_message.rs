//! The protocol between the tabs of one browser. A lost message delays sync but never corrupts it.

use std::rc::Rc;

use chataibot_wire::Cursor;

use crate::conversation::{ConnectionStatus, RawEntry};

/// A message to all other tabs.
#[derive(Clone, Debug)]
pub enum TabMessage {
    /// A follower asks who leads and for the entries after its cursor.
    Query {
        /// The conversation whose log it is.
        conversation: Rc<str>,
        /// Up to where the follower has read.
        cursor: Option<Cursor>,
    },
    /// Sign of life from the leader.
    Heartbeat {
        /// The conversation whose log it is.
        conversation: Rc<str>,
        /// Status of its stream.
        status: ConnectionStatus,
        /// Up to where the leader has read.
        cursor: Option<Cursor>,
    },
    /// The leader forwards its entries.
    Log(LogSlice),
    /// The visitor has read up to here.
    Read {
        /// The conversation whose log it is.
        conversation: Rc<str>,
        /// The last entry read.
        cursor: Cursor,
    },
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
    /// Up to where the slice covers the log. At cursors without an entry, the leader could not read
    /// one.
    pub up_to: Option<Cursor>,
    /// Whether this is all that the leader has, and replaces what was sent before.
    pub is_complete: bool,
    /// Whether the log has more before it.
    pub has_earlier: bool,
}
