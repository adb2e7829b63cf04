//! The protocol between the tabs of one browser. A lost message delays sync but never corrupts it.

use std::rc::Rc;

use chataibot_wire::Cursor;

use crate::conversation::{ConnectionStatus, RawEntry};

/// A message to all other tabs.
#[derive(Clone, Debug)]
pub enum TabMessage {
    /// A follower asks: who leads, and what comes after this?
    Query {
        /// Whose log.
        conversation: Rc<str>,
        /// Up to where it has read.
        cursor: Option<Cursor>,
    },
    /// The leader lives.
    Heartbeat {
        /// Whose log.
        conversation: Rc<str>,
        /// How its stream stands.
        status: ConnectionStatus,
        /// Up to where it has read.
        cursor: Option<Cursor>,
    },
    /// The leader passes on what it has.
    Log(LogSlice),
    /// The visitor has read up to here.
    Read {
        /// Whose log.
        conversation: Rc<str>,
        /// The last entry read.
        cursor: Cursor,
    },
    /// The composer was written in.
    Draft(Rc<str>),
    /// The window was opened or closed by the visitor.
    Opened(bool),
}

/// A piece of the log.
#[derive(Clone, Debug)]
pub struct LogSlice {
    /// Whose log.
    pub conversation: Rc<str>,
    /// What stands before it; `None` when it begins where the leader's own log begins.
    pub after: Option<Cursor>,
    /// In order.
    pub entries: Vec<Rc<RawEntry>>,
    /// Up to where the log is told by it. Places without an entry are such as the leader could not
    /// read.
    pub up_to: Option<Cursor>,
    /// Is this all that the leader has, in place of what was told before?
    pub whole: bool,
    /// Does more stand before it?
    pub earlier: bool,
}
