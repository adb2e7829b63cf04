//! The store engine for one proxy: SQLite, in a file or in memory. All SQL of the proxy is in here.
//!
//! - [`query`]: helpers that run a prepared statement in one call
//! - [`schema`]: the tables, their versions, and the refusal of a newer one
//! - [`writer`]: the single writer thread, with many jobs to a commit
//! - [`backup`]: a copy of the database while the proxy writes
//! - [`dry_run`]: a check of a database file without any change
//! - the other modules implement those of the same name in [`crate::store`]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags};

use super::{Result, StoreError};
use crate::{clock::Clock, hub::Hub};

mod apply;
pub(super) mod backup;
pub(super) mod dry_run;
pub(super) mod erase;
mod files;
mod incoming;
mod log;
mod pending_events;
mod query;
mod renewals;
mod retention;
mod schema;
mod send_records;
mod sends;
mod signed_in;
mod writer;

use writer::{WriteContext, Writer};

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

/// Where the database is.
#[derive(Clone)]
enum DatabaseLocation {
    File(std::path::PathBuf),
    /// Connections with the same name share it; it ends with the last of them.
    Memory(String),
}

impl Sqlite {
    pub fn open(path: &Path, hub: Hub, clock: Clock) -> Result<Self> {
        Self::build(DatabaseLocation::File(path.to_owned()), hub, clock)
    }

    pub fn memory(hub: Hub, clock: Clock) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self::memory_of(format!("file:/chataibot-{}?vfs=memdb", NEXT.fetch_add(1, Ordering::Relaxed)), hub, clock)
    }

    /// Opens the in-memory database of that name, which lasts as long as it has a connection.
    pub fn memory_of(name: String, hub: Hub, clock: Clock) -> Result<Self> {
        Self::build(DatabaseLocation::Memory(name), hub, clock)
    }

    fn build(location: DatabaseLocation, hub: Hub, clock: Clock) -> Result<Self> {
        let mut connection = location.connect(OpenFlags::default())?;
        let epoch = schema::prepare(&mut connection, clock.now())?;
        writer::recover(&mut connection, epoch, clock.now())?;
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
    pub async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteContext<'_>) -> Result<T> + Send + 'static,
    {
        self.inner.writer.run(job).await
    }

    /// Runs `job` with a read-only connection, on a thread for blocking work. Sees everything that
    /// was committed before the call.
    pub async fn read<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || {
            let connection = inner.readers.take()?;
            let result = job(&connection);
            inner.readers.give_back(connection);
            result
        })
        .await
        .map_err(|_| StoreError::Stopped)?
    }

    pub async fn check(&self) -> Result<()> {
        // A new value each time: writing the same value again writes nothing, so a read-only disk
        // would go unnoticed.
        let now = self.inner.clock.now();
        let sql = "INSERT INTO meta (name, value) VALUES ('checked', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1";
        self.write(move |tx| query::execute(tx, sql, [now]).map(drop)).await
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
        if let Some(connection) = self.idle.lock().pop() {
            return Ok(connection);
        }
        self.location.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock();
        if idle.len() < Self::MAX_IDLE {
            idle.push(connection);
        }
    }
}

impl DatabaseLocation {
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
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }
}
