//! Deletion of old data, and rate limits that all proxies share.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Redis, parse_id};
use crate::{
    ids::ConversationId,
    store::{
        Result,
        retention::{BATCH, IDEMPOTENCY_LIFETIME},
    },
};

/// Records deleted in one call.
const RECORDS_BATCH: u32 = 5_000;

impl Redis {
    /// The marks of received events are not swept here: they expire in Redis.
    pub async fn sweep_records(&self) -> Result<()> {
        let before = self.now().saturating_sub(IDEMPOTENCY_LIFETIME);
        self.inner.execute("sweep_records", json!({ "before": before, "limit": RECORDS_BATCH })).await
    }

    pub async fn sweep_conversations(&self, site: &str, days: u32) -> Result<Vec<ConversationId>> {
        let before = self.now().saturating_sub(u64::from(days) * 24 * 60 * 60 * 1000);
        let arguments = json!({ "site": site, "before": before, "limit": BATCH });
        let deleted = self.inner.call::<Value>("sweep_conversations", arguments).await?.rest;
        deleted.iter().map(|id| parse_id(id).map(ConversationId::new)).collect()
    }

    pub async fn count_request(&self, limit: &str, client: &str, per_minute: u32) -> Result<Option<Duration>> {
        let arguments = json!({ "limit": limit, "client": client, "per_minute": per_minute });
        let wait: u64 = self.inner.query("count_request", arguments).await?;
        Ok((wait > 0).then(|| Duration::from_millis(wait)))
    }
}
