//! A conversation's log: entries numbered from 1 without gaps, only ever added at the end, read
//! from a cursor.

use chataibot_wire::{Cursor, Entry, entry::Reset};

/// Where a reader begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadFrom {
    /// After this entry; at the first one when there is none.
    pub after: Option<Cursor>,
    /// Where the whole log would be told, tell only so many of its last entries.
    pub last: Option<u32>,
}

/// What a reader gets for its cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The epoch of every cursor in it.
    pub epoch: u32,
    /// Set when the log can't be continued from the cursor; the entries then begin with the first
    /// that is left.
    pub reset: Option<Reset>,
    /// In order; at most as many as were asked for.
    pub entries: Vec<Entry>,
    /// There are more behind the last one.
    pub more: bool,
    /// Set where only a part was asked for: there are more before the first one.
    pub earlier: Option<bool>,
}

/// Why a log of that epoch, whose entries `first..=last` are left, can't be continued after a
/// cursor: what [`Reset::reason`] says. The Redis store has the same rule in its script.
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
