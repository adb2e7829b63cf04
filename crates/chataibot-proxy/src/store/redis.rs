//! The store engine for several proxies: one shared Redis, as log and as event bus.
//!
//! - each operation is one call of a Lua script, so a crash between two steps is impossible:
//!   `redis/*.lua`, joined to one script
//! - [`bus`]: notifies every proxy of what is committed, in the order of the log
//! - [`heartbeat`]: shows that this proxy is alive, and detects those that are not
//! - [`operations`]: those that are one call of the script; the other modules implement those of the
//!   same name in [`crate::store`]
//!
//! A conversation's log is the stream `{chataibot}:log:<id>`; the entry `<seq>-0` carries the same
//! JSON as a row of SQLite.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult, Script};
use secrecy::{ExposeSecret, SecretString};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::incoming::{ECHO_WINDOW, MAX_CANDIDATES};
use super::sends::{SendId, SendKey};
use super::{Result, StoreError, StoreEvent, StoreEvents};
use crate::clock::{Clock, millis};
use crate::hub::Hub;
use crate::ids::{ConversationId, FamilyId, VisitorId, random_hex};

mod bus;
mod heartbeat;
mod id;
mod incoming;
mod log;
mod operations;
mod renewals;
mod sends;
mod signed_in;

/// Prefix of every key. The braces, a Redis hash tag, keep all keys in one cluster slot.
const PREFIX: &str = "{chataibot}";
/// The script of all operations.
const SCRIPT: &str = concat!(
    include_str!("redis/base.lua"),
    include_str!("redis/sends.lua"),
    include_str!("redis/events.lua"),
    include_str!("redis/files_tokens_limits.lua")
);
/// The schema version of the data in Redis. Proxies of two versions run at the same time during an
/// update, so a change that the older one can't read needs a new number, and the newer proxy must
/// wait until the older ones have ended.
const VERSION: u32 = 1;
/// Timeout of a command. A slower Redis counts as unavailable.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Approximate number of events kept on the bus. Readers of a proxy that missed more start over.
const BUS_LENGTH: u32 = 20_000;

/// Handle to the Redis engine. Clones share it.
#[derive(Clone)]
pub struct Redis {
    inner: Arc<Inner>,
    _shutdown_guard: Arc<DropGuard>,
}

struct Inner {
    connection: ConnectionManager,
    script: Script,
    /// The id of this process among those that share the Redis: random, and new after a restart.
    instance: String,
    /// The epoch of the last answer.
    epoch: AtomicU32,
    /// A command or a heartbeat got no answer: nothing else is tried until a heartbeat does.
    is_unavailable: AtomicBool,
    /// After an outage of Redis: when all other proxies have had time to renew their leases.
    failover_after: Mutex<Instant>,
    redis_clock: heartbeat::RedisTime,
    /// Messages whose `begin_*` call got no answer, until they are rolled back.
    rollbacks: Mutex<HashSet<SendKey>>,
    /// Triggers a heartbeat at once, because a command got no answer.
    wake_heartbeat: Notify,
    /// Outcomes of deliveries that are not written to Redis yet.
    ack_notes: Mutex<Vec<incoming::AckNote>>,
    /// Held while `ack_notes` are written.
    ack_write_lock: tokio::sync::Mutex<()>,
    events: mpsc::UnboundedSender<StoreEvent>,
    clock: Clock,
    hub: Hub,
    shutdown: CancellationToken,
}

async fn connect(client: &Client) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(TIMEOUT))
        .set_response_timeout(Some(TIMEOUT))
        // The next command reconnects, so that the others need not wait for this one.
        .set_number_of_retries(0);
    ConnectionManager::new_with_config(client.clone(), config).await
}

impl Redis {
    /// Checks that the Redis accepts the user and runs scripts. Writes nothing.
    pub async fn try_scripts(url: &SecretString) -> Result<()> {
        let mut connection = connect(&Client::open(url.expose_secret())?).await?;
        Script::new("return 1").load_async(&mut connection).await?;
        Ok(())
    }

    /// Connects, sends the first heartbeats, and starts to read the bus.
    pub async fn open(url: &SecretString, hub: Hub, clock: Clock) -> Result<(Self, StoreEvents)> {
        let client = Client::open(url.expose_secret())?;
        let connection = connect(&client).await?;
        let (events, receiver) = mpsc::unbounded_channel();
        let inner = Arc::new(Inner {
            connection,
            script: Script::new(SCRIPT),
            instance: random_hex()?,
            epoch: AtomicU32::new(0),
            is_unavailable: AtomicBool::new(false),
            failover_after: Mutex::new(Instant::now()),
            redis_clock: heartbeat::RedisTime::default(),
            rollbacks: Mutex::default(),
            wake_heartbeat: Notify::new(),
            ack_notes: Mutex::default(),
            ack_write_lock: tokio::sync::Mutex::default(),
            events,
            clock,
            hub,
            shutdown: CancellationToken::new(),
        });
        let found = inner.query::<u32>("version", json!({ "known_version": VERSION })).await?;
        if found > VERSION {
            return Err(StoreError::Newer { found, known: VERSION });
        }
        // One of several answers is quick, which makes it a precise measurement of Redis' clock.
        for _ in 0..5 {
            inner.heartbeat().await?;
        }
        let position = bus::Position::end(&inner).await?;
        tokio::spawn(bus::run(Arc::clone(&inner), client, position));
        tokio::spawn(heartbeat::run(Arc::clone(&inner)));
        let _shutdown_guard = Arc::new(inner.shutdown.clone().drop_guard());
        Ok((Self { inner, _shutdown_guard }, receiver))
    }

    pub fn epoch(&self) -> u32 {
        self.inner.epoch()
    }

    pub fn now(&self) -> u64 {
        self.inner.clock.now()
    }

    pub fn is_unavailable(&self) -> bool {
        self.inner.is_unavailable.load(Ordering::Relaxed)
    }

    pub async fn leave(&self) -> Result<()> {
        self.inner.shutdown.cancel();
        self.inner.write_acks().await?;
        self.inner.query("leave", json!({})).await
    }
}

struct Reply<T> {
    /// The epoch the script ran in.
    epoch: u32,
    answer: T,
    /// Further texts, for operations that answer with a list.
    rest: Vec<String>,
}

impl Inner {
    fn epoch(&self) -> u32 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Runs an operation of the script, unless Redis is marked as unavailable.
    async fn call<T: DeserializeOwned>(&self, op: &str, arguments: Value) -> Result<Reply<T>> {
        if self.is_unavailable.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable);
        }
        let answer = self.try_call(op, arguments).await;
        if matches!(&answer, Err(StoreError::Redis(error)) if is_lost(error)) {
            // Other calls then fail at once. A heartbeat finds out if only the connection was lost.
            self.is_unavailable.store(true, Ordering::Relaxed);
            self.wake_heartbeat.notify_one();
        }
        answer
    }

    /// As [`Inner::call`], for operations that do not answer with a list.
    async fn query<T: DeserializeOwned>(&self, op: &str, arguments: Value) -> Result<T> {
        self.call(op, arguments).await.map(|reply| reply.answer)
    }

    /// As [`Inner::call`], for operations that answer only with a list.
    async fn list<T: DeserializeOwned>(&self, op: &str, arguments: Value) -> Result<T> {
        let listed = self.call::<IgnoredAny>(op, arguments).await?.rest;
        serde_json::from_value(listed.into()).map_err(|_| unreadable(op))
    }

    /// Runs an operation, even if Redis is marked as unavailable.
    async fn try_call<T: DeserializeOwned>(&self, op: &str, mut arguments: Value) -> Result<Reply<T>> {
        let (now, known) = (self.clock.now(), self.epoch());
        arguments["op"] = op.into();
        arguments["now"] = now.into();
        arguments["instance"] = self.instance.as_str().into();
        arguments["bus_length"] = BUS_LENGTH.into();
        arguments["failover_allowed"] = self.is_failover_allowed().into();
        arguments["max_in_flight"] = millis(sends::MAX_IN_FLIGHT).into();
        arguments["max_candidates"] = MAX_CANDIDATES.into();
        arguments["echo_since"] = now.saturating_sub(ECHO_WINDOW).into();
        // If Redis lost its epoch, the new one is greater: earlier cursors must not continue.
        arguments["new_epoch"] = u32::try_from(now / 1000).unwrap_or(u32::MAX).max(known.saturating_add(1)).into();
        let mut connection = self.connection.clone();
        let mut invocation = self.script.key(PREFIX);
        let answer: Vec<String> = invocation.arg(arguments.to_string()).invoke_async(&mut connection).await?;
        let mut answer = answer.into_iter();
        let (Some(epoch), Some(json)) = (answer.next().and_then(|epoch| epoch.parse().ok()), answer.next()) else {
            return Err(unreadable(op));
        };
        self.note_epoch(epoch);
        let read = serde_json::from_str(&json).map_err(|_| unreadable(op))?;
        Ok(Reply { epoch, answer: read, rest: answer.collect() })
    }

    /// Whether a proxy without heartbeats is dead: not just after an outage, when none could send.
    fn is_failover_allowed(&self) -> bool {
        let failover_after = *self.failover_after.lock();
        !self.is_unavailable.load(Ordering::Relaxed) && Instant::now() >= failover_after
    }

    /// Notes the epoch of an answer. If it changed, Redis lost entries, and readers start over.
    fn note_epoch(&self, epoch: u32) {
        let before = self.epoch.swap(epoch, Ordering::SeqCst);
        if before != epoch && before != 0 {
            tracing::warn!(before, now = epoch, "Redis lost a part of the logs, or all; every reader begins anew");
            self.reset_subscribers();
        }
    }

    fn reset_subscribers(&self) {
        self.hub.clear();
        self.emit_event(StoreEvent::Resync);
    }

    fn emit_event(&self, event: StoreEvent) {
        // Sending fails only when the proxy ends and the receiver is gone.
        let _ = self.events.send(event);
    }
}

fn unreadable(op: &str) -> StoreError {
    StoreError::Corrupt(format!("the answer to `{op}` can't be read"))
}

/// Whether the answer was lost, so that it is unknown whether the script ran.
fn is_lost(error: &redis::RedisError) -> bool {
    error.is_io_error() || error.is_timeout() || error.is_connection_dropped()
}
