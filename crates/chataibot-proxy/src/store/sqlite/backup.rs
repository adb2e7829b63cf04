//! Backup: copies the whole database to one file while the proxy keeps writing.

use std::path::Path;

use rusqlite::OpenFlags;

use super::{DatabaseLocation, Result, StoreError, schema};

/// The copy is a snapshot of what is committed when it begins. To restore it, put it in the old
/// one's place.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(StoreError::Corrupt(format!("{} is there already; a backup replaces nothing", to.display())));
    }
    let target = to.to_str().ok_or_else(|| StoreError::corrupt("the backup's path is not Unicode"))?;
    // Read-write: a database that no process has open may need its journal played back first.
    let connection = schema::open(from)?;
    connection.execute("VACUUM INTO ?1", [target])?;
    // Readers may have seen more than the copy has, so a proxy must not continue their cursors.
    let copied = DatabaseLocation::File(to.to_owned()).connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    copied.execute("INSERT INTO meta (name, value) VALUES (?1, 1) ON CONFLICT DO NOTHING", [schema::COPIED])?;
    drop(copied);
    // Makes sure that the copy is on the disk.
    let synced = std::fs::File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|error| StoreError::Corrupt(format!("the backup can't be written to the disk: {error}")))
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use rusqlite::Connection;
    use tokio::sync::Notify;

    use super::*;
    use crate::{clock::Clock, hub::Hub, store::sqlite::Sqlite};

    async fn rows(store: &Sqlite) -> i64 {
        let sql = "SELECT count(*) FROM meta WHERE name LIKE 'n%'";
        store.read(move |db| Ok(db.query_row(sql, [], |row| row.get(0))?)).await.expect("a count")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_copy_made_while_others_write_is_whole_and_holds_all_that_was_committed_before() {
        let directory = tempfile::tempdir().expect("a directory");
        let (path, copied) = (directory.path().join("chat.sqlite"), directory.path().join("copy.sqlite"));
        let store = Sqlite::open(DatabaseLocation::File(path.clone()), Hub::default(), Clock::system()).expect("made");
        let insert = |n: i64| {
            let store = store.clone();
            async move {
                let sql = "INSERT INTO meta (name, value) VALUES ('n' || ?1, ?1)";
                store.write(move |tx| Ok(tx.execute(sql, [n]).map(drop)?)).await
            }
        };
        for n in 0..50 {
            insert(n).await.expect("written");
        }
        let stop = Arc::new(Notify::new());
        let writing = {
            let (stop, store) = (Arc::clone(&stop), store.clone());
            tokio::spawn(async move {
                let mut n = 50;
                loop {
                    let write = store.write(move |tx| {
                        Ok(tx.execute("INSERT INTO meta (name, value) VALUES ('n' || ?1, ?1)", [n]).map(drop)?)
                    });
                    tokio::select! {
                        () = stop.notified() => return n,
                        written = write => written.expect("written"),
                    }
                    n += 1;
                }
            })
        };
        let (from, to) = (path.clone(), copied.clone());
        tokio::task::spawn_blocking(move || copy(&from, &to)).await.expect("ran").expect("copied");
        stop.notify_one();
        let written = tokio::time::timeout(Duration::from_secs(60), writing).await.expect("in time").expect("ran");

        let check: String = Connection::open(&copied)
            .expect("opened")
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("checked");
        assert_eq!(check, "ok");
        let restored = Sqlite::open(DatabaseLocation::File(copied.clone()), Hub::default(), Clock::system())
            .expect("a whole database");
        let count = rows(&restored).await;
        assert!((50..=written + 1).contains(&count), "{count} of {written}");
        assert!(restored.epoch() > store.epoch(), "a reader of what the copy does not hold must be told so");
        drop(restored);
        let again = Sqlite::open(DatabaseLocation::File(copied.clone()), Hub::default(), Clock::system())
            .expect("opened again")
            .epoch();
        assert!(again > store.epoch(), "and keeps its new epoch from then on");
        assert!(copy(&path, &copied).is_err(), "nothing is replaced");
        assert!(copy(&directory.path().join("nowhere"), &directory.path().join("x")).is_err());
    }
}
