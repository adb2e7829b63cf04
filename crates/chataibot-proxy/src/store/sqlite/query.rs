//! Query helpers: each prepares a statement (once per connection), runs it and reads its rows.

use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::store::Result;

type ReadRow<T> = fn(&Row<'_>) -> rusqlite::Result<T>;

/// Executes a statement. Returns how many rows it changed.
pub fn execute(db: &Connection, sql: &str, params: impl Params) -> Result<usize> {
    Ok(db.prepare_cached(sql)?.execute(params)?)
}

/// Returns the first row; an error if there is none.
pub fn one<T>(db: &Connection, sql: &str, params: impl Params, read: ReadRow<T>) -> Result<T> {
    Ok(db.prepare_cached(sql)?.query_row(params, read)?)
}

/// Returns the first row, if there is one.
pub fn first<T>(db: &Connection, sql: &str, params: impl Params, read: ReadRow<T>) -> Result<Option<T>> {
    Ok(db.prepare_cached(sql)?.query_row(params, read).optional()?)
}

/// Returns every row.
pub fn all<T>(db: &Connection, sql: &str, params: impl Params, read: ReadRow<T>) -> Result<Vec<T>> {
    Ok(db.prepare_cached(sql)?.query_map(params, read)?.collect::<rusqlite::Result<_>>()?)
}
