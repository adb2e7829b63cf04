//! A conversation's log: entries numbered from 1 without gaps, only ever added at the end, read from a cursor.

use chataibot_wire::{Entry, entry::Reset};

/// What a reader gets for its cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The epoch of every cursor in it.
    pub epoch: u32,
    /// Set when the log can't be continued from the cursor; the entries then begin with the first that is left.
    pub reset: Option<Reset>,
    /// In order; at most as many as were asked for.
    pub entries: Vec<Entry>,
    /// There are more behind the last one.
    pub more: bool,
    /// Set where only a part was asked for: there are more before the first one.
    pub earlier: Option<bool>,
}
