//! The records of files as rows.

use chataibot_wire::file::StoredFile;
use rusqlite::{OptionalExtension, Row, params};

use super::Sqlite;
use crate::{
    ids::ConversationId,
    store::{
        Result,
        files::{BATCH, NewFile, UNSENT},
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

fn read(row: &Row<'_>) -> Result<StoredFile, rusqlite::Error> {
    Ok(StoredFile { url: row.get(0)?, name: row.get(1)?, mime_type: row.get(2)?, size: row.get(3)? })
}

impl Sqlite {
    pub async fn keep_file(&self, new: NewFile, total: u64) -> Result<bool> {
        let now = self.now();
        self.write(move |tx| {
            let kept = tx
                .prepare_cached(
                    "INSERT INTO files (id, site, conversation, url, name, mime_type, size, created_at)
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
                     WHERE (SELECT coalesce(sum(size), 0) FROM files WHERE site = ?2) + ?7 <= ?9
                       AND EXISTS (SELECT 1 FROM conversations WHERE id = ?3)",
                )?
                .execute(params![
                    new.id,
                    new.site,
                    new.conversation.row(),
                    new.file.url,
                    new.file.name,
                    new.file.mime_type,
                    new.file.size,
                    now,
                    total
                ])?;
            Ok(kept > 0)
        })
        .await
    }

    pub async fn files_bytes(&self, site: &str) -> Result<u64> {
        let site = site.to_owned();
        self.read(move |db| {
            let sql = "SELECT coalesce(sum(size), 0) FROM files WHERE site = ?1";
            Ok(db.prepare_cached(sql)?.query_row([site], |row| row.get(0))?)
        })
        .await
    }

    pub async fn file(&self, id: String) -> Result<Option<StoredFile>> {
        self.read(move |db| {
            let sql = "SELECT url, name, mime_type, size FROM files WHERE id = ?1 AND conversation IS NOT NULL";
            Ok(db.prepare_cached(sql)?.query_row([id], read).optional()?)
        })
        .await
    }

    pub async fn issued_files(
        &self,
        conversation: ConversationId,
        links: Vec<String>,
    ) -> Result<Option<Vec<StoredFile>>> {
        self.read(move |db| {
            let sql = "SELECT url, name, mime_type, size FROM files WHERE conversation = ?1 AND url = ?2";
            let mut statement = db.prepare_cached(sql)?;
            let files =
                links.iter().map(|link| statement.query_row(params![conversation.row(), link], read).optional());
            Ok(files.collect::<Result<Option<Vec<_>>, _>>()?)
        })
        .await
    }

    pub async fn files_sent(&self, conversation: ConversationId, text: String) -> Result<()> {
        self.write(move |tx| {
            tx.prepare_cached("UPDATE files SET sent = 1 WHERE conversation = ?1 AND instr(?2, url) > 0")?
                .execute(params![conversation.row(), text])?;
            Ok(())
        })
        .await
    }

    pub async fn orphaned_files(&self) -> Result<Vec<String>> {
        let before = self.now().saturating_sub(UNSENT);
        self.read(move |db| {
            let sql = "SELECT id FROM files WHERE conversation IS NULL OR (NOT sent AND created_at < ?1) LIMIT ?2";
            let mut statement = db.prepare_cached(sql)?;
            let ids = statement.query_map(params![before, BATCH], |row| row.get(0))?;
            Ok(ids.collect::<Result<Vec<_>, _>>()?)
        })
        .await
    }

    pub async fn forget_files(&self, ids: Vec<String>) -> Result<()> {
        self.write(move |tx| {
            for id in &ids {
                tx.prepare_cached("DELETE FROM files WHERE id = ?1")?.execute([id])?;
            }
            Ok(())
        })
        .await
    }
}
