//! Deletion of expired pending events, of data past its retention, and of one visitor's data.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{files::Files, reload::LiveSites, token::Tokens};
use crate::hub::Hub;
use crate::ids::VisitorId;
use crate::metrics::Metrics;
use crate::store::erase::Erased;
use crate::store::{Store, StoreError};

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

    /// Erases a visitor: conversations with logs and files, idempotency records, renewal secrets;
    /// streams and tokens end at once. The ids of revoked families remain until their tokens have
    /// expired.
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
