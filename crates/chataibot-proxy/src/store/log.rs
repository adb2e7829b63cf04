//! A conversation's log: append-only entries, numbered from 1 without gaps, read from a cursor.

use chataibot_wire::{Cursor, Entry, entry::Reset};

/// Where a reader begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadFrom {
    /// After this entry; at the first one if `None`.
    pub after: Option<Cursor>,
    /// If the whole log would be returned, return only so many of its last entries.
    pub last: Option<u32>,
}

/// The entries read at a cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The epoch of every cursor in this replay.
    pub epoch: u32,
    /// Set if the log can't be continued from the cursor; the entries are then the first ones left.
    pub reset: Option<Reset>,
    /// In order; at most as many as requested.
    pub entries: Vec<Entry>,
    /// Whether there are more after the last one.
    pub has_more: bool,
    /// Set for the end of the log or a page before an entry: whether there are earlier ones.
    pub earlier: Option<bool>,
}

/// Why a log of this epoch, of which `first..=last` are left, can't be continued after a cursor:
/// the value of [`Reset::reason`]. The Redis store has the same rule in its script.
pub fn reset_reason(after: Cursor, epoch: u32, first: u32, last: u32) -> Option<&'static str> {
    if after.epoch != epoch {
        Some("epoch")
    } else if after.seq > last {
        Some("future")
    } else if after.seq.saturating_add(1) < first {
        Some("gap")
    } else {
        None
    }
}
