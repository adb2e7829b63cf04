//! The platform's events, as rows: see [`crate::store::incoming`].

use super::{Context, ConversationId, Result, Sqlite, apply, pending_events, query};
use crate::normalise::Incoming;
use crate::store::incoming::{REDELIVERY_WINDOW, ReceiveStats, digest};

pub fn receive(ctx: &mut Context, delivery: u64, sites: Vec<String>, events: Vec<Incoming>) -> Result<ReceiveStats> {
    let mut stats = ReceiveStats::default();
    for event in &events {
        let known = by_platform_id(ctx, &sites, &event.conversation)?;
        if known.is_none() && !pending_events::may_be_ours(ctx, &sites, event)? {
            stats.foreign += 1;
        } else if is_redelivery(ctx, delivery, &sites, event)? {
            stats.redelivered += 1;
        } else if let Some(conversation) = known {
            apply::apply(ctx, conversation, event, &mut stats)?;
        } else if let Some(conversation) = pending_events::matching_start(ctx, &sites, event)? {
            stats.released += pending_events::bind_and_release(ctx, conversation, &event.conversation)?;
            stats.reconciled += 1;
            apply::apply(ctx, conversation, event, &mut stats)?;
        } else if pending_events::enqueue(ctx, &sites, event)? {
            stats.enqueued += 1;
        } else {
            stats.dropped += 1;
        }
    }
    Ok(stats)
}

impl Sqlite {
    pub fn acknowledge(&self, delivery: u64, sent: bool) {
        self.inner.writer.run_deferred(move |ctx| {
            if !sent {
                return query::execute(ctx, "UPDATE received SET lost = 1 WHERE delivery = ?1", [delivery]).map(drop);
            }
            // The platform has its 2xx now: an earlier, lost delivery of the same won't come again.
            let sql = "DELETE FROM received WHERE NOT has_id AND lost
                 AND digest IN (SELECT digest FROM received WHERE delivery = ?1)";
            query::execute(ctx, sql, [delivery])?;
            query::execute(ctx, "DELETE FROM received WHERE NOT has_id AND delivery = ?1", [delivery]).map(drop)
        });
    }
}

/// Runs at startup: what is not acknowledged by now never will be.
pub(super) fn recover(ctx: &Context) -> Result<()> {
    query::execute(ctx, "UPDATE received SET lost = 1", []).map(drop)
}

fn by_platform_id(ctx: &Context, sites: &[String], platform_id: &str) -> Result<Option<ConversationId>> {
    let sql = "SELECT id FROM conversations WHERE platform_id = ?1 AND site = ?2";
    let found = |site| query::first(ctx, sql, [platform_id, site], |row| row.get(0).map(ConversationId::new));
    sites.iter().find_map(|site| found(site).transpose()).transpose()
}

fn is_redelivery(ctx: &Context, delivery: u64, sites: &[String], event: &Incoming) -> Result<bool> {
    let digest = digest(sites, event)?;
    // Two identical events in one delivery are two events, unless both have the same id.
    let sql = "SELECT EXISTS (SELECT 1 FROM received WHERE digest = ?1 AND (has_id OR (delivery <> ?2 AND at >= ?3)))";
    let since = ctx.now.saturating_sub(REDELIVERY_WINDOW);
    let seen = query::one(ctx, sql, (digest, delivery, since), |row| row.get(0))?;
    let sql = "INSERT OR IGNORE INTO received (digest, delivery, has_id, at) VALUES (?1, ?2, ?3, ?4)";
    query::execute(ctx, sql, (digest, delivery, event.id.is_some(), ctx.now))?;
    Ok(seen)
}
