//! Dry run of a start on the SQLite file, which changes neither the file nor its journal.

use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags};

use super::{DatabaseLocation, Result, schema};

pub fn check(path: &Path) -> Result<()> {
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
    schema::refuse_newer(&connection).map(drop)
}
