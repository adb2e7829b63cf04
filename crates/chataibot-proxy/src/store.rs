//! Everything that outlives a request, behind operations that say what they mean. [`Store`] is all
//! of them; one of its engines carries them out, and one set of tests holds for each.
//!
//! - [`sqlite`]: one file, or memory that ends with the process, for one proxy
//! - [`redis`]: one Redis, for several proxies
//! - [`log`]: a conversation's entries, appended and read from a cursor
//! - [`sends`]: the idempotency records: what became of each message a visitor sent
//! - [`incoming`]: what the platform's events do to the log
//! - [`pending_events`]: events that came before their conversation was known
//! - [`files`]: the records of visitors' files
//! - [`retention`]: what is deleted, and when; [`erase`]: all of one visitor
//! - [`renewals`]: the renewal secrets of visitor tokens, and the keys that sign those
//! - [`signed_in`]: signed-in visitors, and what is known of them
//!
//! An entry is published to the [`Hub`] after its commit, in the order of the log.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use chataibot_wire::{Cursor, file::StoredFile};
use secrecy::SecretString;
use tokio::sync::mpsc;

use crate::{
    clock::Clock,
    credentials::{KeyRing, Secret, UserProfile},
    hub::Hub,
    ids::{ConversationId, FamilyId, VisitorId},
    normalise::Incoming,
};

pub(crate) mod erase;
pub(crate) mod files;
pub(crate) mod incoming;
pub mod log;
pub(crate) mod pending_events;
mod redis;
pub(crate) mod renewals;
pub(crate) mod retention;
pub(crate) mod sends;
pub(crate) mod signed_in;
mod sqlite;

use self::redis::Redis;
use erase::Erased;
use files::NewFile;
use incoming::ReceiveStats;
pub use log::{ReadFrom, Replay};
use renewals::{NewFamily, Presented, RenewalRefusal, Renewed, Times};
use sends::{BeginOutcome, NewSend, Outcome, SendId, Settled};
use signed_in::NewSignIn;
use sqlite::Sqlite;

/// A conversation a visitor owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// Its number.
    pub id: ConversationId,
    /// The platform's id of it, once known.
    pub platform_id: Option<String>,
    /// It has been closed.
    pub ended: bool,
}

/// Why the store could not do something.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// An error of SQLite: the disk is full, read-only or broken, or a statement is wrong.
    #[error("database: {0}")]
    Database(Arc<rusqlite::Error>),
    /// An error of Redis, or its answer was lost.
    #[error("redis: {0}")]
    Redis(Arc<::redis::RedisError>),
    /// Redis did not answer a moment ago; it was not asked.
    #[error("redis: does not answer")]
    Unavailable,
    /// The store was written by a newer version of the proxy.
    #[error(
        "the store has schema version {found} and this program knows versions up to {known}; run the newer chataibot-proxy that wrote it, or restore the backup made before the update"
    )]
    Newer {
        /// The store's schema version.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// Something in the store can't be read back.
    #[error("database: {0}")]
    Corrupt(String),
    /// The writer has stopped: the proxy is shutting down, or an operation panicked.
    #[error("database: the writer has stopped")]
    Stopped,
}

impl StoreError {
    fn corrupt(what: impl fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }

    fn no_randomness(error: getrandom::Error) -> Self {
        Self::Corrupt(format!("no randomness: {error}"))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<::redis::RedisError> for StoreError {
    fn from(error: ::redis::RedisError) -> Self {
        Self::Redis(Arc::new(error))
    }
}

/// Events of a shared store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreEvent {
    /// This family was ended, perhaps by another proxy.
    Revoked(FamilyId),
    /// Something may have been missed, or was lost: what was read from the store before is to be
    /// read again.
    Resync,
}

/// The store. Clones are the same store.
#[derive(Clone)]
pub struct Store(Engine);

#[derive(Clone)]
enum Engine {
    Sqlite(Sqlite),
    Redis(Redis),
}

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// How a store is opened, and what it says of itself.
impl Store {
    /// Opens the database file, and makes it when it is not there. Sends that a crash left without
    /// an outcome become `unknown`.
    ///
    /// # Errors
    /// When the file can't be opened or written, or was written by a newer version.
    pub fn open(path: &Path, hub: Hub, clock: Clock) -> Result<Self> {
        Sqlite::open(path, hub, clock).map(|sqlite| Self(Engine::Sqlite(sqlite)))
    }

    /// A store that ends with this value and never touches a disk.
    pub fn memory(hub: Hub, clock: Clock) -> Result<Self> {
        Sqlite::memory(hub, clock).map(|sqlite| Self(Engine::Sqlite(sqlite)))
    }

    /// Connects to the Redis that several proxies share. Its events are for the proxy to act on.
    pub async fn redis(
        url: &SecretString,
        hub: Hub,
        clock: Clock,
    ) -> Result<(Self, mpsc::UnboundedReceiver<StoreEvent>)> {
        let (redis, events) = Redis::open(url, hub, clock).await?;
        Ok((Self(Engine::Redis(redis)), events))
    }

    /// Do other proxies use it, too?
    pub fn is_shared(&self) -> bool {
        match &self.0 {
            Engine::Sqlite(_) => false,
            Engine::Redis(_) => true,
        }
    }

    /// Did it not answer a moment ago? Then it is not asked, and every operation fails at once.
    pub fn is_unavailable(&self) -> bool {
        match &self.0 {
            Engine::Sqlite(_) => false,
            Engine::Redis(redis) => redis.is_unavailable(),
        }
    }

    /// An orderly end: nothing of this proxy is on its way any more. Other proxies then need not
    /// wait to be sure of it.
    pub async fn leave(&self) {
        match &self.0 {
            Engine::Sqlite(_) => {}
            Engine::Redis(redis) => {
                if let Err(error) = redis.leave().await {
                    tracing::warn!(%error, "the other proxies find out by themselves that this one ended");
                }
            }
        }
    }

    /// The store's time: milliseconds since 1970-01-01 UTC.
    pub fn now(&self) -> u64 {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.now(),
            Engine::Redis(redis) => redis.now(),
        }
    }

    /// The epoch of the cursors it makes now.
    pub fn epoch(&self) -> u32 {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.epoch(),
            Engine::Redis(redis) => redis.epoch(),
        }
    }

    /// Our 2xx for the delivery is on its way to the platform, or it did not get out and the same
    /// events may come again.
    pub fn acknowledge(&self, delivery: u64, sent: bool) {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.acknowledge(delivery, sent),
            Engine::Redis(redis) => redis.acknowledge(delivery, sent),
        }
    }
}

/// What is done with a database file, whether or not a proxy runs on it. The file must be there,
/// and of this program's version.
impl Store {
    /// Could [`Store::open`] use this file? Changes nothing. An older version is well, too.
    pub fn try_file(path: &Path) -> Result<()> {
        sqlite::dry_run::check(path)
    }

    /// Erases a visitor. A running proxy ends their tokens at its next start, or when they end by
    /// themselves: a few minutes.
    pub fn erase_in_file(path: &Path, visitor: &VisitorId, now: u64) -> Result<Erased> {
        sqlite::erase::in_file(path, visitor, now)
    }

    /// Copies the whole database to a file that is not there yet, while a proxy writes on.
    pub fn back_up(from: &Path, to: &Path) -> Result<()> {
        sqlite::backup::copy(from, to)
    }
}

#[cfg(test)]
impl Store {
    fn sqlite(&self) -> Option<&Sqlite> {
        match &self.0 {
            Engine::Sqlite(sqlite) => Some(sqlite),
            Engine::Redis(_) => None,
        }
    }
}

/// An operation is declared once; it is the method of the same name of whichever engine carries it
/// out. It fails only when the store does.
macro_rules! operations {
    ($($(#[$doc:meta])+ $operation:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        /// The operations. Each fails only when the store does.
        impl Store {
            $($(#[$doc])+
            pub async fn $operation(&self, $($argument: $type),*) -> Result<$answer> {
                match &self.0 {
                    Engine::Sqlite(engine) => engine.$operation($($argument),*).await,
                    Engine::Redis(engine) => engine.$operation($($argument),*).await,
                }
            })+
        }
    };
}

operations! {
    /// Fails unless the store can be read and written now.
    check() -> ();
    /// Counts one request against a limit that all proxies share. How long to wait when it was one
    /// too many; nothing is counted then. A store that is not shared has no such limits: the
    /// proxy's own are enough.
    take(limit: &str, who: &str, per_minute: u32) -> Option<Duration>;
    /// The conversation of that alias, when it is this visitor's on this site. "Not there" and "not
    /// yours" are the same `None`.
    owned(site: &str, visitor: &str, alias: &str) -> Option<Owned>;
    /// At most `limit` entries, from where a reader begins. Where its cursor does not fit, as if it
    /// had none.
    read_after(conversation: ConversationId, from: ReadFrom, limit: u32) -> Replay;
    /// The `limit` entries before a cursor; where the cursor does not fit, a reset and the last
    /// ones of the log.
    read_before(conversation: ConversationId, before: Cursor, limit: u32) -> Replay;
    /// Drops the pending events that are too old. Returns how many.
    sweep_pending_events() -> u64;
    /// Erases a visitor. A second time finds nothing and is no error.
    erase_visitor(visitor: VisitorId) -> Erased;
    /// Deletes the idempotency records and the marks of received events that are too old to matter.
    sweep_records() -> ();
    /// Deletes the site's conversations that nothing was added to for `days`, with all that belongs
    /// to them. Returns them; when there are many, some are left for the next call.
    sweep_conversations(site: &str, days: u32) -> Vec<ConversationId>;
    /// Begins a start: makes the conversation under `alias`, the record and the entry of the
    /// message, in one commit. After an error nothing is logged.
    begin_start(send: NewSend, alias: String) -> BeginOutcome;
    /// Begins a send to a conversation: the record and the entry of the message, in one commit.
    /// After an error nothing is logged.
    begin_send(send: NewSend, alias: String) -> BeginOutcome;
    /// Records how forwarding ended, logs it, and of an accepted start binds the platform's id and
    /// releases what waited for it. An echo that came first stands: a lost answer no longer matters
    /// then. After an error the send is still `sending`.
    settle(send: SendId, outcome: Outcome) -> Settled;
    /// Stores the events of one delivery, all or none. `sites` are those behind the webhook: an
    /// event touches no other site's conversations. `delivery` names the delivery for
    /// [`Store::acknowledge`], which follows.
    receive(delivery: u64, sites: Vec<String>, events: Vec<Incoming>) -> ReceiveStats;
    /// Records a file, unless the files of its site would then take up more than `total` bytes, or
    /// its conversation was deleted. True when it was recorded.
    keep_file(new: NewFile, total: u64) -> bool;
    /// How many bytes the files of a site take up.
    files_bytes(site: &str) -> u64;
    /// The file of that id, as long as its conversation is there.
    file(id: String) -> Option<StoredFile>;
    /// The files behind these links, in their order; `None` when one of them was not issued to this
    /// conversation.
    issued_files(conversation: ConversationId, links: Vec<String>) -> Option<Vec<StoredFile>>;
    /// The visitor sends a message with these words or links: the files it speaks of stay as long
    /// as the conversation.
    files_sent(conversation: ConversationId, text: String) -> ();
    /// The ids of some files that are to go: their conversation was deleted, or they were never
    /// sent.
    orphaned_files() -> Vec<String>;
    /// Deletes records.
    forget_files(ids: Vec<String>) -> ();
    /// Begins a family with its first secret.
    begin_family(new: NewFamily) -> ();
    /// Uses a secret. A refusal is no error, and what it changed is kept.
    renew(presented: Presented, times: Times) -> Result<Renewed, RenewalRefusal>;
    /// The families that were ended after `since`, and when.
    revoked_since(since: u64) -> Vec<(FamilyId, u64)>;
    /// Forgets families that nobody has used since `before`; when there are many, some are left for
    /// the next call.
    sweep_families(before: u64) -> ();
    /// The signing keys. Makes the first one, and a new one when the newest is a month old.
    signing_keys(now: u64) -> KeyRing;
    /// Begins the family of a signed-in user. Returns which visitor they are.
    sign_in(new: NewSignIn) -> VisitorId;
    /// The user a family belongs to; `None` for an anonymous one.
    user_of(family: FamilyId) -> Option<[u8; 32]>;
    /// What is known of whoever a family belongs to.
    profile_of(family: FamilyId) -> Option<UserProfile>;
    /// Replaces what is known of whoever a family belongs to.
    update_profile(family: FamilyId, person: UserProfile) -> ();
    /// The family a secret belongs to, used or not; `everywhere`, all families of its visitor on
    /// its site. Those that have ended are left out.
    families_of(secret: Secret, everywhere: bool) -> Vec<FamilyId>;
    /// Ends families, and forgets what was known of whoever they belonged to.
    end_families(families: Vec<FamilyId>) -> ();
    /// Forgets which visitor a user was who has not signed in since `before`; when there are many,
    /// some are left for the next call.
    sweep_users(before: u64) -> ();
}

#[cfg(test)]
mod tests;
