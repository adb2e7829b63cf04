//! A conversation's log as rows.

use std::sync::Arc;

use chataibot_wire::{
    Cursor, Entry, Event,
    entry::{Delivery, DeliveryState, Reset, Status},
};
use rusqlite::{Connection, Row};

use super::{Sqlite, WriteContext, query};
use crate::{
    ids::ConversationId,
    store::{Owned, ReadFrom, Replay, Result, StoreError, log::reset_reason},
};

pub(super) const SCHEMA: &str = "
CREATE TABLE conversations (
    -- AUTOINCREMENT: a number is never used twice, so a late reader of a deleted conversation never sees another one.
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    alias       TEXT NOT NULL UNIQUE,
    site        TEXT NOT NULL,
    visitor     TEXT NOT NULL,
    platform_id TEXT,
    created_at  INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    last_seq    INTEGER NOT NULL DEFAULT 0,
    ended       INTEGER NOT NULL DEFAULT 0,
    assignee    TEXT
) STRICT;
CREATE UNIQUE INDEX conversations_by_platform_id ON conversations (platform_id, site) WHERE platform_id IS NOT NULL;
CREATE INDEX conversations_unbound ON conversations (site, visitor) WHERE platform_id IS NULL;
CREATE INDEX conversations_by_age ON conversations (site, last_at);

CREATE TABLE entries (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    event        TEXT NOT NULL,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
";

impl WriteContext<'_> {
    /// Appends an entry to a log. It is published after the commit.
    pub(super) fn append(&mut self, conversation: ConversationId, event: Event) -> Result<u32> {
        let sql = "UPDATE conversations SET last_seq = last_seq + 1, last_at = ?2 WHERE id = ?1 RETURNING last_seq";
        let seq = query::one(self, sql, (conversation.row(), self.now), |row| row.get(0))?;
        let json = serde_json::to_string(&event).map_err(StoreError::corrupt)?;
        let sql = "INSERT INTO entries (conversation, seq, at, event) VALUES (?1, ?2, ?3, ?4)";
        query::execute(self, sql, (conversation.row(), seq, self.now, json))?;
        let entry = Entry { cursor: Cursor { epoch: self.epoch, seq }, at: self.now, event };
        self.appended.push((conversation, Arc::new(entry)));
        Ok(seq)
    }

    /// Logs the current delivery state of a visitor's message.
    pub(super) fn append_delivery(
        &mut self,
        conversation: ConversationId,
        client_message_id: &str,
        state: DeliveryState,
    ) -> Result<u32> {
        let delivery = Delivery { client_message_id: client_message_id.to_owned(), state };
        self.append(conversation, Event::Delivery(delivery))
    }

    /// Logs that a conversation was closed or reopened, unless it is so already. True if it was
    /// logged.
    pub(super) fn set_status(&mut self, conversation: ConversationId, status: Status) -> Result<bool> {
        let ended = status == Status::Closed;
        let sql = "UPDATE conversations SET ended = ?2 WHERE id = ?1 AND ended <> ?2";
        if query::execute(self, sql, (conversation.row(), ended))? == 0 {
            return Ok(false);
        }
        self.append(conversation, Event::Status(status))?;
        Ok(true)
    }
}

impl Sqlite {
    pub async fn owned_conversation(&self, site: &str, visitor: &str, alias: &str) -> Result<Option<Owned>> {
        let (site, visitor, alias) = (site.to_owned(), visitor.to_owned(), alias.to_owned());
        self.read(move |db| owned_conversation(db, &site, &visitor, &alias)).await
    }

    pub async fn read_after(&self, conversation: ConversationId, from: ReadFrom, limit: u32) -> Result<Replay> {
        let (epoch, ReadFrom { after, last }) = (self.epoch(), from);
        self.read(move |db| {
            // One transaction, so that both statements see the same state of the log.
            let tx = db.unchecked_transaction()?;
            let bounds = log_bounds(&tx, conversation)?;
            let reset = after.and_then(|cursor| find_reset(cursor, epoch, bounds));
            let seq = after.filter(|_| reset.is_none()).map_or(0, |cursor| cursor.seq);
            if let Some(last) = last.filter(|_| after.is_none() || reset.is_some()) {
                let (entries, earlier) = entries_before(&tx, epoch, conversation, None, last)?;
                return Ok(Replay { epoch, reset, entries, has_more: false, earlier: Some(earlier) });
            }
            let sql = "SELECT seq, at, event FROM entries WHERE conversation = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
            let (entries, has_more) = read_page(&tx, epoch, sql, (conversation.row(), seq.into()), limit)?;
            Ok(Replay { epoch, reset, entries, has_more, earlier: None })
        })
        .await
    }

    pub async fn read_before(&self, conversation: ConversationId, cursor: Cursor, limit: u32) -> Result<Replay> {
        let epoch = self.epoch();
        self.read(move |db| {
            let tx = db.unchecked_transaction()?;
            let (_, last) = log_bounds(&tx, conversation)?;
            // Nothing before the log's first entry is missing in a page before a cursor.
            let before = Cursor { seq: cursor.seq.saturating_sub(1), ..cursor };
            let reset = find_reset(before, epoch, (0, last));
            let seq = reset.is_none().then_some(cursor.seq);
            let (entries, earlier) = entries_before(&tx, epoch, conversation, seq, limit)?;
            Ok(Replay { epoch, reset, entries, has_more: false, earlier: Some(earlier) })
        })
        .await
    }
}

pub(super) fn owned_conversation(db: &Connection, site: &str, visitor: &str, alias: &str) -> Result<Option<Owned>> {
    let sql = "SELECT id, platform_id, ended FROM conversations WHERE alias = ?1 AND site = ?2 AND visitor = ?3";
    query::first(db, sql, [alias, site, visitor], |row| {
        Ok(Owned { id: ConversationId::new(row.get(0)?), platform_id: row.get(1)?, has_ended: row.get(2)? })
    })
}

fn find_reset(after: Cursor, epoch: u32, (first, last): (u32, u32)) -> Option<Reset> {
    reset_reason(after, epoch, first, last).map(|reason| Reset { reason: reason.to_owned() })
}

/// The numbers of the first and the last remaining entry.
fn log_bounds(db: &Connection, conversation: ConversationId) -> Result<(u32, u32)> {
    let sql = "SELECT coalesce((SELECT min(seq) FROM entries WHERE conversation = ?1), 1),
                      coalesce((SELECT max(seq) FROM entries WHERE conversation = ?1), 0)";
    query::one(db, sql, [conversation.row()], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// At most `limit` entries before a number, or before the end of the log, in order; and whether
/// there are more before them.
fn entries_before(
    db: &Connection,
    epoch: u32,
    conversation: ConversationId,
    seq: Option<u32>,
    limit: u32,
) -> Result<(Vec<Entry>, bool)> {
    let sql = "SELECT seq, at, event FROM entries WHERE conversation = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
    let seq = seq.map_or(i64::MAX, i64::from);
    let (mut entries, earlier) = read_page(db, epoch, sql, (conversation.row(), seq), limit)?;
    entries.reverse();
    Ok((entries, earlier))
}

/// At most `limit` entries on one side of a number, and whether there was one more.
fn read_page(db: &Connection, epoch: u32, sql: &str, from: (i64, i64), limit: u32) -> Result<(Vec<Entry>, bool)> {
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let mut rows: Vec<(u32, u64, String)> = query::all(db, sql, (from.0, from.1, i64::from(limit) + 1), read)?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let entries = rows.into_iter().map(|(seq, at, json)| {
        let event = serde_json::from_str(&json).map_err(|error| {
            StoreError::Corrupt(format!("an entry that can't be read, at column {}", error.column()))
        })?;
        Ok(Entry { cursor: Cursor { epoch, seq }, at, event })
    });
    Ok((entries.collect::<Result<_>>()?, has_more))
}
