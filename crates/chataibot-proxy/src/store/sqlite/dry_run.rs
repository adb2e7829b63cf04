//! Whether a start could use a file, found out without changing it or what lies beside it.

use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags};

use super::{DatabaseLocation, schema};
use crate::store::Result;

/// Tries the file.
pub fn check(path: &Path) -> Result<()> {
    let is_beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        Path::new(&name).exists()
    };
    // Whoever opens a file without a journal makes one, even to read, and could not remove it. With
    // a journal the newest is in there.
    let connection = if is_beside("-wal") && is_beside("-shm") {
        DatabaseLocation::File(path.to_owned()).connect(OpenFlags::SQLITE_OPEN_READ_ONLY)?
    } else {
        let uri = format!("file:{}?immutable=1", percent_encode(path.as_os_str().as_encoded_bytes(), NON_ALPHANUMERIC));
        Connection::open_with_flags(uri, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)?
    };
    schema::refuse_newer(&connection).map(drop)
}
