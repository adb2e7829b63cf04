//! Schema migrations: a file of an older version is brought up to date; a newer one is refused.

use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Context, DatabaseLocation, Result, StoreError, query};

/// The mark of a copied database: it gets another epoch when it is opened for the first time.
pub(super) const COPIED: &str = "copied";

/// The SQL of each step from a version to the next; step `n` makes version `n + 1`. Steps are only
/// ever added at the end: files of every version exist.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];
const KNOWN: u32 = MIGRATIONS.len() as u32;

/// Sets the connection up for writing, brings the schema up to date and returns the epoch.
pub(super) fn prepare(connection: &mut Connection, now: u64) -> Result<u32> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: a commit is on the disk before it is answered. NORMAL could lose it in a power failure.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Deleted data is overwritten, not only unlinked.
    connection.pragma_update(None, "secure_delete", true)?;

    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = refuse_newer(&tx)?;
    for sql in MIGRATIONS.iter().skip(found as usize) {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "user_version", KNOWN)?;
    // A new database must not continue a lost one's cursors: a time in seconds is a new epoch.
    let fresh = u32::try_from(now / 1000).unwrap_or(u32::MAX).max(1);
    tx.execute("INSERT INTO meta (name, value) VALUES ('epoch', ?1) ON CONFLICT DO NOTHING", [fresh])?;
    if tx.execute("DELETE FROM meta WHERE name = ?1", [COPIED])? > 0 {
        tx.execute("UPDATE meta SET value = max(value + 1, ?1) WHERE name = 'epoch'", [fresh])?;
    }
    let epoch = tx.query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| row.get(0))?;
    tx.commit()?;
    Ok(epoch)
}

/// Returns the file's schema version; fails if it is newer than this program's.
fn refuse_newer(connection: &Connection) -> Result<u32> {
    let found = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > KNOWN { Err(StoreError::Newer { found, known: KNOWN }) } else { Ok(found) }
}

/// Opens a file of exactly this program's version, for commands that run beside a proxy: they
/// neither create nor migrate a database.
pub(super) fn open(path: &Path) -> Result<Connection> {
    let connection = DatabaseLocation::File(path.to_owned()).connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    match refuse_newer(&connection)? {
        KNOWN => Ok(connection),
        found => Err(StoreError::Corrupt(format!(
            "it has schema version {found} and this program works with {KNOWN}; start the proxy on it once, which brings it up to date"
        ))),
    }
}

/// Dry run of a start on a file, which changes neither the file nor its journal.
pub fn try_file(path: &Path) -> Result<()> {
    let is_beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        Path::new(&name).exists()
    };
    // Opening a WAL database creates its journal files even for reading, and a read-only connection
    // cannot remove them. If they exist, they hold the newest data.
    let connection = if is_beside("-wal") && is_beside("-shm") {
        DatabaseLocation::File(path.to_owned()).connect(OpenFlags::SQLITE_OPEN_READ_ONLY)?
    } else {
        let uri = format!("file:{}?immutable=1", percent_encode(path.as_os_str().as_encoded_bytes(), NON_ALPHANUMERIC));
        Connection::open_with_flags(uri, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)?
    };
    refuse_newer(&connection).map(drop)
}

pub fn check(ctx: &mut Context) -> Result<()> {
    // A new value each time: the same one again is no write, and would hide a read-only disk.
    let sql = "INSERT INTO meta (name, value) VALUES ('checked', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1";
    query::execute(ctx, sql, [ctx.now]).map(drop)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{clock::Clock, hub::Hub, store::Store};

    #[tokio::test]
    async fn a_database_of_a_newer_version_is_refused_and_left_as_it_is() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("chat.sqlite");
        drop(Store::open(&path, Hub::default(), Clock::system()).expect("made"));
        Connection::open(&path).expect("opened").pragma_update(None, "user_version", 99).expect("set");
        let error = Store::open(&path, Hub::default(), Clock::system()).err().expect("refused").to_string();
        assert!(error.contains("version 99") && error.contains("up to 3"), "{error}");
        let version: u32 = Connection::open(&path)
            .expect("opened")
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .expect("read");
        assert_eq!(version, 99);
    }

    #[tokio::test]
    async fn a_database_of_the_first_version_is_brought_up_to_date_with_all_it_holds() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("chat.sqlite");
        let mut old = Connection::open(&path).expect("made");
        let tx = old.transaction().expect("begun");
        tx.execute_batch(MIGRATIONS[0]).expect("the first tables");
        tx.execute_batch(
            "PRAGMA user_version = 1;
             INSERT INTO meta VALUES ('epoch', 7);
             INSERT INTO conversations (id, alias, site, visitor, created_at, last_at) VALUES (1, 'a', 's', 'v', 0, 0);",
        )
        .expect("filled");
        tx.commit().expect("committed");
        drop(old);
        let store = Store::open(&path, Hub::default(), Clock::system()).expect("opened");
        assert_eq!(store.epoch(), 7);
        assert!(store.owned_conversation("s", "v", "a").await.expect("read").is_some());
        assert_eq!(store.total_file_bytes("s").await.expect("there is a table of files"), 0);
    }

    #[tokio::test]
    async fn the_epoch_stays_with_the_file_and_a_new_file_gets_another() {
        let directory = tempfile::tempdir().expect("a directory");
        let clock = Clock::standing();
        let open = |name: &str| {
            let path = directory.path().join(name);
            Store::open(&path, Hub::default(), clock.clone()).expect("opened").epoch()
        };
        let first = open("a.sqlite");
        clock.advance(Duration::from_secs(1));
        assert_eq!(open("a.sqlite"), first);
        assert_eq!(open("b.sqlite"), first + 1);
    }
}
