//! Reads logs.

use chataibot_wire::{Cursor, Entry, entry::Reset};
use redis::streams::StreamId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ConversationId, Redis, Reply, Result, unreadable};
use crate::store::{ReadFrom, Replay};

#[derive(Deserialize)]
struct PageAnswer {
    reset: Option<String>,
    more: bool,
    earlier: Option<bool>,
}

impl Redis {
    pub async fn read_after(&self, conversation: ConversationId, from: ReadFrom, limit: u32) -> Result<Replay> {
        let (epoch, seq) = from.after.map(|cursor| (cursor.epoch, cursor.seq)).unzip();
        let last = from.last;
        let arguments =
            json!({ "conversation": conversation, "epoch": epoch, "seq": seq, "last": last, "limit": limit });
        self.read("read_after", arguments).await
    }

    pub async fn read_before(&self, conversation: ConversationId, before: Cursor, limit: u32) -> Result<Replay> {
        let Cursor { epoch, seq } = before;
        let arguments = json!({ "conversation": conversation, "epoch": epoch, "seq": seq, "limit": limit });
        self.read("read_before", arguments).await
    }

    async fn read(&self, op: &str, arguments: Value) -> Result<Replay> {
        let Reply { epoch, answer: page, rest } = self.inner.call::<PageAnswer>(op, arguments).await?;
        let entries = rest.chunks_exact(3).map(|parts| parse_entry(epoch, &parts[0], &parts[1], &parts[2]));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let reset = page.reset.map(|reason| Reset { reason });
        Ok(Replay { epoch, reset, entries, has_more: page.more, earlier: page.earlier })
    }
}

pub(super) fn parse_stream_entry(epoch: u32, stored: &StreamId) -> Result<Entry> {
    let seq = stored.id.split('-').next().unwrap_or_default();
    let field = |name| stored.get::<String>(name).ok_or_else(|| unreadable("an entry"));
    parse_entry(epoch, seq, &field("at")?, &field("event")?)
}

fn parse_entry(epoch: u32, seq: &str, at: &str, event: &str) -> Result<Entry> {
    let seq = seq.parse().map_err(|_| unreadable("an entry's number"))?;
    let at = at.parse().map_err(|_| unreadable("an entry's time"))?;
    let event = serde_json::from_str(event).map_err(|_| unreadable("an entry"))?;
    Ok(Entry { cursor: Cursor { epoch, seq }, at, event })
}
