//! The event bus: one Redis stream of "conversation X now has the entry N", written by the script
//! that appends the entry, read by every proxy. It carries no text: a proxy reads only the entries
//! of those conversations that have subscribers here.
//!
//! A stream instead of publish/subscribe, because a disconnected reader can continue where it was.
//! If it can't, because what it missed was trimmed or lost, the hub's subscribers are cut off, and
//! come back with their cursors.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};
use redis::{AsyncConnectionConfig, Client};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{ConversationId, FamilyId, Inner, PREFIX, Result, StoreEvent, TIMEOUT, id, unreadable};

/// How long one read waits for new events.
const WAIT: Duration = Duration::from_secs(1);
/// Maximum events of one read.
const PAGE: usize = 500;
const RETRY_DELAY: Duration = Duration::from_millis(250);

/// How far this proxy has read the bus.
#[derive(Deserialize)]
pub(super) struct Position {
    #[serde(rename = "from")]
    seen: String,
    /// Whether the bus still has everything after the position that was asked for.
    #[serde(rename = "whole")]
    is_whole: bool,
    #[serde(skip)]
    epoch: u32,
}

impl Position {
    /// The current end of the bus.
    pub(super) async fn end(inner: &Inner) -> Result<Self> {
        Self::find(inner, json!({})).await
    }

    /// Continues here if Redis still can; otherwise at the end of the bus, and readers start over.
    async fn resume(&self, inner: &Inner) -> Result<Self> {
        let found = Self::find(inner, json!({ "seen": self.seen, "epoch": self.epoch })).await?;
        if !found.is_whole || found.epoch != self.epoch {
            inner.reset_subscribers();
        }
        Ok(found)
    }

    async fn find(inner: &Inner, arguments: Value) -> Result<Self> {
        let found = inner.try_call("bus_position", arguments).await?.answer;
        Ok(Self { epoch: inner.epoch(), ..found })
    }
}

/// Reads the bus until the store ends.
pub(super) async fn run(inner: Arc<Inner>, client: Client, position: Position) {
    inner.shutdown.run_until_cancelled(follow(&inner, &client, position)).await;
}

async fn follow(inner: &Inner, client: &Client, mut position: Position) {
    loop {
        if let Err(error) = listen(inner, client, &mut position).await {
            tracing::warn!(%error, "the bus can't be read");
            sleep(RETRY_DELAY).await;
        }
        position = loop {
            match position.resume(inner).await {
                Ok(found) => break found,
                Err(error) => tracing::debug!(%error, "Redis does not say how far the bus is"),
            }
            sleep(RETRY_DELAY).await;
        };
    }
}

/// Publishes what arrives on the bus, until the epoch changes.
async fn listen(inner: &Inner, client: &Client, position: &mut Position) -> Result<()> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(TIMEOUT)).set_response_timeout(Some(WAIT + TIMEOUT));
    // A separate connection, because a blocking read delays every command behind it.
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    while inner.epoch() == position.epoch {
        read(inner, &mut connection, position).await?;
    }
    Ok(())
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

/// Publishes the entries that have subscribers here, each conversation's in the order of its log.
/// After a fault an entry may be published twice; a reader recognises it by its number.
async fn publish(inner: &Inner, connection: &mut MultiplexedConnection, events: &[StreamId]) -> Result<()> {
    let mut ranges: BTreeMap<ConversationId, (u32, u32)> = BTreeMap::new();
    let mut deleted = Vec::new();
    for event in events {
        if let Some(conversation) = conversation_in(event, "entry")? {
            let seq = event.get::<u32>("seq").ok_or_else(|| unreadable("news"))?;
            if inner.hub.has_subscribers(conversation) {
                ranges.entry(conversation).or_insert((seq, seq)).1 = seq;
            }
        } else if let Some(conversation) = conversation_in(event, "deleted")? {
            deleted.push(conversation);
        } else if let Some(family) = event.get::<String>("revoked").as_deref().and_then(FamilyId::parse) {
            inner.emit_event(StoreEvent::Revoked(family));
        }
    }
    if !ranges.is_empty() {
        let mut pipeline = redis::pipe();
        for (conversation, (first, last)) in &ranges {
            let log = format!("{PREFIX}:log:{}", id::format(conversation.row()));
            pipeline.cmd("XRANGE").arg(log).arg(format!("{first}-0")).arg(format!("{last}-0"));
        }
        let logs: Vec<StreamRangeReply> = pipeline.query_async(connection).await?;
        let epoch = inner.epoch();
        for (conversation, log) in ranges.keys().zip(logs) {
            for entry in &log.ids {
                inner.hub.publish(*conversation, &Arc::new(super::log::parse_stream_entry(epoch, entry)?));
            }
        }
    }
    deleted.into_iter().for_each(|conversation| inner.hub.end(conversation));
    Ok(())
}

fn conversation_in(event: &StreamId, field: &str) -> Result<Option<ConversationId>> {
    let id = event.get::<String>(field);
    id.map(|id| id::parse(&id).map(ConversationId::new).ok_or_else(|| unreadable("an id"))).transpose()
}
