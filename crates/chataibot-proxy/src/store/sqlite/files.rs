//! The records of files as rows.

use chataibot_wire::file::StoredFile;
use rusqlite::Row;

use super::{Sqlite, query};
use crate::{
    ids::ConversationId,
    store::{
        Result,
        files::{BATCH, NewFile, UNSENT_LIFETIME},
    },
};

pub(super) const SCHEMA: &str = "
CREATE TABLE files (
    -- 128 random bits as hex; the name on the disk.
    id           TEXT PRIMARY KEY,
    site         TEXT NOT NULL,
    -- NULL: the conversation is deleted, and the file is to be.
    conversation INTEGER REFERENCES conversations (id) ON DELETE SET NULL,
    url          TEXT NOT NULL,
    name         TEXT NOT NULL,
    mime_type    TEXT NOT NULL,
    size         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    -- The visitor has sent it in a message.
    sent         INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX files_unsent ON files (created_at) WHERE NOT sent;
CREATE INDEX files_by_conversation ON files (conversation);
CREATE INDEX files_by_site ON files (site, size);
";

fn read_file_row(row: &Row<'_>) -> Result<StoredFile, rusqlite::Error> {
    Ok(StoredFile { url: row.get(0)?, name: row.get(1)?, mime_type: row.get(2)?, size: row.get(3)? })
}

impl Sqlite {
    pub async fn record_file(&self, new: NewFile, total: u64) -> Result<bool> {
        let now = self.now();
        let NewFile { id, site, conversation, file: StoredFile { url, name, mime_type, size } } = new;
        let sql = "INSERT INTO files (id, site, conversation, url, name, mime_type, size, created_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
             WHERE (SELECT coalesce(sum(size), 0) FROM files WHERE site = ?2) + ?7 <= ?9
               AND EXISTS (SELECT 1 FROM conversations WHERE id = ?3)";
        let row = (id, site, conversation.row(), url, name, mime_type, size, now, total);
        self.write(move |tx| Ok(query::execute(tx, sql, row)? > 0)).await
    }

    pub async fn total_file_bytes(&self, site: &str) -> Result<u64> {
        let site = site.to_owned();
        let sql = "SELECT coalesce(sum(size), 0) FROM files WHERE site = ?1";
        self.read(move |db| query::one(db, sql, [site], |row| row.get(0))).await
    }

    pub async fn file(&self, id: String) -> Result<Option<StoredFile>> {
        let sql = "SELECT url, name, mime_type, size FROM files WHERE id = ?1 AND conversation IS NOT NULL";
        self.read(move |db| query::first(db, sql, [id], read_file_row)).await
    }

    pub async fn issued_files(
        &self,
        conversation: ConversationId,
        links: Vec<String>,
    ) -> Result<Option<Vec<StoredFile>>> {
        let sql = "SELECT url, name, mime_type, size FROM files WHERE conversation = ?1 AND url = ?2";
        self.read(move |db| {
            links.iter().map(|link| query::first(db, sql, (conversation.row(), link), read_file_row)).collect()
        })
        .await
    }

    pub async fn mark_files_sent(&self, conversation: ConversationId, text: String) -> Result<()> {
        let sql = "UPDATE files SET sent = 1 WHERE conversation = ?1 AND instr(?2, url) > 0";
        self.write(move |tx| query::execute(tx, sql, (conversation.row(), text)).map(drop)).await
    }

    pub async fn orphaned_files(&self) -> Result<Vec<String>> {
        let before = self.now().saturating_sub(UNSENT_LIFETIME);
        let sql = "SELECT id FROM files WHERE conversation IS NULL OR (NOT sent AND created_at < ?1) LIMIT ?2";
        self.read(move |db| query::all(db, sql, (before, BATCH), |row| row.get(0))).await
    }

    pub async fn delete_file_records(&self, ids: Vec<String>) -> Result<()> {
        let sql = "DELETE FROM files WHERE id = ?1";
        self.write(move |tx| ids.iter().try_for_each(|id| query::execute(tx, sql, [id]).map(drop))).await
    }
}
