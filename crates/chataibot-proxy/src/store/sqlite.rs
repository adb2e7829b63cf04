//! The store engine for one proxy: SQLite, in a file or in memory. All SQL of the proxy is in here.
//!
//! - [`query`]: helpers that run a prepared statement in one call
//! - [`schema`]: the tables, their versions, and the refusal of files of other versions
//! - [`writer`]: the single writer thread, with many jobs to a commit
//! - [`backup`]: a copy of the database while the proxy writes
//! - the other modules implement those of the same name in [`crate::store`]: an operation is a
//!   function over a [`Context`], which [`Sqlite::read`] or [`Sqlite::write`] runs

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chataibot_wire::Entry;
use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{Result, StoreError};
use crate::clock::Clock;
use crate::hub::Hub;
use crate::ids::{ConversationId, FamilyId, VisitorId};

mod apply;
pub(super) mod backup;
pub(super) mod erase;
pub(super) mod files;
pub(super) mod incoming;
pub(super) mod log;
mod pending_events;
mod query;
pub(super) mod renewals;
pub(super) mod retention;
pub(super) mod schema;
mod send_records;
pub(super) mod sends;
pub(super) mod signed_in;
mod writer;

use writer::Writer;

/// Handle to the SQLite engine. Clones share it.
#[derive(Clone)]
pub struct Sqlite {
    inner: Arc<Inner>,
}

struct Inner {
    // Declared before the writer, whose connection so closes last and leaves one file behind.
    readers: Readers,
    writer: Writer,
    epoch: u32,
    clock: Clock,
}

/// The entries of a transaction, in the order of their logs.
type Appended = Vec<(ConversationId, Arc<Entry>)>;

/// What a job works with: the open transaction, to which it dereferences, the time, and the entries
/// to publish. A job that reads gets it shared.
pub struct Context<'a> {
    transaction: Transaction<'a>,
    /// Milliseconds since 1970-01-01 UTC; the same for all jobs of one commit.
    now: u64,
    /// The epoch of this database.
    epoch: u32,
    appended: Appended,
}

impl<'a> Context<'a> {
    fn begin(connection: &'a mut Connection, behavior: TransactionBehavior, epoch: u32, now: u64) -> Result<Self> {
        let transaction = connection.transaction_with_behavior(behavior)?;
        Ok(Self { transaction, now, epoch, appended: Vec::new() })
    }

    /// Commits, and returns the entries to publish.
    fn commit(self) -> Result<Appended> {
        self.transaction.commit()?;
        Ok(self.appended)
    }
}

impl<'a> Deref for Context<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Transaction<'a> {
        &self.transaction
    }
}

impl Sqlite {
    pub fn open(location: DatabaseLocation, hub: Hub, clock: Clock) -> Result<Self> {
        let mut connection = location.connect(OpenFlags::default())?;
        let epoch = schema::prepare(&mut connection, clock.now())?;
        // Settles what the last run left open. There are no subscribers, so nothing is published.
        let mut ctx = Context::begin(&mut connection, TransactionBehavior::Immediate, epoch, clock.now())?;
        incoming::recover(&ctx)?;
        sends::recover(&mut ctx)?;
        ctx.commit()?;
        let writer = Writer::start(connection, epoch, clock.clone(), hub)?;
        let readers = Readers { location, idle: Mutex::default() };
        Ok(Self { inner: Arc::new(Inner { readers, writer, epoch, clock }) })
    }

    /// The epoch of every cursor of this database. Chosen when the database is created.
    pub fn epoch(&self) -> u32 {
        self.inner.epoch
    }

    pub fn now(&self) -> u64 {
        self.inner.clock.now()
    }

    /// Runs `job` on the writer thread until its commit. A failed one leaves nothing behind.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Context) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.writer.run(job).await
    }

    /// Runs `job` on a thread for blocking work, read-only. It sees what was committed before.
    pub async fn read<T: Send + 'static>(&self, job: impl FnOnce(&Context) -> Result<T> + Send + 'static) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || {
            let mut connection = inner.readers.take()?;
            let ctx = Context::begin(&mut connection, TransactionBehavior::Deferred, inner.epoch, inner.clock.now());
            let result = ctx.and_then(|ctx| job(&ctx));
            inner.readers.give_back(connection);
            result
        })
        .await
        .map_err(|_| StoreError::Stopped)?
    }

    /// Always `None`: one proxy needs no shared limits.
    pub async fn count_request(&self, _: &str, _: &str, _: u32) -> Result<Option<Duration>> {
        Ok(None)
    }
}

/// Pool of connections that only read. With a file, readers and the writer do not block each other.
struct Readers {
    location: DatabaseLocation,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Idle connections kept, more than usually read at one time; others are opened for one use.
    const MAX_IDLE: usize = 8;

    fn take(&self) -> Result<Connection> {
        let idle = self.idle.lock().pop();
        idle.map_or_else(|| self.location.connect(OpenFlags::SQLITE_OPEN_READ_ONLY), Ok)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock();
        if idle.len() < Self::MAX_IDLE {
            idle.push(connection);
        }
    }
}

#[derive(Clone)]
pub enum DatabaseLocation {
    File(PathBuf),
    /// Connections with the same name share it; it ends with the last of them.
    Memory(String),
}

impl DatabaseLocation {
    pub fn new_memory() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self::Memory(format!("file:/chataibot-{}?vfs=memdb", NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    fn connect(&self, flags: OpenFlags) -> Result<Connection> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match self {
            Self::File(path) => Connection::open_with_flags(path, flags)?,
            Self::Memory(name) => {
                // A read-only connection can't open the database before the writer has written.
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | flags;
                let flags = flags - OpenFlags::SQLITE_OPEN_READ_ONLY;
                Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_URI)?
            }
        };
        // If another process locks the file (a backup, an inspection), wait instead of failing.
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }
}
