//! The store engine for one proxy: SQLite, in a file or in memory. All SQL of the proxy is in here.
//!
//! - [`query`]: helpers that run a prepared statement in one call
//! - [`schema`]: the tables, their versions, and the refusal of a newer one
//! - [`writer`]: the single writer thread, with many jobs to a commit
//! - [`backup`]: a copy of the database while the proxy writes
//! - [`dry_run`]: a check of a database file without any change
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
pub(super) mod dry_run;
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
    // Declared before the writer, so that the writer's connection closes last and leaves one file
    // behind, easy to copy.
    readers: Readers,
    writer: Writer,
    epoch: u32,
    clock: Clock,
}

/// What a job works with: the open transaction, to which it dereferences, the time, and the entries
/// to publish. A job that reads gets it shared.
pub struct Context<'a> {
    transaction: Transaction<'a>,
    /// Milliseconds since 1970-01-01 UTC; the same for all jobs of one commit.
    now: u64,
    /// The epoch of this database.
    epoch: u32,
    appended: Vec<(ConversationId, Arc<Entry>)>,
}

impl<'a> Context<'a> {
    fn begin(connection: &'a mut Connection, behavior: TransactionBehavior, epoch: u32, now: u64) -> Result<Self> {
        let transaction = connection.transaction_with_behavior(behavior)?;
        Ok(Self { transaction, now, epoch, appended: Vec::new() })
    }

    /// Commits, and returns the entries to publish.
    fn commit(self) -> Result<Vec<(ConversationId, Arc<Entry>)>> {
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
        // Settles what the last run of the program left open. There are no subscribers yet, so
        // nothing is published.
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

    /// Runs `job` on the writer thread and returns after its commit. A failed job leaves nothing
    /// behind, and fails no other job.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Context) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.writer.run(job).await
    }

    /// Runs `job` in a read-only transaction, on a thread for blocking work. Sees everything that
    /// was committed before the call.
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
    /// Idle connections kept, more than the reads that usually run at one time; further ones are
    /// opened for one use.
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

/// Where the database is.
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
