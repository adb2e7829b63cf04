//! Deletion of old rows: see [`crate::store::retention`].

use super::{Context, ConversationId, Result, Sqlite, query};
use crate::store::incoming::REDELIVERY_WINDOW;
use crate::store::pending_events::MAX_WAIT;
use crate::store::retention::{BATCH, IDEMPOTENCY_LIFETIME};

impl Sqlite {
    pub async fn sweep_pending_events(&self) -> Result<u64> {
        let before = self.now().saturating_sub(MAX_WAIT);
        let sql = "SELECT EXISTS (SELECT 1 FROM waiting WHERE at <= ?1)";
        if !self.read(move |ctx| query::one(ctx, sql, [before], |row| row.get(0))).await? {
            return Ok(0);
        }
        let sql = "DELETE FROM waiting WHERE at <= ?1";
        self.write(move |ctx| Ok(query::execute(ctx, sql, [before])? as u64)).await
    }
}

pub fn sweep_conversations(ctx: &mut Context, site: &str, days: u32) -> Result<Vec<ConversationId>> {
    let before = ctx.now.saturating_sub(u64::from(days) * 24 * 60 * 60 * 1000);
    let sql = "SELECT id FROM conversations WHERE site = ?1 AND last_at < ?2 ORDER BY last_at LIMIT ?3";
    let old = query::all(ctx, sql, (site, before, BATCH), |row| row.get(0).map(ConversationId::new))?;
    for conversation in &old {
        query::execute(ctx, "DELETE FROM conversations WHERE id = ?1", [conversation.row()])?;
    }
    Ok(old)
}

pub fn sweep_records(ctx: &mut Context) -> Result<()> {
    let keys = ctx.now.saturating_sub(IDEMPOTENCY_LIFETIME);
    query::execute(ctx, "DELETE FROM sends WHERE forwarded_at < ?1 AND state <> 'sending'", [keys])?;
    query::execute(ctx, "DELETE FROM received WHERE at < ?1", [keys])?;
    let window = ctx.now.saturating_sub(REDELIVERY_WINDOW);
    query::execute(ctx, "DELETE FROM received WHERE NOT has_id AND at < ?1", [window]).map(drop)
}
