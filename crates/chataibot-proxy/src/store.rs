//! The persistence layer: everything that outlives a request. [`Store`] offers all operations; one
//! of two engines carries them out, and one set of tests holds for both.
//!
//! - [`sqlite`]: one file, or memory that ends with the process, for one proxy
//! - [`redis`]: one Redis, for several proxies
//! - [`log`]: a conversation's entries, appended and read from a cursor
//! - [`sends`]: the idempotency records: the outcome of each message a visitor sent
//! - [`incoming`]: the effects of the platform's events on the log
//! - [`pending_events`]: events that arrived before their conversation was known
//! - [`files`]: the records of visitors' files
//! - [`retention`]: age limits of stored data; [`erase`]: erasure of one visitor
//! - [`renewals`]: the renewal secrets of visitor tokens, and the keys that sign the tokens
//! - [`signed_in`]: signed-in visitors and their profiles
//!
//! An entry is published to the [`Hub`] after its commit, in the order of the log.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use chataibot_wire::{Cursor, file::StoredFile};
use secrecy::SecretString;
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::credentials::{KeyRing, Secret, UserProfile};
use crate::hub::Hub;
use crate::ids::{ConversationId, FamilyId, VisitorId};
use crate::normalise::Incoming;

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
use sqlite::{DatabaseLocation, Sqlite};

/// A conversation a visitor owns.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Owned {
    /// The conversation's number.
    pub id: ConversationId,
    /// The platform's id of the conversation, once known.
    pub platform_id: Option<String>,
    /// Whether it has been closed.
    pub has_ended: bool,
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
    /// Redis is marked as unavailable after a lost answer, so it was not asked.
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

impl From<getrandom::Error> for StoreError {
    fn from(error: getrandom::Error) -> Self {
        Self::Corrupt(format!("no randomness: {error}"))
    }
}

/// Events of a shared store that this proxy has to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreEvent {
    /// This token family was revoked, perhaps by another proxy.
    Revoked(FamilyId),
    /// Events may have been missed, or data lost: what was read from the store must be read again.
    Resync,
}

/// The events of a shared store, as they come.
pub type StoreEvents = mpsc::UnboundedReceiver<StoreEvent>;

/// Handle to the store. Clones share one store.
#[derive(Clone)]
pub struct Store(Engine);

#[derive(Clone)]
enum Engine {
    Sqlite(Sqlite),
    Redis(Redis),
}

type Result<T, E = StoreError> = std::result::Result<T, E>;

impl Store {
    /// Opens the database file, creating it if it does not exist. Sends that a crash left without
    /// an outcome become `unknown`.
    ///
    /// # Errors
    /// When the file can't be opened or written, or was written by a newer version.
    pub fn open(path: &Path, hub: Hub, clock: Clock) -> Result<Self> {
        Sqlite::open(DatabaseLocation::File(path.to_owned()), hub, clock).map(|sqlite| Self(Engine::Sqlite(sqlite)))
    }

    /// Creates a store in memory, which ends with its last clone and never touches a disk.
    pub fn memory(hub: Hub, clock: Clock) -> Result<Self> {
        Sqlite::open(DatabaseLocation::new_memory(), hub, clock).map(|sqlite| Self(Engine::Sqlite(sqlite)))
    }

    /// Connects to the Redis that several proxies share. The caller acts on the returned events.
    pub async fn redis(url: &SecretString, hub: Hub, clock: Clock) -> Result<(Self, StoreEvents)> {
        let (redis, events) = Redis::open(url, hub, clock).await?;
        Ok((Self(Engine::Redis(redis)), events))
    }

    /// Checks that the Redis at this address accepts the user and runs scripts. Writes nothing.
    ///
    /// # Errors
    /// What Redis, or the way there, says against it.
    pub async fn check_redis(url: &SecretString) -> Result<()> {
        Redis::try_scripts(url).await
    }

    /// Whether other proxies may use the store, too.
    pub fn is_shared(&self) -> bool {
        matches!(self.0, Engine::Redis(_))
    }

    /// Whether the store just failed to answer. Until it answers, all operations fail at once.
    pub fn is_unavailable(&self) -> bool {
        matches!(&self.0, Engine::Redis(redis) if redis.is_unavailable())
    }

    /// Announces an orderly shutdown: no message of this proxy is in flight any more, so the other
    /// proxies need not wait for its lease to expire.
    pub async fn leave(&self) {
        if let Engine::Redis(redis) = &self.0
            && let Err(error) = redis.leave().await
        {
            tracing::warn!(%error, "the other proxies find out by themselves that this one ended");
        }
    }

    /// The store's time: milliseconds since 1970-01-01 UTC.
    pub fn now(&self) -> u64 {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.now(),
            Engine::Redis(redis) => redis.now(),
        }
    }

    /// The epoch of newly created cursors.
    pub fn epoch(&self) -> u32 {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.epoch(),
            Engine::Redis(redis) => redis.epoch(),
        }
    }

    /// Records whether our 2xx for the delivery was sent to the platform. If not, the same events
    /// may be delivered again.
    pub fn acknowledge(&self, delivery: u64, sent: bool) {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.acknowledge(delivery, sent),
            Engine::Redis(redis) => redis.acknowledge(delivery, sent),
        }
    }
}

/// Maintenance of an existing database file, whether or not a proxy runs on it. Except for
/// [`Store::try_file`], it must have this program's schema version.
impl Store {
    /// Whether [`Store::open`] could use this file, of this or an older version. Changes nothing.
    pub fn try_file(path: &Path) -> Result<()> {
        sqlite::schema::try_file(path)
    }

    /// Erases a visitor. A running proxy accepts their tokens until it restarts or the tokens
    /// expire, which takes a few minutes.
    pub fn erase_in_file(path: &Path, visitor: &VisitorId, now: u64) -> Result<Erased> {
        sqlite::erase::in_file(path, visitor, now)
    }

    /// Copies the whole database to a file that must not exist yet, while a proxy keeps writing.
    pub fn back_up(from: &Path, to: &Path) -> Result<()> {
        sqlite::backup::copy(from, to)
    }
}

/// Runs an operation of the SQLite engine: a function of one of its modules, as a job that reads or
/// writes and takes copies of the named texts, or else its own method.
macro_rules! run_in_sqlite {
    ($sqlite:ident.$operation:ident($($argument:ident),*)) => { $sqlite.$operation($($argument),*).await };
    ($sqlite:ident.$operation:ident($($argument:ident),*), $access:ident in $module:ident $($text:ident)*) => {{
        $(let $text = $text.to_owned();)*
        $sqlite.$access(move |ctx| {
            $(let $text = $text.as_str();)*
            sqlite::$module::$operation(ctx, $($argument),*)
        }).await
    }};
}

/// Declares each operation as a method that runs the engine's operation of the same name.
macro_rules! operations {
    ($($(#[$doc:meta])+ $operation:ident($($argument:ident: $type:ty),*) -> $answer:ty
        $(, $access:ident in $module:ident $(with $($text:ident),+)?)?;)+) => {
        /// The operations. Each fails only when the store does.
        impl Store {
            $($(#[$doc])+
            pub async fn $operation(&self, $($argument: $type),*) -> Result<$answer> {
                match &self.0 {
                    Engine::Sqlite(sqlite) => {
                        run_in_sqlite!(sqlite.$operation($($argument),*) $(, $access in $module $($($text)+)?)?)
                    }
                    Engine::Redis(redis) => redis.$operation($($argument),*).await,
                }
            })+
        }
    };
}

operations! {
    /// Fails unless the store can be read and written now.
    check() -> (), write in schema;
    /// Counts one request against a limit that all proxies share. If it is exceeded, counts nothing
    /// and returns how long to wait. A store of one proxy has no such limits: its own are enough.
    count_request(limit: &str, client: &str, per_minute: u32) -> Option<Duration>;
    /// The conversation with this alias, if it belongs to this visitor on this site. `None` stands
    /// for both "not there" and "not yours".
    owned_conversation(site: &str, visitor: &str, alias: &str) -> Option<Owned>, read in log with site, visitor, alias;
    /// Reads at most `limit` entries from where the reader begins. A cursor that does not fit the
    /// log is reported as a reset, and treated as none.
    read_after(conversation: ConversationId, from: ReadFrom, limit: u32) -> Replay, read in log;
    /// Reads the `limit` entries before a cursor; if the cursor does not fit the log, returns a
    /// reset and the last entries of the log.
    read_before(conversation: ConversationId, before: Cursor, limit: u32) -> Replay, read in log;
    /// Drops the pending events that are too old. Returns how many.
    sweep_pending_events() -> u64;
    /// Erases a visitor. Erasing the same visitor again finds nothing and is no error.
    erase_visitor(visitor: VisitorId) -> Erased;
    /// Deletes the idempotency records and the marks of received events that are too old to matter.
    sweep_records() -> (), write in retention;
    /// Deletes the site's conversations without new entries for `days`, with everything that
    /// belongs to them, and returns them. If there are many, some are left for the next call.
    sweep_conversations(site: &str, days: u32) -> Vec<ConversationId>, write in retention with site;
    /// Begins a start: creates the conversation under `alias`, the record and the message's entry,
    /// in one commit. After an error nothing is logged.
    begin_start(send: NewSend, alias: String) -> BeginOutcome, write in sends;
    /// The same for a send to this conversation, which must exist.
    begin_send(send: NewSend, alias: String) -> BeginOutcome, write in sends;
    /// Records and logs the outcome of forwarding. For an accepted start, also binds the platform's
    /// id and releases the conversation's pending events. If an echo has already confirmed the
    /// message, a lost answer no longer matters. After an error the send is still `sending`.
    settle(send: SendId, outcome: Outcome) -> Settled, write in sends;
    /// Stores the events of one delivery, all or none, in conversations of the sites behind its
    /// webhook. `delivery` identifies it in the later call of [`Store::acknowledge`].
    receive(delivery: u64, sites: Vec<String>, events: Vec<Incoming>) -> ReceiveStats, write in incoming;
    /// Records a file, unless the files of its site would then exceed `total` bytes, or its
    /// conversation was deleted. True if it was recorded.
    record_file(new: NewFile, total: u64) -> bool, write in files;
    /// The total size of a site's files, in bytes.
    total_file_bytes(site: &str) -> u64, read in files with site;
    /// The file with this id, as long as its conversation exists.
    file(id: String) -> Option<StoredFile>, read in files;
    /// The files behind these links, in the same order; `None` if one of them was not issued to
    /// this conversation.
    issued_files(conversation: ConversationId, links: Vec<String>) -> Option<Vec<StoredFile>>, read in files;
    /// Marks the files whose links occur in `text`, which the visitor sends: they are kept as long
    /// as the conversation.
    mark_files_sent(conversation: ConversationId, text: String) -> (), write in files;
    /// The ids of some files to delete: their conversation was deleted, or they were never sent.
    orphaned_files() -> Vec<String>, read in files;
    /// Deletes the records of these files.
    delete_file_records(ids: Vec<String>) -> (), write in files;
    /// Begins a token family with its first renewal secret.
    begin_family(new: NewFamily) -> (), write in renewals;
    /// Uses a renewal secret. A refusal is not an error, and its changes are kept.
    renew(presented: Presented, times: Times) -> Result<Renewed, RenewalRefusal>, write in renewals;
    /// The families revoked after `since`, with the time of revocation.
    revoked_since(since: u64) -> Vec<(FamilyId, u64)>, read in renewals;
    /// Deletes families not used since `before`; if there are many, some are left for the next
    /// call.
    sweep_families(before: u64) -> (), write in renewals;
    /// The signing keys. Creates the first one, and a new one when the newest is a month old.
    signing_keys(now: u64) -> KeyRing, write in renewals;
    /// Begins the family of a signed-in user. Returns the user's visitor id.
    sign_in(new: NewSignIn) -> VisitorId, write in signed_in;
    /// The user that a family belongs to; `None` for an anonymous visitor.
    user_of(family: FamilyId) -> Option<[u8; 32]>, read in signed_in;
    /// The profile of the user that a family belongs to.
    profile_of(family: FamilyId) -> Option<UserProfile>, read in signed_in;
    /// Replaces the profile of the user that a family belongs to.
    update_profile(family: FamilyId, profile: UserProfile) -> (), write in signed_in;
    /// The family that a renewal secret belongs to, used or not; with `everywhere`, all families of
    /// its visitor on its site. Revoked families are left out.
    families_of(secret: Secret, everywhere: bool) -> Vec<FamilyId>, read in signed_in;
    /// Revokes families, and deletes the profiles of their users.
    end_families(families: Vec<FamilyId>) -> (), write in signed_in;
    /// Deletes the visitor ids of users who have not signed in since `before`; if there are many,
    /// some are left for the next call.
    sweep_users(before: u64) -> (), write in signed_in;
}

#[cfg(test)]
mod tests;
