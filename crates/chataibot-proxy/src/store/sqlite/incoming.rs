//! The platform's events, as rows: see [`crate::store::incoming`].

use rusqlite::Transaction;

use super::{Sqlite, WriteContext, apply, pending_events, query};
use crate::{
    ids::ConversationId,
    normalise::Incoming,
    store::{
        Result,
        incoming::{REDELIVERY_WINDOW, ReceiveStats, digest},
    },
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
    pub async fn receive(&self, delivery: u64, sites: Vec<String>, events: Vec<Incoming>) -> Result<ReceiveStats> {
        self.write(move |ctx| {
            let mut stats = ReceiveStats::default();
            for event in &events {
                receive(ctx, delivery, &sites, event, &mut stats)?;
            }
            Ok(stats)
        })
        .await
    }

    pub fn acknowledge(&self, delivery: u64, sent: bool) {
        self.inner.writer.run_deferred(move |ctx| {
            if !sent {
                return query::execute(ctx, "UPDATE received SET lost = 1 WHERE delivery = ?1", [delivery]).map(drop);
            }
            // The platform has its 2xx now, so an earlier, lost delivery of the same will not come
            // again.
            let sql = "DELETE FROM received WHERE NOT has_id AND lost
                 AND digest IN (SELECT digest FROM received WHERE delivery = ?1)";
            query::execute(ctx, sql, [delivery])?;
            query::execute(ctx, "DELETE FROM received WHERE NOT has_id AND delivery = ?1", [delivery]).map(drop)
        });
    }
}

/// Runs at startup: what is not acknowledged by now never will be.
pub(super) fn recover(tx: &Transaction<'_>) -> Result<()> {
    tx.execute("UPDATE received SET lost = 1", [])?;
    Ok(())
}

fn receive(
    ctx: &mut WriteContext<'_>,
    delivery: u64,
    sites: &[String],
    event: &Incoming,
    stats: &mut ReceiveStats,
) -> Result<()> {
    let known = by_platform_id(ctx, sites, &event.conversation)?;
    if known.is_none() && !pending_events::may_be_ours(ctx, sites, event)? {
        stats.foreign += 1;
        return Ok(());
    }
    if is_redelivery(ctx, delivery, sites, event)? {
        stats.redelivered += 1;
        return Ok(());
    }
    if let Some(conversation) = known {
        return apply::apply(ctx, conversation, event, stats);
    }
    if let Some(conversation) = pending_events::matching_start(ctx, sites, event)? {
        stats.released += pending_events::bind_and_release(ctx, conversation, &event.conversation)?;
        stats.reconciled += 1;
        return apply::apply(ctx, conversation, event, stats);
    }
    let counted = if pending_events::enqueue(ctx, sites, event)? { &mut stats.enqueued } else { &mut stats.dropped };
    *counted += 1;
    Ok(())
}

fn by_platform_id(tx: &Transaction<'_>, sites: &[String], platform_id: &str) -> Result<Option<ConversationId>> {
    let sql = "SELECT id FROM conversations WHERE platform_id = ?1 AND site = ?2";
    let found = |site| query::first(tx, sql, [platform_id, site], |row| row.get(0).map(ConversationId::new));
    sites.iter().find_map(|site| found(site).transpose()).transpose()
}

fn is_redelivery(ctx: &WriteContext<'_>, delivery: u64, sites: &[String], event: &Incoming) -> Result<bool> {
    let digest = digest(sites, event)?;
    // Two identical events in one delivery are two events, unless both have the same id.
    let sql = "SELECT EXISTS (SELECT 1 FROM received WHERE digest = ?1 AND (has_id OR (delivery <> ?2 AND at >= ?3)))";
    let since = ctx.now.saturating_sub(REDELIVERY_WINDOW);
    let seen = query::one(ctx, sql, (digest, delivery, since), |row| row.get(0))?;
    let sql = "INSERT OR IGNORE INTO received (digest, delivery, has_id, at) VALUES (?1, ?2, ?3, ?4)";
    query::execute(ctx, sql, (digest, delivery, event.id.is_some(), ctx.now))?;
    Ok(seen)
}
