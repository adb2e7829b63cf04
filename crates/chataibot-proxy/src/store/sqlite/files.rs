//! The records of files as rows.

use chataibot_wire::file::StoredFile;
use rusqlite::Row;

use super::{Context, ConversationId, Result, query};
use crate::store::files::{BATCH, NewFile, UNSENT_LIFETIME};

fn read_file_row(row: &Row<'_>) -> Result<StoredFile, rusqlite::Error> {
    Ok(StoredFile { url: row.get(0)?, name: row.get(1)?, mime_type: row.get(2)?, size: row.get(3)? })
}

pub fn record_file(ctx: &mut Context, new: NewFile, total: u64) -> Result<bool> {
    let NewFile { id, site, conversation, file: StoredFile { url, name, mime_type, size } } = new;
    let sql = "INSERT INTO files (id, site, conversation, url, name, mime_type, size, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
         WHERE (SELECT coalesce(sum(size), 0) FROM files WHERE site = ?2) + ?7 <= ?9
           AND EXISTS (SELECT 1 FROM conversations WHERE id = ?3)";
    let row = (id, site, conversation.row(), url, name, mime_type, size, ctx.now, total);
    Ok(query::execute(ctx, sql, row)? > 0)
}

pub fn total_file_bytes(ctx: &Context, site: &str) -> Result<u64> {
    query::one(ctx, "SELECT coalesce(sum(size), 0) FROM files WHERE site = ?1", [site], |row| row.get(0))
}

pub fn file(ctx: &Context, id: String) -> Result<Option<StoredFile>> {
    let sql = "SELECT url, name, mime_type, size FROM files WHERE id = ?1 AND conversation IS NOT NULL";
    query::first(ctx, sql, [id], read_file_row)
}

pub fn issued_files(
    ctx: &Context,
    conversation: ConversationId,
    links: Vec<String>,
) -> Result<Option<Vec<StoredFile>>> {
    let sql = "SELECT url, name, mime_type, size FROM files WHERE conversation = ?1 AND url = ?2";
    links.iter().map(|link| query::first(ctx, sql, (conversation.row(), link), read_file_row)).collect()
}

pub fn mark_files_sent(ctx: &mut Context, conversation: ConversationId, text: String) -> Result<()> {
    let sql = "UPDATE files SET sent = 1 WHERE conversation = ?1 AND instr(?2, url) > 0";
    query::execute(ctx, sql, (conversation.row(), text)).map(drop)
}

pub fn orphaned_files(ctx: &Context) -> Result<Vec<String>> {
    let before = ctx.now.saturating_sub(UNSENT_LIFETIME);
    let sql = "SELECT id FROM files WHERE conversation IS NULL OR (NOT sent AND created_at < ?1) LIMIT ?2";
    query::all(ctx, sql, (before, BATCH), |row| row.get(0))
}

pub fn delete_file_records(ctx: &mut Context, ids: Vec<String>) -> Result<()> {
    ids.iter().try_for_each(|id| query::execute(ctx, "DELETE FROM files WHERE id = ?1", [id]).map(drop))
}
