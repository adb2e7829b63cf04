//! The effects of the platform's events on the log: echoes confirm sends, redeliveries are dropped,
//! everything else is appended.
//!
//! **Redelivery.** The platform delivers again what got no 2xx, and we answer 2xx only after the
//! commit. So an event that is already stored comes again only if our 2xx did not reach the
//! platform: the connection broke, the answer took too long, or this process died after its commit.
//! The events of such unacknowledged deliveries are remembered until a later delivery of the same
//! events is acknowledged. An event identical to one that *was* acknowledged is a new one: the
//! visitor or the bot said the same again. (The note that a delivery was acknowledged is written
//! with the next commit. After a crash in between, the next identical event looks like a
//! redelivery, for an hour.) An event with its own id is recognised by it, acknowledged or not.
//!
//! **Echoes.** The platform sends the visitor's own messages back, in the order in which they were
//! sent. An echo is matched to the message whose platform id it names, otherwise to the first
//! message without an echo that has the same words; the words are compared only so that a message
//! the visitor wrote elsewhere is not taken for an echo. A message that matches none was written
//! elsewhere, and is logged.

use chataibot_wire::Author;
use serde::Deserialize;

use super::{StoreError, sends::fingerprint};
use crate::normalise::{EventKind, Incoming};

/// How long after a lost acknowledgement the same event still counts as its redelivery: an hour,
/// the most a webhook may be late. Milliseconds.
pub(in crate::store) const REDELIVERY_WINDOW: u64 = 60 * 60 * 1000;
/// How long after a message's echo a second one may come, milliseconds.
pub(in crate::store) const ECHO_WINDOW: u64 = 60 * 1000;

/// Maximum messages searched for an echo, newest first: some old ones never get theirs.
pub(in crate::store) const MAX_CANDIDATES: u32 = 200;

/// Counts of how the events of one delivery were handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ReceiveStats {
    /// Entries appended to logs.
    pub entries: u64,
    /// Echoes matched to their message.
    pub echoes: u64,
    /// Echoes and other events that settled a send whose answer was lost.
    pub reconciled: u64,
    /// Events that were already stored.
    pub redelivered: u64,
    /// Events of conversations that are not ours.
    pub foreign: u64,
    /// Events that were queued until their conversation is known.
    pub enqueued: u64,
    /// Pending events that were released to their log.
    pub released: u64,
    /// Events that were dropped because the queue of pending events was full.
    pub dropped: u64,
}

/// Returns the digest that identifies an event when it is redelivered.
pub(in crate::store) fn digest(sites: &[String], event: &Incoming) -> Result<[u8; 32], StoreError> {
    let id_or_json = match &event.id {
        Some(id) => id.clone(),
        None => to_json(&event.kind)?,
    };
    Ok(fingerprint(&[&sites.join(","), &event.conversation, kind_name(&event.kind), &id_or_json]))
}

/// Returns the name of an event's kind in a store.
pub(in crate::store) fn kind_name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Message { author: Author::Visitor, .. } => "visitor",
        EventKind::Message { author: Author::Bot | Author::Agent, .. } => "message",
        EventKind::Status(_) => "status",
        EventKind::Assignee(_) => "assignee",
        EventKind::Created { .. } => "created",
    }
}

pub(in crate::store) fn to_json(kind: &EventKind) -> Result<String, StoreError> {
    serde_json::to_string(kind).map_err(StoreError::corrupt)
}

/// Whether `echo` can be the platform's version of `sent`. The platform may have added paragraphs,
/// lost spaces, or read the text as HTML (OBS: texts in events are HTML).
pub(in crate::store) fn same_words(sent: &str, echo: &str) -> bool {
    possible_echoes(sent).contains(&without_whitespace(echo))
}

/// What a text's echo has for certain, for both ways the platform may read it: as text or HTML.
pub(in crate::store) fn possible_echoes(sent: &str) -> [String; 2] {
    [without_whitespace(sent), without_whitespace(&crate::normalise::html::to_rich_text(sent).to_plain())]
}

pub(in crate::store) fn without_whitespace(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

/// Texts without letters and digits never match.
pub(in crate::store) fn same_letters(one: &str, other: &str) -> bool {
    let one = letters_and_digits(one);
    !one.is_empty() && one == letters_and_digits(other)
}

pub(in crate::store) fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_is_known_by_its_words_however_the_platform_writes_them() {
        for (sent, echo) in [
            ("ok", "ok"),
            ("two\nlines", "two lines"),
            ("  spaces ", "spaces"),
            ("👍", "👍"),
            ("a <b>bold</b> word", "a bold word"),
            ("fish &amp; chips", "fish & chips"),
            ("1 < 2", "1 < 2"),
        ] {
            assert!(same_words(sent, echo), "{sent} / {echo}");
        }
        for (sent, echo) in [("ok", "no"), ("👍", "👎"), ("ok", "ok ok"), ("a", "")] {
            assert!(!same_words(sent, echo), "{sent} / {echo}");
        }
    }
}
