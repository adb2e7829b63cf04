//! What the platform's events do to the log: echoes confirm sends, redeliveries are dropped, the
//! rest is appended.
//!
//! **Redelivery.** A platform delivers again what it got no 2xx for, and we answer 2xx only after
//! the commit. So an event that is already stored comes again only when our 2xx did not reach the
//! platform: the connection broke, the answer took too long, or this process died after its commit.
//! Those are the deliveries we did not acknowledge, and their events are remembered until a later
//! delivery of the same is acknowledged. An event identical to one that *was* acknowledged is a new
//! one: the visitor or the bot said the same again. (The note that a delivery was acknowledged is
//! written with the next commit. A crash in that moment makes the next identical event look like a
//! redelivery, for an hour.) An event with an id of its own is known by it, acknowledged or not.
//!
//! **Echoes.** The platform sends the visitor's own messages back, in the order in which they were
//! sent. An echo belongs to the message whose platform id it names, else to the first one without
//! an echo; its words must only be the same, so that something the visitor wrote elsewhere is not
//! taken for one. What belongs to none is a message written elsewhere, and is logged.

use chataibot_wire::Author;
use serde::Deserialize;

use super::{StoreError, sends::fingerprint};
use crate::normalise::{EventKind, Incoming};

/// How long after a lost acknowledgement the same event still counts as its redelivery: an hour, as
/// late as a webhook may be.
pub(in crate::store) const REDELIVERY_WINDOW: u64 = 60 * 60 * 1000;
/// How long after its echo a message's echo may come a second time.
pub(in crate::store) const ECHO_WINDOW: u64 = 60 * 1000;

/// Old messages whose echo never came are not looked at for ever: only so many of the newest.
pub(in crate::store) const MAX_CANDIDATES: u32 = 200;

/// What became of the events of one delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ReceiveStats {
    /// Entries appended to logs.
    pub entries: u64,
    /// Echoes matched to their message.
    pub echoes: u64,
    /// Of those, echoes that told what a lost answer did not.
    pub reconciled: u64,
    /// Events stored before.
    pub redelivered: u64,
    /// Events of conversations that are not ours.
    pub foreign: u64,
    /// Events that wait for their conversation now.
    pub enqueued: u64,
    /// Pending events that were released to their log.
    pub released: u64,
    /// Events that found the queue of pending events full.
    pub dropped: u64,
}

/// What an event is known by when it comes again.
pub(in crate::store) fn digest(sites: &[String], event: &Incoming) -> Result<[u8; 32], StoreError> {
    let kind = match &event.kind {
        EventKind::Message { author: Author::Visitor, .. } => "visitor",
        EventKind::Message { author: Author::Bot | Author::Agent, .. } => "message",
        EventKind::Status(_) => "status",
        EventKind::Assignee(_) => "assignee",
        EventKind::Created { .. } => "created",
    };
    let what = match &event.id {
        Some(id) => id.clone(),
        None => to_json(&event.kind)?,
    };
    Ok(fingerprint(&[&sites.join(","), &event.conversation, kind, &what]))
}

/// An event as it is stored while it is pending.
pub(in crate::store) fn to_json(kind: &EventKind) -> Result<String, StoreError> {
    serde_json::to_string(kind).map_err(StoreError::corrupt)
}

/// Is `echo` the platform's way to write `sent`? It may have added paragraphs, lost spaces, or read
/// the text as HTML (OBS: texts in events are HTML).
pub(in crate::store) fn same_words(sent: &str, echo: &str) -> bool {
    written(sent).contains(&visible(echo))
}

/// What remains of a text's echo for certain, in both ways in which the platform may have read it.
pub(in crate::store) fn written(sent: &str) -> [String; 2] {
    [visible(sent), visible(&crate::normalise::html::to_rich_text(sent).to_plain())]
}

/// A text without spaces and controls.
pub(in crate::store) fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

/// Do both hold the same letters and digits in the same order, whatever stands between them? Texts
/// without any never do.
pub(in crate::store) fn same_letters(one: &str, other: &str) -> bool {
    let one = letters(one);
    !one.is_empty() && one == letters(other)
}

/// A text's letters and digits.
pub(in crate::store) fn letters(text: &str) -> String {
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
