//! The event bus: one Redis stream of "conversation X now has the entry N", written by the script
//! that appends the entry, read by every proxy. It carries no text: a proxy reads only the entries
//! of those conversations that have subscribers here.
//!
//! A stream instead of publish/subscribe, because a disconnected reader can continue where it was.
//! If it can't, because what it missed was trimmed or lost, the hub's subscribers are cut off, and
//! come back with their cursors.

use std::{collections::HashMap, sync::Arc, time::Duration};

use redis::{
    AsyncConnectionConfig, Client,
    aio::MultiplexedConnection,
    streams::{StreamId, StreamRangeReply, StreamReadReply},
};
use serde::Deserialize;
use serde_json::json;

use super::{Inner, PREFIX, TIMEOUT, format_id, parse_id, sleep_unless_shutdown, unreadable};
use crate::{
    ids::{ConversationId, FamilyId},
    store::{Result, StoreError, StoreEvent},
};

/// How long one read waits for new events.
const WAIT: Duration = Duration::from_secs(1);
/// Maximum events of one read.
const PAGE: usize = 500;
/// Delay before a retry after a fault.
const RETRY_DELAY: Duration = Duration::from_millis(250);

/// How far this proxy has read the bus.
pub(super) struct Position {
    seen: String,
    epoch: u32,
}

#[derive(Deserialize)]
struct BusPosition {
    from: String,
    whole: bool,
}

impl Position {
    /// The current end of the bus.
    pub(super) async fn end(inner: &Inner) -> Result<Self> {
        let bus_position = inner.try_call::<BusPosition>("bus_position", json!({})).await?.answer;
        Ok(Self { seen: bus_position.from, epoch: inner.epoch() })
    }

    /// Continues at this position if Redis still has it; otherwise at the end of the bus, and all
    /// readers start over.
    async fn resume(&self, inner: &Inner) -> Result<Self> {
        let arguments = json!({ "seen": self.seen, "epoch": self.epoch });
        let bus_position = inner.try_call::<BusPosition>("bus_position", arguments).await?.answer;
        if !bus_position.whole || inner.epoch() != self.epoch {
            inner.reset_subscribers();
        }
        Ok(Self { seen: bus_position.from, epoch: inner.epoch() })
    }
}

/// Reads the bus until the store ends.
pub(super) async fn run(inner: Arc<Inner>, client: Client, mut position: Position) {
    loop {
        let fault = tokio::select! {
            () = inner.shutdown.cancelled() => return,
            fault = listen(&inner, &client, &mut position) => fault,
        };
        if let Some(error) = fault {
            tracing::warn!(%error, "the bus can't be read");
            if sleep_unless_shutdown(&inner, RETRY_DELAY).await {
                return;
            }
        }
        loop {
            match position.resume(&inner).await {
                Ok(found) => {
                    position = found;
                    break;
                }
                Err(error) => tracing::debug!(%error, "Redis does not say how far the bus is"),
            }
            if sleep_unless_shutdown(&inner, RETRY_DELAY).await {
                return;
            }
        }
    }
}

/// Publishes what arrives on the bus. Returns a fault, or `None` when the epoch has changed.
async fn listen(inner: &Inner, client: &Client, position: &mut Position) -> Option<StoreError> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(TIMEOUT)).set_response_timeout(Some(WAIT + TIMEOUT));
    // A separate connection, because a blocking read delays every command behind it.
    let mut connection = match client.get_multiplexed_async_connection_with_config(&config).await {
        Ok(connection) => connection,
        Err(error) => return Some(error.into()),
    };
    while inner.epoch() == position.epoch {
        if let Err(error) = read(inner, &mut connection, position).await {
            return Some(error);
        }
    }
    None
}

async fn read(inner: &Inner, connection: &mut MultiplexedConnection, position: &mut Position) -> Result<()> {
    let mut command = redis::cmd("XREAD");
    command.arg("COUNT").arg(PAGE).arg("BLOCK").arg(WAIT.as_millis() as u64);
    command.arg("STREAMS").arg(format!("{PREFIX}:bus")).arg(&position.seen);
    let reply: Option<StreamReadReply> = command.query_async(connection).await?;
    let events: Vec<StreamId> = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids).collect();
    let Some(last) = events.last().map(|event| event.id.clone()) else { return Ok(()) };
    publish(inner, connection, &events).await?;
    position.seen = last;
    Ok(())
}

/// Reads the entries that have subscribers here and publishes them to the hub, each conversation's
/// in the order of its log. After a fault an entry may be published twice; a reader recognises it
/// by its number.
async fn publish(inner: &Inner, connection: &mut MultiplexedConnection, events: &[StreamId]) -> Result<()> {
    let mut ranges: Vec<(ConversationId, u32, u32)> = Vec::new();
    let mut range_indices: HashMap<ConversationId, usize> = HashMap::new();
    let (mut deleted, mut revoked) = (Vec::new(), Vec::new());
    for event in events {
        if let Some(conversation) = event.get::<String>("entry") {
            let conversation = ConversationId::new(parse_id(&conversation)?);
            let seq = event.get::<u32>("seq").ok_or_else(|| unreadable("news"))?;
            if inner.hub.has_subscribers(conversation) {
                let index = *range_indices.entry(conversation).or_insert_with(|| {
                    ranges.push((conversation, seq, seq));
                    ranges.len() - 1
                });
                ranges[index].2 = seq;
            }
        } else if let Some(conversation) = event.get::<String>("deleted") {
            deleted.push(ConversationId::new(parse_id(&conversation)?));
        } else if let Some(family) = event.get::<String>("revoked").as_deref().and_then(FamilyId::parse) {
            revoked.push(family);
        }
    }
    revoked.into_iter().for_each(|family| inner.emit_event(StoreEvent::Revoked(family)));
    if !ranges.is_empty() {
        let mut pipeline = redis::pipe();
        for (conversation, first, last) in &ranges {
            let log = format!("{PREFIX}:log:{}", format_id(conversation.row()));
            pipeline.cmd("XRANGE").arg(log).arg(format!("{first}-0")).arg(format!("{last}-0"));
        }
        let logs: Vec<StreamRangeReply> = pipeline.query_async(connection).await?;
        let epoch = inner.epoch();
        for ((conversation, ..), log) in ranges.iter().zip(logs) {
            for entry in &log.ids {
                inner.hub.publish(*conversation, &Arc::new(super::log::parse_stream_entry(epoch, entry)?));
            }
        }
    }
    deleted.into_iter().for_each(|conversation| inner.hub.end(conversation));
    Ok(())
}
