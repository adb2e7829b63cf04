//! Erasure of all rows of one visitor, in one transaction.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Context, ConversationId, FamilyId, Result, Sqlite, StoreError, VisitorId, query, schema};
use crate::store::erase::Erased;

impl Sqlite {
    pub async fn erase_visitor(&self, visitor: VisitorId) -> Result<Erased> {
        let erased = self.write(move |ctx| erase(ctx, &visitor)).await?;
        let location = self.inner.readers.location.clone();
        let emptied =
            tokio::task::spawn_blocking(move || empty_journal(&location.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?));
        emptied.await.map_err(|_| StoreError::Stopped)??;
        Ok(erased)
    }
}

pub fn in_file(path: &Path, visitor: &VisitorId, now: u64) -> Result<Erased> {
    let mut connection = schema::open(path)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    // No entry is appended, so the epoch does not matter.
    let ctx = Context::begin(&mut connection, TransactionBehavior::Immediate, 0, now)?;
    let erased = erase(&ctx, visitor)?;
    ctx.commit()?;
    empty_journal(&connection)?;
    Ok(erased)
}

/// Empties the journal, which still holds the pages as they were before. If a reader is active, the
/// journal stays and is overwritten later.
fn empty_journal(connection: &Connection) -> Result<()> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}

fn erase(ctx: &Context, visitor: &VisitorId) -> Result<Erased> {
    let id = visitor.as_str();
    let list = |sql: &str| query::all(ctx, sql, [id], |row| row.get::<_, String>(0));
    let sql = "SELECT id FROM conversations WHERE visitor = ?1";
    let conversations = query::all(ctx, sql, [id], |row| row.get(0).map(ConversationId::new))?;
    let files = list("SELECT f.id FROM files f JOIN conversations c ON c.id = f.conversation WHERE c.visitor = ?1")?;
    let families = list("SELECT id FROM renewal_families WHERE visitor = ?1 AND revoked_at IS NULL")?;
    for sql in [
        // Entries and sends are deleted with their conversation. Files lose it and their names
        // here; the sweep deletes their bytes and rows.
        "UPDATE files SET name = '', url = ''
         WHERE conversation IN (SELECT id FROM conversations WHERE visitor = ?1)",
        "DELETE FROM conversations WHERE visitor = ?1",
        "DELETE FROM sends WHERE visitor = ?1",
        // Pending events carry `<visitor>_<account>`.
        "DELETE FROM waiting WHERE visitor_key LIKE ?1 || '\\_%' ESCAPE '\\' OR visitor_key = ?1",
        "DELETE FROM users WHERE visitor = ?1",
        "DELETE FROM signed_in WHERE family IN (SELECT id FROM renewal_families WHERE visitor = ?1)",
        "DELETE FROM renewals WHERE family IN (SELECT id FROM renewal_families WHERE visitor = ?1)",
    ] {
        query::execute(ctx, sql, [id])?;
    }
    // The family stays, revoked and without its visitor, so that its tokens are refused even after
    // a restart; the hourly sweep deletes it.
    let sql = "UPDATE renewal_families SET visitor = '', origin = '', used_at = ?2,
         revoked_at = coalesce(revoked_at, ?2) WHERE visitor = ?1";
    query::execute(ctx, sql, (id, ctx.now))?;
    let families = families.iter().filter_map(|family| FamilyId::parse(family)).collect();
    Ok(Erased { conversations, families, files })
}
