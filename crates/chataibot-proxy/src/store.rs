//! Everything that outlives a request, behind operations that say what they mean. [`Store`] is all of them; one of its engines
//! carries them out, and one set of tests holds for each.
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
    hub::Hub,
    service::token::{FamilyId, VisitorId, host_jwt::UserProfile, keys::KeyRing, renewal::Secret},
};

pub mod erase;
pub mod files;
pub mod incoming;
pub mod log;
pub mod pending_events;
mod redis;
pub mod renewals;
pub mod retention;
pub mod sends;
pub mod signed_in;
mod sqlite;

use self::redis::Redis;
use erase::Erased;
use files::NewFile;
use incoming::{Incoming, ReceiveStats};
pub use log::Replay;
use renewals::{NewFamily, Presented, RenewalRefusal, Renewed, Times};
use sends::{BeginOutcome, NewSend, Outcome, SendId, Settled};
use signed_in::NewSignIn;
use sqlite::Sqlite;

/// A conversation's number inside this store. Never used twice, and never told to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConversationId(i64);

impl ConversationId {
    /// The conversation with this row number.
    #[must_use]
    pub const fn new(row: i64) -> Self {
        Self(row)
    }

    /// The row number.
    #[must_use]
    pub const fn row(self) -> i64 {
        self.0
    }
}

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
#[derive(Clone, Debug)]
pub enum StoreError {
    /// SQLite said so: the disk is full, read-only or broken, or a statement is wrong.
    Database(Arc<rusqlite::Error>),
    /// Redis said so, or its answer was lost.
    Redis(Arc<::redis::RedisError>),
    /// Redis did not answer a moment ago; it was not asked.
    Unavailable,
    /// The file was written by a newer version of the proxy.
    Newer {
        /// The file's schema version.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// Something in the store can't be read back.
    Corrupt(String),
    /// The writer has stopped: the proxy is shutting down, or an operation panicked.
    Stopped,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Database(error) => write!(f, "database: {error}"),
            Self::Redis(error) => write!(f, "redis: {error}"),
            Self::Unavailable => f.write_str("redis: does not answer"),
            Self::Newer { found, known } => write!(
                f,
                "the store has schema version {found} and this program knows versions up to {known}; run the newer chataibot-proxy that wrote it, or restore the backup made before the update"
            ),
            Self::Corrupt(what) => write!(f, "database: {what}"),
            Self::Stopped => f.write_str("database: the writer has stopped"),
        }
    }
}

impl std::error::Error for StoreError {}

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

/// What a store that is shared tells by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreEvent {
    /// This family was ended, perhaps by another proxy.
    Revoked(FamilyId),
    /// Something may have been missed, or was lost: what was read from the store before is to be read again.
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

/// The same call to whichever engine it is.
macro_rules! engine {
    ($store:ident . $operation:ident ( $($argument:expr),* )) => {
        match &$store.0 {
            Engine::Sqlite(engine) => engine.$operation($($argument),*),
            Engine::Redis(engine) => engine.$operation($($argument),*),
        }
    };
    (await $store:ident . $operation:ident ( $($argument:expr),* )) => {
        match &$store.0 {
            Engine::Sqlite(engine) => engine.$operation($($argument),*).await,
            Engine::Redis(engine) => engine.$operation($($argument),*).await,
        }
    };
}

type Result<T, E = StoreError> = std::result::Result<T, E>;

/// How a store is opened, and what it says of itself.
impl Store {
    /// Opens the database file, and makes it when it is not there. Sends that a crash left without an outcome become `unknown`.
    ///
    /// # Errors
    /// When the file can't be opened or written, or was written by a newer version.
    pub fn open(path: &Path, hub: Hub, clock: Clock) -> Result<Self> {
        Sqlite::open(path, hub, clock).map(|sqlite| Self(Engine::Sqlite(sqlite)))
    }

    /// A store that ends with this value and never touches a disk.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn memory(hub: Hub, clock: Clock) -> Result<Self> {
        Sqlite::memory(hub, clock).map(|sqlite| Self(Engine::Sqlite(sqlite)))
    }

    /// Connects to the Redis that several proxies share. Its news are for the proxy to act on.
    ///
    /// # Errors
    /// When the URL is none, or Redis does not answer.
    pub async fn redis(
        url: &SecretString,
        hub: Hub,
        clock: Clock,
    ) -> Result<(Self, mpsc::UnboundedReceiver<StoreEvent>)> {
        let (redis, news) = Redis::open(url, hub, clock).await?;
        Ok((Self(Engine::Redis(redis)), news))
    }

    /// Do other proxies use it, too?
    #[must_use]
    pub fn is_shared(&self) -> bool {
        match &self.0 {
            Engine::Sqlite(_) => false,
            Engine::Redis(_) => true,
        }
    }

    /// Did it not answer a moment ago? Then it is not asked, and every operation fails at once.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match &self.0 {
            Engine::Sqlite(_) => false,
            Engine::Redis(redis) => redis.is_unavailable(),
        }
    }

    /// An orderly end: nothing of this proxy is on its way any more. Other proxies then need not wait to be sure of it.
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

    /// Counts one request against a limit that all proxies share. How long to wait when it was one too many; nothing is counted then.
    /// A store that is not shared has no such limits: the proxy's own are enough.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take(&self, limit: &str, who: &str, per_minute: u32) -> Result<Option<Duration>> {
        match &self.0 {
            Engine::Sqlite(_) => Ok(None),
            Engine::Redis(redis) => redis.take(limit, who, per_minute).await,
        }
    }

    /// The store's time: milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn now(&self) -> u64 {
        engine!(self.now())
    }

    /// The epoch of the cursors it makes now.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        engine!(self.epoch())
    }

    /// Can the store be read and written now?
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<()> {
        engine!(await self.check())
    }
}

/// What is done with a database file, whether or not a proxy runs on it. The file must be there, and of this program's version.
impl Store {
    /// Erases a visitor. A running proxy ends their tokens at its next start, or when they end by themselves: a few minutes.
    ///
    /// # Errors
    /// When the file can't be opened or written.
    pub fn erase_in_file(path: &Path, visitor: &VisitorId, now: u64) -> Result<Erased> {
        sqlite::erase::in_file(path, visitor, now)
    }

    /// Copies the whole database to a file that is not there yet, while a proxy writes on.
    ///
    /// # Errors
    /// When the file is there already, or one of the two can't be read or written.
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

/// Conversations and their logs. Each fails only when the store does; so do all operations below.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
impl Store {
    /// The conversation of that alias, when it is this visitor's on this site. "Not there" and "not yours" are the same `None`.
    pub async fn owned(&self, site: &str, visitor: &str, alias: &str) -> Result<Option<Owned>> {
        engine!(await self.owned(site, visitor, alias))
    }

    /// At most `limit` entries after a cursor. Where there is none, or none that fits: from the first, or only the `last` ones.
    pub async fn read_after(
        &self,
        conversation: ConversationId,
        after: Option<Cursor>,
        last: Option<u32>,
        limit: u32,
    ) -> Result<Replay> {
        engine!(await self.read_after(conversation, after, last, limit))
    }

    /// The `limit` entries before a cursor; where the cursor does not fit, a reset and the last ones of the log.
    pub async fn read_before(&self, conversation: ConversationId, before: Cursor, limit: u32) -> Result<Replay> {
        engine!(await self.read_before(conversation, before, limit))
    }

    /// Drops the events that waited in vain. Returns how many.
    pub async fn sweep_pending_events(&self) -> Result<u64> {
        engine!(await self.sweep_pending_events())
    }

    /// Erases a visitor. A second time finds nothing and is no error.
    pub async fn erase_visitor(&self, visitor: VisitorId) -> Result<Erased> {
        engine!(await self.erase_visitor(visitor))
    }

    /// Deletes the idempotency records and the marks of received events that are too old to matter.
    pub async fn sweep_records(&self) -> Result<()> {
        engine!(await self.sweep_records())
    }

    /// Deletes the site's conversations that nothing was added to for `days`, with all that belongs to them. Returns them; when
    /// there are many, some are left for the next call.
    pub async fn sweep_conversations(&self, site: &str, days: u32) -> Result<Vec<ConversationId>> {
        engine!(await self.sweep_conversations(site, days))
    }
}

/// What visitors send, and what the platform tells.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
impl Store {
    /// Begins a start: makes the conversation under `alias`, the record and the entry of the message, in one commit. After an
    /// error nothing is logged.
    pub async fn begin_start(&self, send: NewSend, alias: String) -> Result<BeginOutcome> {
        engine!(await self.begin_start(send, alias))
    }

    /// Begins a send to a conversation: the record and the entry of the message, in one commit. After an error nothing is logged.
    pub async fn begin_send(&self, send: NewSend, alias: String) -> Result<BeginOutcome> {
        engine!(await self.begin_send(send, alias))
    }

    /// Records how forwarding ended, logs it, and of an accepted start binds the platform's id and lets in what waited for it.
    /// An echo that came first stands: a lost answer no longer matters then. After an error the send is still `sending`.
    pub async fn settle(&self, send: SendId, outcome: Outcome) -> Result<Settled> {
        engine!(await self.settle(send, outcome))
    }

    /// Stores the events of one delivery, all or none. `sites` are those behind the webhook: an event touches no other site's
    /// conversations. `delivery` names the delivery for [`Store::acknowledged`] or [`Store::unacknowledged`], one of which follows.
    pub async fn receive(&self, delivery: u64, sites: Vec<String>, events: Vec<Incoming>) -> Result<ReceiveStats> {
        engine!(await self.receive(delivery, sites, events))
    }

    /// Our 2xx for the delivery is on its way to the platform.
    pub fn acknowledged(&self, delivery: u64) {
        engine!(self.acknowledged(delivery));
    }

    /// The delivery ended and our 2xx did not get out: the same events may come again.
    pub fn unacknowledged(&self, delivery: u64) {
        engine!(self.unacknowledged(delivery));
    }
}

/// The records of files.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
impl Store {
    /// Records a file, unless the files of its site would then take up more than `total` bytes, or its conversation was deleted.
    /// True when it was recorded.
    pub async fn keep_file(&self, new: NewFile, total: u64) -> Result<bool> {
        engine!(await self.keep_file(new, total))
    }

    /// How many bytes the files of a site take up.
    pub async fn files_bytes(&self, site: &str) -> Result<u64> {
        engine!(await self.files_bytes(site))
    }

    /// The file of that id, as long as its conversation is there.
    pub async fn file(&self, id: String) -> Result<Option<StoredFile>> {
        engine!(await self.file(id))
    }

    /// The files behind these links, in their order; `None` when one of them was not issued to this conversation.
    pub async fn issued_files(
        &self,
        conversation: ConversationId,
        links: Vec<String>,
    ) -> Result<Option<Vec<StoredFile>>> {
        engine!(await self.issued_files(conversation, links))
    }

    /// The visitor sends a message with these words or links: the files it speaks of stay as long as the conversation.
    pub async fn files_sent(&self, conversation: ConversationId, text: String) -> Result<()> {
        engine!(await self.files_sent(conversation, text))
    }

    /// The ids of some files that are to go: their conversation was deleted, or they were never sent.
    pub async fn orphaned_files(&self) -> Result<Vec<String>> {
        engine!(await self.orphaned_files())
    }

    /// Deletes records.
    pub async fn forget_files(&self, ids: Vec<String>) -> Result<()> {
        engine!(await self.forget_files(ids))
    }
}

/// Renewal secrets and signing keys.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
impl Store {
    /// Begins a family with its first secret.
    pub async fn begin_family(&self, new: NewFamily) -> Result<()> {
        engine!(await self.begin_family(new))
    }

    /// Uses a secret. A refusal is no error, and what it changed is kept.
    pub async fn renew(&self, presented: Presented, times: Times) -> Result<Result<Renewed, RenewalRefusal>> {
        engine!(await self.renew(presented, times))
    }

    /// The families that were ended after `since`, and when.
    pub async fn revoked_since(&self, since: u64) -> Result<Vec<(FamilyId, u64)>> {
        engine!(await self.revoked_since(since))
    }

    /// Forgets families that nobody has used since `before`; when there are many, some are left for the next call.
    pub async fn sweep_families(&self, before: u64) -> Result<()> {
        engine!(await self.sweep_families(before))
    }

    /// The signing keys. Makes the first one, and a new one when the newest is a month old.
    pub async fn signing_keys(&self, now: u64) -> Result<KeyRing> {
        engine!(await self.signing_keys(now))
    }
}

/// Signed-in visitors, and leaving.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
impl Store {
    /// Begins the family of a signed-in user. Returns which visitor they are.
    pub async fn sign_in(&self, new: NewSignIn) -> Result<VisitorId> {
        engine!(await self.sign_in(new))
    }

    /// The user a family belongs to; `None` for an anonymous one.
    pub async fn user_of(&self, family: FamilyId) -> Result<Option<[u8; 32]>> {
        engine!(await self.user_of(family))
    }

    /// What is known of whoever a family belongs to.
    pub async fn profile_of(&self, family: FamilyId) -> Result<Option<UserProfile>> {
        engine!(await self.profile_of(family))
    }

    /// Replaces what is known of whoever a family belongs to.
    pub async fn update_profile(&self, family: FamilyId, person: UserProfile) -> Result<()> {
        engine!(await self.update_profile(family, person))
    }

    /// The family a secret belongs to, used or not; `everywhere`, all families of its visitor on its site. Those that have ended
    /// are left out.
    pub async fn families_of(&self, secret: Secret, everywhere: bool) -> Result<Vec<FamilyId>> {
        engine!(await self.families_of(secret, everywhere))
    }

    /// Ends families, and forgets what was known of whoever they belonged to.
    pub async fn end_families(&self, families: Vec<FamilyId>) -> Result<()> {
        engine!(await self.end_families(families))
    }

    /// Forgets which visitor a user was who has not signed in since `before`; when there are many, some are left for the next call.
    pub async fn sweep_users(&self, before: u64) -> Result<()> {
        engine!(await self.sweep_users(before))
    }
}

#[cfg(test)]
mod tests;
