//! What the platform's events do to the rows: see [`crate::store::incoming`].

use chataibot_wire::{
    Author, Content, Event,
    entry::{Assignee, Message, Status},
};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{
    Sqlite, WriteContext, pending_events,
    sends::{self, awaiting_echo},
};
use crate::store::{
    ConversationId, StoreError,
    incoming::{ECHO_WINDOW, Incoming, REDELIVERY_WINDOW, ReceiveStats, What, digest},
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

impl Sqlite {
    pub(in crate::store) async fn receive(
        &self,
        delivery: u64,
        sites: Vec<String>,
        events: Vec<Incoming>,
    ) -> Result<ReceiveStats, StoreError> {
        self.work(move |work| {
            let mut stats = ReceiveStats::default();
            for event in &events {
                receive(work, delivery, &sites, event, &mut stats)?;
            }
            Ok(stats)
        })
        .await
    }

    pub(in crate::store) fn acknowledged(&self, delivery: u64) {
        self.write_deferred(move |work| {
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

    pub(in crate::store) fn unacknowledged(&self, delivery: u64) {
        self.write_deferred(move |work| {
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
    work: &mut WriteContext<'_>,
    delivery: u64,
    sites: &[String],
    event: &Incoming,
    stats: &mut ReceiveStats,
) -> Result<(), StoreError> {
    let known = by_platform_id(work.transaction(), sites, &event.conversation)?;
    if known.is_none() && !pending_events::may_be_ours(work, sites, event)? {
        stats.foreign += 1;
        return Ok(());
    }
    if is_redelivery(work, delivery, sites, event)? {
        stats.redelivered += 1;
        return Ok(());
    }
    if let Some(conversation) = known {
        return apply(work, conversation, event, stats);
    }
    if let Some(conversation) = pending_events::matching_start(work.transaction(), sites, event)? {
        stats.released += pending_events::bind_and_release(work, conversation, &event.conversation)?;
        stats.reconciled += 1;
        return apply(work, conversation, event, stats);
    }
    match pending_events::enqueue(work, sites, event)? {
        pending_events::Enqueued::Yes => stats.enqueued += 1,
        pending_events::Enqueued::Full => stats.dropped += 1,
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

fn is_redelivery(
    work: &WriteContext<'_>,
    delivery: u64,
    sites: &[String],
    event: &Incoming,
) -> Result<bool, StoreError> {
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

/// Does to the log what the event says.
pub(super) fn apply(
    work: &mut WriteContext<'_>,
    conversation: ConversationId,
    event: &Incoming,
    stats: &mut ReceiveStats,
) -> Result<(), StoreError> {
    let logged = match &event.what {
        What::Message { author: Author::Visitor, content } => {
            return apply_visitor(work, conversation, event.id.as_deref(), content, stats);
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
    stats.entries += u64::from(logged);
    Ok(())
}

fn apply_visitor(
    work: &mut WriteContext<'_>,
    conversation: ConversationId,
    id: Option<&str>,
    content: &Content,
    stats: &mut ReceiveStats,
) -> Result<(), StoreError> {
    let words = content.to_plain();
    let waiting = awaiting_echo::awaiting(work.transaction(), conversation)?;
    let by_id = id.and_then(|id| waiting.iter().find(|send| send.stored.record.answer.as_deref() == Some(id)));
    if let Some(send) = by_id.or_else(|| waiting.iter().find(|send| send.is_echoed_by(&words))) {
        stats.echoes += 1;
        stats.reconciled += u64::from(send.stored.probe());
        return sends::set_echoed(work, &send.stored);
    }
    // No message is left to confirm: the platform repeats an echo, rather than the visitor the same words in another place.
    let since = work.now.saturating_sub(ECHO_WINDOW);
    if awaiting_echo::echoed_since(work.transaction(), conversation, since)?
        .iter()
        .any(|send| send.is_echoed_by(&words))
    {
        stats.redelivered += 1;
        return Ok(());
    }
    let message = Message { author: Author::Visitor, client_message_id: None, content: content.clone() };
    work.append(conversation, Event::Message(message))?;
    stats.entries += 1;
    Ok(())
}

/// Logs who answers from now on, unless it is so already.
fn set_assignee(
    work: &mut WriteContext<'_>,
    conversation: ConversationId,
    assignee: &Assignee,
) -> Result<bool, StoreError> {
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
