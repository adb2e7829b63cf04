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

use super::{Inner, PREFIX, TIMEOUT, id, number, pause, unreadable};
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
    pub(super) async fn now(inner: &Inner) -> Result<Self> {
        let bus_position = inner.try_call::<BusPosition>("bus_position", json!({})).await?.answer;
        Ok(Self { seen: bus_position.from, epoch: inner.epoch() })
    }

    /// Continues at this position if Redis still has it; otherwise at the end of the bus, and all
    /// readers start over.
    async fn again(self, inner: &Inner) -> Result<Self> {
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
            () = inner.ended.cancelled() => return,
            fault = listen(&inner, &client, &mut position) => fault,
        };
        if let Some(error) = fault {
            tracing::warn!(%error, "the bus can't be read");
            if pause(&inner, RETRY_DELAY).await {
                return;
            }
        }
        loop {
            let before = Position { seen: position.seen.clone(), epoch: position.epoch };
            match before.again(&inner).await {
                Ok(found) => {
                    position = found;
                    break;
                }
                Err(error) => tracing::debug!(%error, "Redis does not say how far the bus is"),
            }
            if pause(&inner, RETRY_DELAY).await {
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
    let news: Vec<StreamId> = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids).collect();
    let Some(last) = news.last().map(|news| news.id.clone()) else { return Ok(()) };
    publish(inner, connection, &news).await?;
    position.seen = last;
    Ok(())
}

/// Reads the entries that have subscribers here and publishes them to the hub, each conversation's
/// in the order of its log. After a fault an entry may be published twice; a reader recognises it
/// by its number.
async fn publish(inner: &Inner, connection: &mut MultiplexedConnection, news: &[StreamId]) -> Result<()> {
    let mut wanted: Vec<(ConversationId, u32, u32)> = Vec::new();
    let mut places: HashMap<ConversationId, usize> = HashMap::new();
    let (mut deleted, mut revoked) = (Vec::new(), Vec::new());
    for one in news {
        if let Some(conversation) = one.get::<String>("entry") {
            let conversation = ConversationId::new(number(&conversation)?);
            let seq = one.get::<u32>("seq").ok_or_else(|| unreadable("news"))?;
            if inner.hub.is_listened_to(conversation) {
                let place = *places.entry(conversation).or_insert_with(|| {
                    wanted.push((conversation, seq, seq));
                    wanted.len() - 1
                });
                wanted[place].2 = seq;
            }
        } else if let Some(conversation) = one.get::<String>("deleted") {
            deleted.push(ConversationId::new(number(&conversation)?));
        } else if let Some(family) = one.get::<String>("revoked").as_deref().and_then(FamilyId::parse) {
            revoked.push(family);
        }
    }
    revoked.into_iter().for_each(|family| inner.tell(StoreEvent::Revoked(family)));
    if !wanted.is_empty() {
        let mut pipeline = redis::pipe();
        for (conversation, first, last) in &wanted {
            let log = format!("{PREFIX}:log:{}", id(conversation.row()));
            pipeline.cmd("XRANGE").arg(log).arg(format!("{first}-0")).arg(format!("{last}-0"));
        }
        let logs: Vec<StreamRangeReply> = pipeline.query_async(connection).await?;
        let epoch = inner.epoch();
        for ((conversation, ..), log) in wanted.iter().zip(logs) {
            for entry in &log.ids {
                inner.hub.publish(*conversation, &Arc::new(super::log::entry_of(epoch, entry)?));
            }
        }
    }
    deleted.into_iter().for_each(|conversation| inner.hub.end(conversation));
    Ok(())
}
