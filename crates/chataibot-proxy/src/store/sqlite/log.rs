//! A conversation's log as rows.

use std::sync::Arc;

use super::{Context, ConversationId, Result, StoreError, query};
use crate::store::{Owned, ReadFrom, Replay, log::reset_reason};
use chataibot_wire::entry::{Reset, Status};
use chataibot_wire::{Cursor, Entry, Event};

impl Context<'_> {
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

    /// Logs that a conversation was closed or reopened. False if it is so already.
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

pub fn owned_conversation(ctx: &Context, site: &str, visitor: &str, alias: &str) -> Result<Option<Owned>> {
    let sql = "SELECT id, platform_id, ended FROM conversations WHERE alias = ?1 AND site = ?2 AND visitor = ?3";
    query::first(ctx, sql, [alias, site, visitor], |row| {
        Ok(Owned { id: ConversationId::new(row.get(0)?), platform_id: row.get(1)?, has_ended: row.get(2)? })
    })
}

pub fn read_after(ctx: &Context, conversation: ConversationId, from: ReadFrom, limit: u32) -> Result<Replay> {
    let bounds = log_bounds(ctx, conversation)?;
    let reset = from.after.and_then(|cursor| find_reset(ctx, cursor, bounds));
    if let Some(last) = from.last.filter(|_| from.after.is_none() || reset.is_some()) {
        return read_page_before(ctx, conversation, None, reset, last);
    }
    let seq = from.after.filter(|_| reset.is_none()).map_or(0, |cursor| cursor.seq);
    let sql = "SELECT seq, at, event FROM entries WHERE conversation = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    let (entries, has_more) = read_page(ctx, sql, (conversation.row(), seq.into()), limit)?;
    Ok(Replay { epoch: ctx.epoch, reset, entries, has_more, earlier: None })
}

pub fn read_before(ctx: &Context, conversation: ConversationId, cursor: Cursor, limit: u32) -> Result<Replay> {
    let (_, last) = log_bounds(ctx, conversation)?;
    // Nothing before the log's first entry is missing in a page before a cursor.
    let before = Cursor { seq: cursor.seq.saturating_sub(1), ..cursor };
    let reset = find_reset(ctx, before, (0, last));
    let seq = reset.is_none().then_some(cursor.seq);
    read_page_before(ctx, conversation, seq, reset, limit)
}

fn find_reset(ctx: &Context, after: Cursor, (first, last): (u32, u32)) -> Option<Reset> {
    reset_reason(after, ctx.epoch, first, last).map(|reason| Reset { reason: reason.to_owned() })
}

/// The numbers of the first and the last remaining entry.
fn log_bounds(ctx: &Context, conversation: ConversationId) -> Result<(u32, u32)> {
    let sql = "SELECT coalesce((SELECT min(seq) FROM entries WHERE conversation = ?1), 1),
                      coalesce((SELECT max(seq) FROM entries WHERE conversation = ?1), 0)";
    query::one(ctx, sql, [conversation.row()], |row| row.try_into())
}

/// At most `limit` entries before a number, or before the end of the log, in order.
fn read_page_before(
    ctx: &Context,
    conversation: ConversationId,
    seq: Option<u32>,
    reset: Option<Reset>,
    limit: u32,
) -> Result<Replay> {
    let sql = "SELECT seq, at, event FROM entries WHERE conversation = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
    let seq = seq.map_or(i64::MAX, i64::from);
    let (mut entries, earlier) = read_page(ctx, sql, (conversation.row(), seq), limit)?;
    entries.reverse();
    Ok(Replay { epoch: ctx.epoch, reset, entries, has_more: false, earlier: Some(earlier) })
}

/// At most `limit` entries on one side of a number, and whether there was one more.
fn read_page(ctx: &Context, sql: &str, from: (i64, i64), limit: u32) -> Result<(Vec<Entry>, bool)> {
    let params = (from.0, from.1, i64::from(limit) + 1);
    let mut rows: Vec<(u32, u64, String)> = query::all(ctx, sql, params, |row| row.try_into())?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let entries = rows.into_iter().map(|(seq, at, json)| {
        let event = serde_json::from_str(&json).map_err(|error| {
            StoreError::Corrupt(format!("an entry that can't be read, at column {}", error.column()))
        })?;
        Ok(Entry { cursor: Cursor { epoch: ctx.epoch, seq }, at, event })
    });
    Ok((entries.collect::<Result<_>>()?, has_more))
}
