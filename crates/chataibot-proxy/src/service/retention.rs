//! Deletion of expired pending events, of data past its retention, and on an operator's request of
//! all data about one visitor.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{files::Files, reload::LiveSites, token::Tokens};
use crate::{
    hub::Hub,
    ids::VisitorId,
    metrics::Metrics,
    store::{Store, StoreError, erase::Erased},
};

/// How often pending events are swept.
const TICK: Duration = Duration::from_secs(15);
/// Number of these ticks between two sweeps of everything else.
const TICKS_PER_SWEEP: u32 = 40;

/// Deletes data whose retention is over, and data of erased visitors.
pub struct Retention {
    pub store: Store,
    pub hub: Hub,
    pub files: Arc<Files>,
    pub tokens: Arc<Tokens>,
    pub sites: Arc<LiveSites>,
    pub metrics: Arc<Metrics>,
    pub shutdown: CancellationToken,
}

impl Retention {
    /// Sweeps until the shutdown.
    pub async fn run(&self) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut round: u32 = 0;
        loop {
            tokio::select! {
                () = self.shutdown.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(error) = self.drop_pending_events().await {
                tracing::error!(%error, "can't look through the pending events");
            }
            if round.is_multiple_of(TICKS_PER_SWEEP)
                && let Err(error) = self.delete_old().await
            {
                tracing::error!(%error, "can't delete what is past its retention");
            }
            round = round.wrapping_add(1);
        }
    }

    /// Drops the events whose conversation never became known.
    pub async fn drop_pending_events(&self) -> Result<(), StoreError> {
        self.metrics.waiting_dropped.inc_by(self.store.sweep_pending_events().await?);
        Ok(())
    }

    /// Deletes old records, and each site's conversations past its retention with their files; the
    /// streams of a deleted conversation end.
    pub async fn delete_old(&self) -> Result<(), StoreError> {
        self.store.sweep_records().await?;
        for site in self.sites.current().iter() {
            loop {
                let deleted = self.store.sweep_conversations(site.id.as_str(), site.retention_days).await?;
                if deleted.is_empty() || self.shutdown.is_cancelled() {
                    break;
                }
                self.metrics.conversations_deleted.inc_by(deleted.len() as u64);
                deleted.into_iter().for_each(|conversation| self.hub.end(conversation));
            }
        }
        self.files.sweep().await
    }

    /// Erases a visitor: conversations with their logs and files, idempotency records, renewal
    /// secrets; streams and tokens end at once. Only the ids of revoked families remain, until the
    /// last of their tokens has expired.
    pub async fn erase_visitor(&self, visitor: &VisitorId) -> Result<Erased, StoreError> {
        let erased = self.store.erase_visitor(visitor.clone()).await?;
        // The tokens first: a browser that reconnects when its stream ends must be refused.
        erased.families.iter().for_each(|family| self.tokens.revoke(family.clone()));
        erased.conversations.iter().for_each(|conversation| self.hub.end(*conversation));
        self.metrics.visitors_erased.inc();
        self.files.sweep().await?;
        tracing::info!(
            %visitor,
            conversations = erased.conversations.len(),
            tokens = erased.families.len(),
            "a visitor was erased"
        );
        Ok(erased)
    }
}
