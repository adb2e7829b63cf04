//! Deletion of old rows: see [`crate::store::retention`].

use std::time::Duration;

use super::{Sqlite, query};
use crate::{
    ids::ConversationId,
    store::{
        Result,
        incoming::REDELIVERY_WINDOW,
        pending_events::MAX_WAIT,
        retention::{BATCH, IDEMPOTENCY_LIFETIME},
    },
};

impl Sqlite {
    /// Always `None`: one proxy needs no shared limits.
    pub async fn count_request(&self, _: &str, _: &str, _: u32) -> Result<Option<Duration>> {
        Ok(None)
    }

    pub async fn sweep_pending_events(&self) -> Result<u64> {
        let before = self.now().saturating_sub(MAX_WAIT);
        let sql = "SELECT EXISTS (SELECT 1 FROM waiting WHERE at <= ?1)";
        if !self.read(move |db| query::one(db, sql, [before], |row| row.get(0))).await? {
            return Ok(0);
        }
        let sql = "DELETE FROM waiting WHERE at <= ?1";
        self.write(move |tx| Ok(query::execute(tx, sql, [before])? as u64)).await
    }

    pub async fn sweep_records(&self) -> Result<()> {
        let now = self.now();
        self.write(move |tx| {
            let keys = now.saturating_sub(IDEMPOTENCY_LIFETIME);
            tx.execute("DELETE FROM sends WHERE forwarded_at < ?1 AND state <> 'sending'", [keys])?;
            tx.execute("DELETE FROM received WHERE at < ?1", [keys])?;
            let window = now.saturating_sub(REDELIVERY_WINDOW);
            tx.execute("DELETE FROM received WHERE NOT has_id AND at < ?1", [window])?;
            Ok(())
        })
        .await
    }

    pub async fn sweep_conversations(&self, site: &str, days: u32) -> Result<Vec<ConversationId>> {
        let before = self.now().saturating_sub(u64::from(days) * 24 * 60 * 60 * 1000);
        let site = site.to_owned();
        self.write(move |tx| {
            let sql = "SELECT id FROM conversations WHERE site = ?1 AND last_at < ?2 ORDER BY last_at LIMIT ?3";
            let old = query::all(tx, sql, (site, before, BATCH), |row| row.get(0).map(ConversationId::new))?;
            for conversation in &old {
                query::execute(tx, "DELETE FROM conversations WHERE id = ?1", [conversation.row()])?;
            }
            Ok(old)
        })
        .await
    }
}
