//! Tests of the store's rules, without a network: how sends, echoes, redeliveries and early events
//! change the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chataibot_wire::content::Text;
use chataibot_wire::entry::{Assignee, DeliveryState, Status};
use chataibot_wire::{Author, Content, Cursor, Event, RichText};

use super::incoming::ReceiveStats;
use super::sends::{
    BeginOutcome, Forward, MessageBody, NewSend, Outcome, PlatformRefusal, SendKey, Settled, state_name,
};
use super::sqlite::{DatabaseLocation, Sqlite};
use super::{Engine, ReadFrom, Store};
use crate::clock::Clock;
use crate::hub::Hub;
use crate::ids::ConversationId;
use crate::normalise::{EventKind, Incoming};
use crate::testing::RedisServer;

mod echoes;
mod erase;
mod files;
mod model;
mod paging;
mod pending_events;
mod renewals;
mod sending;
mod shared;
mod signed_in;

const SITE: &str = "shop";
const VISITOR: &str = "0123456789abcdef0123456789abcdef";

/// A store with a clock that only tests advance, and shorthands for common calls.
struct Bench {
    store: Store,
    /// A second proxy's store in the same location, if there is one.
    other: Option<Store>,
    clock: Clock,
    delivery: std::cell::Cell<u64>,
    location: StoreLocation,
}

/// Where a store's data is; outlives a closed store or a dead process.
enum StoreLocation {
    File(tempfile::TempDir),
    /// The connection is kept open, because the in-memory database ends with its last connection.
    Memory(String, #[expect(dead_code, reason = "held, never asked")] rusqlite::Connection),
    Redis(RedisServer),
}

impl StoreLocation {
    fn file() -> Self {
        Self::File(tempfile::tempdir().expect("a directory"))
    }

    fn memory() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("file:/bench-{}?vfs=memdb", NEXT.fetch_add(1, Ordering::Relaxed));
        let kept = rusqlite::Connection::open(&name).expect("a memory");
        Self::Memory(name, kept)
    }

    fn redis() -> Self {
        Self::Redis(RedisServer::start())
    }

    async fn open(&self, clock: Clock) -> Store {
        let hub = Hub::default();
        match self {
            Self::File(directory) => Store::open(&directory.path().join("chat.sqlite"), hub, clock).expect("a store"),
            Self::Memory(name, _) => Store(Engine::Sqlite(
                Sqlite::open(DatabaseLocation::Memory(name.clone()), hub, clock).expect("a store"),
            )),
            Self::Redis(server) => Store::redis(&server.url().secret, hub, clock).await.expect("a store").0,
        }
    }

    /// Deletes the keys that show instances as alive, so that others take them for dead. Only
    /// instances on one Redis know of one another.
    fn expire_leases(&self) {
        if let Self::Redis(server) = self {
            let mut redis = server.connect();
            let alive: Vec<String> = redis::cmd("KEYS").arg("*:alive:*").query(&mut redis).expect("asked");
            redis::cmd("DEL").arg(alive).exec(&mut redis).expect("deleted");
        }
    }
}

/// Runs each of these tests on each engine.
macro_rules! for_each_engine {
    ($($sentence:ident),+ $(,)?) => {
        mod in_a_file {
            $(#[tokio::test] async fn $sentence() { super::$sentence(super::Bench::at(super::StoreLocation::file()).await).await })+
        }
        mod in_memory {
            $(#[tokio::test] async fn $sentence() { super::$sentence(super::Bench::at(super::StoreLocation::memory()).await).await })+
        }
        mod in_redis {
            $(#[tokio::test] async fn $sentence() { super::$sentence(super::Bench::at(super::StoreLocation::redis()).await).await })+
        }
    };
}
use for_each_engine;

impl Store {
    fn sqlite(&self) -> Option<&Sqlite> {
        match &self.0 {
            Engine::Sqlite(sqlite) => Some(sqlite),
            Engine::Redis(_) => None,
        }
    }
}

impl Bench {
    async fn at(location: StoreLocation) -> Self {
        Self::with_clock(location, Clock::standing()).await
    }

    async fn with_clock(location: StoreLocation, clock: Clock) -> Self {
        let store = location.open(clock.clone()).await;
        Self { store, other: None, clock, delivery: std::cell::Cell::new(0), location }
    }

    /// A bench with two proxies in one location.
    async fn with_two_proxies(location: StoreLocation) -> Self {
        Self::at(location).await.with_another().await
    }

    async fn with_another(mut self) -> Self {
        self.other = Some(self.location.open(self.clock.clone()).await);
        self
    }

    /// Swaps the two proxies: later calls go to the other one.
    fn swap_proxies(&mut self) {
        if let Some(other) = &mut self.other {
            std::mem::swap(&mut self.store, other);
        }
    }

    /// Closes and reopens the store as after a crash: no message counts as being sent any more.
    async fn reopened(self) -> Self {
        let Self { store, other, clock, delivery, location } = self;
        let are_two = other.is_some();
        drop((store, other));
        location.expire_leases();
        let bench = Self { delivery, ..Self::with_clock(location, clock).await };
        if are_two { bench.with_another().await } else { bench }
    }

    /// Number of deduplication marks that a delivery has left.
    async fn marks(&self, delivery: u64) -> usize {
        match &self.location {
            StoreLocation::File(_) | StoreLocation::Memory(..) => {
                let sqlite = self.store.sqlite().expect("it is one");
                let marks = sqlite.read(move |db| {
                    let sql = "SELECT count(*) FROM received WHERE delivery = ?1";
                    Ok(db.query_row(sql, [delivery], |row| row.get(0))?)
                });
                marks.await.expect("read")
            }
            StoreLocation::Redis(server) => {
                let pattern = format!("*:delivery:*/{delivery}");
                let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query(&mut server.connect()).expect("asked");
                keys.len()
            }
        }
    }

    /// Deletes the entries before `seq`, as an operator might.
    async fn delete_before(&self, conversation: ConversationId, seq: u32) {
        match &self.location {
            StoreLocation::File(_) | StoreLocation::Memory(..) => {
                let sqlite = self.store.sqlite().expect("it is one");
                let deleted = sqlite.write(move |tx| {
                    let sql = "DELETE FROM entries WHERE conversation = ?1 AND seq < ?2";
                    Ok(tx.execute(sql, rusqlite::params![conversation.row(), seq]).map(drop)?)
                });
                deleted.await.expect("deleted");
            }
            StoreLocation::Redis(server) => {
                let mut redis = server.connect();
                let logs: Vec<String> = redis::cmd("KEYS").arg("*:log:*").query(&mut redis).expect("asked");
                assert_eq!(logs.len(), 1);
                redis::cmd("XTRIM").arg(&logs).arg("MINID").arg(seq).exec(&mut redis).expect("trimmed");
            }
        }
    }

    fn new_send(key: &str, text: &str) -> NewSend {
        let key = SendKey { site: SITE.to_owned(), visitor: VISITOR.to_owned(), key: key.to_owned() };
        let mut fingerprint = [0; 32];
        fingerprint.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
        let content = Content::Text(Text { body: RichText::plain(text), prompt: None });
        NewSend { key, fingerprint, body: MessageBody { content, echoes: Vec::new() } }
    }

    async fn begin_start(&self, key: &str, text: &str, alias: &str) -> BeginOutcome {
        self.store.begin_start(Self::new_send(key, text), alias.to_owned()).await.expect("begun")
    }

    async fn begin_send(&self, key: &str, text: &str) -> BeginOutcome {
        self.store.begin_send(Self::new_send(key, text), "alias".to_owned()).await.expect("begun")
    }

    async fn settle(&self, forward: &Forward, outcome: Outcome) -> Settled {
        self.store.settle(forward.send, outcome).await.expect("settled")
    }

    /// Starts a conversation with alias `alias`, platform id `p1` and first message `k0`, which is
    /// echoed: two entries.
    async fn started(&self) -> ConversationId {
        let forward = forward(self.begin_start("k0", "hello", "alias").await);
        self.settle(&forward, accepted_start("p1")).await;
        assert_eq!(self.deliver(&[says(Author::Visitor, "hello")]).await.echoes, 1);
        forward.conversation
    }

    async fn sent(&self, key: &str, text: &str) -> Forward {
        let forward = forward(self.begin_send(key, text).await);
        self.settle(&forward, accepted_send(key)).await;
        forward
    }

    /// Receives one delivery and acknowledges it.
    async fn deliver(&self, events: &[Incoming]) -> ReceiveStats {
        let (number, stats) = self.deliver_unanswered(events).await;
        self.store.acknowledge(number, true);
        if self.other.is_some() {
            // Stands for the time until the platform has the answer and sends the next delivery.
            for _ in 0..5 {
                self.store.check().await.expect("written");
            }
        }
        stats
    }

    /// Receives one delivery whose 2xx is lost.
    async fn deliver_unacknowledged(&self, events: &[Incoming]) -> ReceiveStats {
        let (number, stats) = self.deliver_unanswered(events).await;
        self.store.acknowledge(number, false);
        stats
    }

    /// Receives one delivery, which is stored and not answered yet.
    async fn deliver_unanswered(&self, events: &[Incoming]) -> (u64, ReceiveStats) {
        let number = self.delivery.get() + 1;
        self.delivery.set(number);
        let stats = self.store.receive(number, vec![SITE.to_owned()], events.to_vec()).await.expect("received");
        (number, stats)
    }

    /// The whole log in short form: `visitor: hello`, `k0 sent`, `closed`.
    async fn log(&self, conversation: ConversationId) -> Vec<String> {
        let replay = self.store.read_after(conversation, ReadFrom::default(), 10_000).await.expect("read");
        for (at, entry) in replay.entries.iter().enumerate() {
            assert_eq!(entry.cursor.seq as usize, at + 1, "numbers without gaps");
        }
        replay.entries.into_iter().map(|entry| short(&entry.event)).collect()
    }
}

fn short(event: &Event) -> String {
    match event {
        Event::Message(message) => {
            let who = match message.author {
                Author::Bot => "bot",
                Author::Agent => "agent",
                Author::Visitor => "visitor",
            };
            format!("{who}: {}", message.content.to_plain())
        }
        Event::Delivery(delivery) => format!("{} {}", delivery.client_message_id, state_name(delivery.state)),
        Event::Status(Status::Open) => "open".to_owned(),
        Event::Status(Status::Closed) => "closed".to_owned(),
        Event::Assignee(assignee) => format!("assignee {}", assignee.name.as_deref().unwrap_or("?")),
    }
}

fn forward(begun: BeginOutcome) -> Forward {
    let BeginOutcome::Forward(forward) = begun else { panic!("to be forwarded, not {begun:?}") };
    forward
}

fn known_state(begun: BeginOutcome) -> DeliveryState {
    let BeginOutcome::Known(record) = begun else { panic!("known, not {begun:?}") };
    record.state
}

fn accepted_start(platform_id: &str) -> Outcome {
    Outcome::Accepted { platform_id: Some(platform_id.to_owned()), answer: Some("2025-02-10 20:21:03".to_owned()) }
}

fn accepted_send(message_id: &str) -> Outcome {
    Outcome::Accepted { platform_id: None, answer: Some(format!("m-{message_id}")) }
}

fn refused() -> Outcome {
    Outcome::Refused(PlatformRefusal { status: 400, code: "CONTACT_IS_BLOCKED".to_owned() })
}

fn event(kind: EventKind) -> Incoming {
    Incoming { conversation: "p1".to_owned(), visitor_key: Some(format!("{VISITOR}_77")), id: None, kind }
}

fn says(author: Author, text: &str) -> Incoming {
    event(EventKind::Message { author, content: Content::Text(Text { body: RichText::plain(text), prompt: None }) })
}

fn with_id(id: &str, event: Incoming) -> Incoming {
    Incoming { id: Some(id.to_owned()), ..event }
}

fn of_conversation(conversation: &str, event: Incoming) -> Incoming {
    Incoming { conversation: conversation.to_owned(), ..event }
}
