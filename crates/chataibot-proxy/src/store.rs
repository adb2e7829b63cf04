//! Everything that outlives a request, in one SQLite file. All SQL of the proxy lives under here, behind operations that say
//! what they mean, so that another database can stand in their place.
//!
//! - [`schema`]: the tables, their versions, and the refusal of a newer one
//! - [`writer`]: the one thread that writes, many requests to a commit
//! - [`log`]: a conversation's entries, appended and read from a cursor
//! - [`sends`]: the idempotency records: what became of each message a visitor sent
//! - [`incoming`]: what the platform's events do to the log
//! - [`waiting`]: events that came before their conversation was known
//! - [`files`]: the records of visitors' files
//! - [`sweep`]: what is deleted, and when
//! - [`signed_in`]: signed-in visitors, and what is known of them
//! - [`renewals`]: the renewal secrets of visitor tokens
//!
//! An entry is published to the [`Hub`] after its commit, in the order of the log, and only then is its request answered.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OpenFlags, Transaction};

use crate::{clock::Clock, hub::Hub};

pub mod files;
pub mod incoming;
pub mod log;
pub mod renewals;
mod schema;
pub mod sends;
pub mod signed_in;
pub mod sweep;
pub mod waiting;
mod writer;

pub use log::Replay;
pub(crate) use writer::Work;
use writer::Writer;

/// A conversation's number inside this database. Never used twice, and never told to anyone.
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
    /// The file was written by a newer version of the proxy.
    Newer {
        /// The file's schema version.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// Something in the file can't be read back.
    Corrupt(String),
    /// The writer has stopped: the proxy is shutting down, or an operation panicked.
    Stopped,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Database(error) => write!(f, "database: {error}"),
            Self::Newer { found, known } => write!(
                f,
                "the database has schema version {found} and this program knows versions up to {known}; run the newer chataibot-proxy that wrote it, or restore the backup made before the update"
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

/// The store. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    // Before the writer, so that the writer's connection closes last and leaves one file behind, easy to copy.
    readers: Readers,
    writer: Writer,
    epoch: u32,
    clock: Clock,
    // Last, so that the files are still there when the connections close.
    _temporary: Option<tempfile::TempDir>,
}

impl Store {
    /// Opens the database file, and makes it when it is not there. Sends that a crash left without an outcome become `unknown`.
    ///
    /// # Errors
    /// When the file can't be opened or written, or was written by a newer version.
    pub fn open(path: &Path, hub: Hub) -> Result<Self, StoreError> {
        Self::open_with_clock(path, hub, Clock::system())
    }

    /// A database that ends with this value; for demos and tests.
    ///
    /// # Errors
    /// When the system's temporary directory can't be written.
    pub fn temporary(hub: Hub) -> Result<Self, StoreError> {
        let directory = tempfile::Builder::new()
            .prefix("chataibot-proxy-")
            .tempdir()
            .map_err(|error| StoreError::Corrupt(format!("no temporary directory: {error}")))?;
        let path = directory.path().join("chat.sqlite");
        Self::build(&path, hub, Clock::system(), Some(directory))
    }

    /// Opens with a clock of the caller's choosing.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with_clock(path: &Path, hub: Hub, clock: Clock) -> Result<Self, StoreError> {
        Self::build(path, hub, clock, None)
    }

    fn build(path: &Path, hub: Hub, clock: Clock, temporary: Option<tempfile::TempDir>) -> Result<Self, StoreError> {
        let mut connection = connect(path, OpenFlags::default())?;
        let epoch = schema::prepare(&mut connection, clock.now())?;
        writer::recover(&mut connection, epoch, clock.now())?;
        let writer = Writer::start(connection, epoch, clock.clone(), hub)?;
        let readers = Readers { path: path.to_owned(), idle: Mutex::default() };
        Ok(Self { inner: Arc::new(Inner { readers, writer, epoch, clock, _temporary: temporary }) })
    }

    /// The epoch of every cursor of this database. Chosen when the database is made.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.inner.epoch
    }

    /// The store's time: milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.inner.clock.now()
    }

    /// Runs `job` on the writer and returns after its commit. A job that fails leaves nothing behind, and takes no other with it.
    ///
    /// # Errors
    /// The job's own, or the commit's.
    pub async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.work(move |work| job(work.transaction())).await
    }

    /// As [`Store::write`], for jobs that append to logs.
    pub(crate) async fn work<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Work<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.inner.writer.run(job).await
    }

    /// Runs `job` with the next commit that happens anyway, or soon. Losing it to a crash must be harmless.
    pub(crate) fn work_soon<F>(&self, job: F)
    where
        F: FnOnce(&mut Work<'_>) -> Result<(), StoreError> + Send + 'static,
    {
        self.inner.writer.run_soon(job);
    }

    /// Reads, on a thread for blocking work. Sees everything that was committed before the call.
    ///
    /// # Errors
    /// The job's own.
    pub async fn read<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
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

    /// Can the database be read and written now?
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute("UPDATE meta SET value = value WHERE name = 'epoch'", [])?;
            Ok(())
        })
        .await
    }
}

/// Connections that only read; in WAL mode they neither wait for the writer nor make it wait.
struct Readers {
    path: std::path::PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// More than the blocking reads that usually run at one time; the rest are opened for one use.
    const KEPT: usize = 8;

    fn take(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(connection);
        }
        connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < Self::KEPT {
            idle.push(connection);
        }
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)?;
    // A second process that holds the file (a backup, a look inside) makes us wait, not fail.
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

#[cfg(test)]
mod tests;
