//! What the platform's events do to the log: echoes confirm sends, redeliveries are dropped, the rest is appended.
//!
//! **Redelivery.** A platform delivers again what it got no 2xx for, and we answer 2xx only after the commit. So an event that is
//! already stored comes again only when our 2xx did not reach the platform: the connection broke, the answer took too long, or
//! this process died after its commit. Those are the deliveries we did not acknowledge, and their events are remembered until a
//! later delivery of the same is acknowledged. An event identical to one that *was* acknowledged is a new one: the visitor or
//! the bot said the same again. (The note that a delivery was acknowledged is written with the next commit. A crash in that moment
//! makes the next identical event look like a redelivery, for an hour.) An event with an id of its own is known by it, acknowledged or not.
//!
//! **Echoes.** The platform sends the visitor's own messages back, in the order in which they were sent. An echo belongs to the
//! message whose platform id it names, else to the first one without an echo; its words must only be the same, so that something
//! the visitor wrote elsewhere is not taken for one. What belongs to none is a message written elsewhere, and is logged.

use chataibot_wire::{
    Author, Content, Event,
    entry::{Assignee, Message, Status},
};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    ConversationId, Store, StoreError, Work,
    sends::{self, pending},
    waiting,
};

pub(super) const SCHEMA: &str = "
CREATE TABLE received (
    digest   BLOB NOT NULL,
    delivery INTEGER NOT NULL,
    has_id   INTEGER NOT NULL,
    -- Its delivery ended without our acknowledgement.
    lost     INTEGER NOT NULL DEFAULT 0,
    at       INTEGER NOT NULL,
    PRIMARY KEY (digest, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX received_by_delivery ON received (delivery);
CREATE INDEX received_by_age ON received (at);
";

/// How long after a lost acknowledgement the same event still counts as its redelivery: an hour, as late as a webhook may be.
pub(super) const REDELIVERY_WINDOW: u64 = 60 * 60 * 1000;
/// How long after its echo a message's echo may come a second time.
const ECHO_WINDOW: u64 = 60 * 1000;

/// One event of the platform for one conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The platform's id of the conversation.
    pub conversation: String,
    /// `<visitor_id>_<account_id>` (OBS), when it came.
    pub visitor_key: Option<String>,
    /// The event's own id, when it came (INF).
    pub id: Option<String>,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// Somebody said something.
    Message {
        /// Who.
        author: Author,
        /// What.
        content: Content,
    },
    /// The conversation was closed or opened again.
    Status(Status),
    /// Another bot or person answers from now on.
    Assignee(Assignee),
    /// The conversation began.
    Created {
        /// It was over when it was told.
        closed: bool,
    },
}

/// What became of the events of one delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
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
    pub parked: u64,
    /// Events that had waited and were let in.
    pub let_in: u64,
    /// Events that found the waiting room full.
    pub turned_away: u64,
}

impl Store {
    /// Stores the events of one delivery, all or none. `sites` are those behind the webhook: an event touches no other site's
    /// conversations. `delivery` names the delivery for [`Store::acknowledged`] or [`Store::unacknowledged`], one of which follows.
    ///
    /// # Errors
    /// When the database fails; nothing is stored then.
    pub async fn receive(&self, delivery: u64, sites: Vec<String>, events: Vec<Incoming>) -> Result<Tally, StoreError> {
        self.work(move |work| {
            let mut tally = Tally::default();
            for event in &events {
                receive(work, delivery, &sites, event, &mut tally)?;
            }
            Ok(tally)
        })
        .await
    }

    /// Our 2xx for the delivery is on its way to the platform.
    pub fn acknowledged(&self, delivery: u64) {
        self.work_soon(move |work| {
            let tx = work.transaction();
            // The platform has its answer now; an earlier delivery of the same that was lost will not come again.
            tx.prepare_cached(
                "DELETE FROM received WHERE NOT has_id AND lost
                 AND digest IN (SELECT digest FROM received WHERE delivery = ?1)",
            )?
            .execute([delivery])?;
            tx.prepare_cached("DELETE FROM received WHERE NOT has_id AND delivery = ?1")?.execute([delivery])?;
            Ok(())
        });
    }

    /// The delivery ended and our 2xx did not get out: the same events may come again.
    pub fn unacknowledged(&self, delivery: u64) {
        self.work_soon(move |work| {
            work.transaction()
                .prepare_cached("UPDATE received SET lost = 1 WHERE delivery = ?1")?
                .execute([delivery])?;
            Ok(())
        });
    }
}

/// After a start of the program: whatever was not acknowledged never will be.
pub(super) fn recover(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("UPDATE received SET lost = 1", [])?;
    Ok(())
}

fn receive(
    work: &mut Work<'_>,
    delivery: u64,
    sites: &[String],
    event: &Incoming,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let known = by_platform_id(work.transaction(), sites, &event.conversation)?;
    if known.is_none() && !waiting::may_be_ours(work, sites, event)? {
        tally.foreign += 1;
        return Ok(());
    }
    if is_redelivery(work, delivery, sites, event)? {
        tally.redelivered += 1;
        return Ok(());
    }
    if let Some(conversation) = known {
        return apply(work, conversation, event, tally);
    }
    if let Some(conversation) = waiting::claimant(work.transaction(), sites, event)? {
        tally.let_in += waiting::bind_and_let_in(work, conversation, &event.conversation)?;
        tally.reconciled += 1;
        return apply(work, conversation, event, tally);
    }
    match waiting::park(work, sites, event)? {
        waiting::Parked::Yes => tally.parked += 1,
        waiting::Parked::Full => tally.turned_away += 1,
    }
    Ok(())
}

fn by_platform_id(
    tx: &Transaction<'_>,
    sites: &[String],
    platform_id: &str,
) -> Result<Option<ConversationId>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT id FROM conversations WHERE platform_id = ?1 AND site = ?2")?;
    for site in sites {
        if let Some(row) = statement.query_row([platform_id, site], |row| row.get(0)).optional()? {
            return Ok(Some(ConversationId(row)));
        }
    }
    Ok(None)
}

fn is_redelivery(work: &Work<'_>, delivery: u64, sites: &[String], event: &Incoming) -> Result<bool, StoreError> {
    let tx = work.transaction();
    let digest = digest(sites, event)?;
    let seen: bool = tx
        .prepare_cached(
            // Twice in one delivery is said twice, unless both name the same id.
            "SELECT EXISTS (SELECT 1 FROM received WHERE digest = ?1 AND (has_id OR (delivery <> ?2 AND at >= ?3)))",
        )?
        .query_row(params![digest, delivery, work.now.saturating_sub(REDELIVERY_WINDOW)], |row| row.get(0))?;
    tx.prepare_cached("INSERT OR IGNORE INTO received (digest, delivery, has_id, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![digest, delivery, event.id.is_some(), work.now])?;
    Ok(seen)
}

fn digest(sites: &[String], event: &Incoming) -> Result<[u8; 32], StoreError> {
    let kind = match &event.what {
        What::Message { author: Author::Visitor, .. } => "visitor",
        What::Message { author: Author::Bot | Author::Agent, .. } => "message",
        What::Status(_) => "status",
        What::Assignee(_) => "assignee",
        What::Created { .. } => "created",
    };
    let what = match &event.id {
        Some(id) => id.clone(),
        None => to_json(&event.what)?,
    };
    let mut digest = Sha256::new();
    for part in [sites.join(",").as_str(), event.conversation.as_str(), kind, what.as_str()] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    Ok(digest.finalize().into())
}

pub(super) fn to_json(what: &What) -> Result<String, StoreError> {
    serde_json::to_string(what).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Does to the log what the event says.
pub(super) fn apply(
    work: &mut Work<'_>,
    conversation: ConversationId,
    event: &Incoming,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let logged = match &event.what {
        What::Message { author: Author::Visitor, content } => {
            return apply_visitor(work, conversation, event.id.as_deref(), content, tally);
        }
        What::Message { author, content } => {
            let message = Message { author: *author, client_message_id: None, content: content.clone() };
            work.append(conversation, Event::Message(message))?;
            true
        }
        What::Status(status) => work.set_status(conversation, *status)?,
        What::Assignee(assignee) => set_assignee(work, conversation, assignee)?,
        What::Created { closed } => *closed && work.set_status(conversation, Status::Closed)?,
    };
    tally.entries += u64::from(logged);
    Ok(())
}

fn apply_visitor(
    work: &mut Work<'_>,
    conversation: ConversationId,
    id: Option<&str>,
    content: &Content,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let words = content.to_plain();
    let waiting = pending::unechoed(work.transaction(), conversation)?;
    let by_id = id.and_then(|id| waiting.iter().find(|send| send.stored.record.answer.as_deref() == Some(id)));
    if let Some(send) = by_id.or_else(|| waiting.iter().find(|send| send.is_echoed_by(&words))) {
        tally.echoes += 1;
        tally.reconciled += u64::from(send.stored.is_in_doubt());
        return sends::set_echoed(work, &send.stored);
    }
    // No message is left to confirm: the platform repeats an echo, rather than the visitor the same words in another place.
    let since = work.now.saturating_sub(ECHO_WINDOW);
    if pending::echoed_since(work.transaction(), conversation, since)?.iter().any(|send| send.is_echoed_by(&words)) {
        tally.redelivered += 1;
        return Ok(());
    }
    let message = Message { author: Author::Visitor, client_message_id: None, content: content.clone() };
    work.append(conversation, Event::Message(message))?;
    tally.entries += 1;
    Ok(())
}

/// Logs who answers from now on, unless it is so already.
fn set_assignee(work: &mut Work<'_>, conversation: ConversationId, assignee: &Assignee) -> Result<bool, StoreError> {
    let json = serde_json::to_string(assignee).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let changed = work
        .transaction()
        .prepare_cached("UPDATE conversations SET assignee = ?2 WHERE id = ?1 AND assignee IS NOT ?2")?
        .execute(params![conversation.row(), json])?;
    if changed == 0 {
        return Ok(false);
    }
    work.append(conversation, Event::Assignee(assignee.clone()))?;
    Ok(true)
}

/// Is `echo` the platform's way to write `sent`? It may have added paragraphs, lost spaces, or read the text as HTML (OBS: texts
/// in events are HTML).
pub(super) fn same_words(sent: &str, echo: &str) -> bool {
    let visible = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect() };
    let echo = visible(echo);
    visible(sent) == echo || visible(&crate::normalise::html::to_rich_text(sent).to_plain()) == echo
}

/// Do both hold the same letters and digits in the same order, whatever stands between them? Texts without any never do.
pub(super) fn same_letters(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let one = letters(one);
    !one.is_empty() && one == letters(other)
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
