//! What is deleted, as rows: see [`crate::store::retention`].

use std::time::Duration;

use rusqlite::params;

use super::Sqlite;
use crate::{
    ids::ConversationId,
    store::{
        Result,
        incoming::REDELIVERY_WINDOW,
        pending_events::MAX_WAIT,
        retention::{BATCH, KEY_LIFETIME},
    },
};

impl Sqlite {
    /// There is no one to share limits with.
    pub async fn take(&self, _: &str, _: &str, _: u32) -> Result<Option<Duration>> {
        Ok(None)
    }

    pub async fn sweep_pending_events(&self) -> Result<u64> {
        let before = self.now().saturating_sub(MAX_WAIT);
        let waits = self
            .read(move |db| {
                let sql = "SELECT EXISTS (SELECT 1 FROM waiting WHERE at <= ?1)";
                Ok(db.prepare_cached(sql)?.query_row([before], |row| row.get::<_, bool>(0))?)
            })
            .await?;
        if !waits {
            return Ok(0);
        }
        self.write(move |tx| Ok(tx.execute("DELETE FROM waiting WHERE at <= ?1", [before])? as u64)).await
    }

    pub async fn sweep_records(&self) -> Result<()> {
        let now = self.now();
        self.write(move |tx| {
            let keys = now.saturating_sub(KEY_LIFETIME);
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
            let old = tx
                .prepare_cached(
                    "SELECT id FROM conversations WHERE site = ?1 AND last_at < ?2 ORDER BY last_at LIMIT ?3",
                )?
                .query_map(params![site, before, BATCH], |row| row.get(0).map(ConversationId::new))?
                .collect::<Result<Vec<_>, _>>()?;
            for conversation in &old {
                tx.prepare_cached("DELETE FROM conversations WHERE id = ?1")?.execute([conversation.row()])?;
            }
            Ok(old)
        })
        .await
    }
}
