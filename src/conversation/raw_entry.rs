//! An entry of the log with the JSON it was read from, which is stored and passed on unchanged.

use std::ops::Deref;

use chataibot_wire::Entry;

/// An entry, and its JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct RawEntry {
    entry: Entry,
    json: Box<str>,
}

impl RawEntry {
    /// Creates an entry; `json` is what it was read from.
    pub fn new(entry: Entry, json: impl Into<Box<str>>) -> Self {
        Self { entry, json: json.into() }
    }

    /// The JSON it came as; empty for an entry that was not received.
    pub fn json(&self) -> &str {
        &self.json
    }
}

/// An entry that was not received, as in stories and tests: it can be shown but not stored.
impl From<Entry> for RawEntry {
    fn from(entry: Entry) -> Self {
        Self::new(entry, "")
    }
}

impl Deref for RawEntry {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.entry
    }
}
