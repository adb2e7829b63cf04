//! Renewal secrets and signing keys, as rows. Holds hashes of secrets, never a secret.
//!
//! A family is one visitor's line of renewal secrets on one origin: each use replaces the secret by its successor, so at any
//! time one secret of a family is unused. A second use of a secret within a short grace gets the end of the same line, so that two
//! tabs which race stay together; a later second use means that somebody has a copy, and ends the family.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;
use crate::token::{
    FamilyId, VisitorId,
    keys::{self, Key, KeyRing},
    renewal::Secret,
};

/// The tables.
pub const SCHEMA: &str = "
CREATE TABLE token_keys (
    kid TEXT PRIMARY KEY,
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE renewal_families (
    id TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    visitor TEXT NOT NULL,
    origin TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX renewal_families_used ON renewal_families (used_at);
CREATE INDEX renewal_families_visitor ON renewal_families (visitor);

-- `successor` is the next secret, readable only with this row's own secret, which is not here.
CREATE TABLE renewals (
    hash BLOB PRIMARY KEY,
    family TEXT NOT NULL REFERENCES renewal_families (id) ON DELETE CASCADE,
    used_at INTEGER,
    successor BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX renewals_family ON renewals (family);
";

/// A signing key older than this gets a successor at the next start.
const KEY_AGE: u64 = 30 * 24 * 3600 * 1000;
/// How long a replaced key still checks tokens: longer than any token lives.
const KEY_REST: u64 = 2 * 24 * 3600 * 1000;

/// When a secret may be used again, and when not any more. All milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Now.
    pub now: u64,
    /// How long after its first use a secret still works.
    pub grace: u64,
    /// How long a family lives without use.
    pub lifetime: u64,
}

/// Who a secret belongs to, and the secret that replaces it.
#[derive(Debug, PartialEq, Eq)]
pub struct Renewed {
    /// The visitor.
    pub visitor: VisitorId,
    /// The family.
    pub family: FamilyId,
    /// The secret for the next renewal.
    pub next: Secret,
}

/// Why a secret was refused. For the log; the answer is the same for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody has it, or its family was forgotten.
    Unknown,
    /// It belongs to another site or origin.
    Elsewhere,
    /// Its family has not been used for too long.
    Expired,
    /// Its family was ended before.
    Revoked,
    /// It was used before, and not just now: its family is ended herewith.
    Reused(FamilyId),
}

impl Refusal {
    /// A word for the log.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Elsewhere => "elsewhere",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Reused(_) => "reused",
        }
    }
}

/// Begins a family with its first secret.
///
/// # Errors
/// The database's.
pub fn begin(
    tx: &Transaction<'_>,
    site: &str,
    origin: &str,
    visitor: &VisitorId,
    family: &FamilyId,
    first: &Secret,
    now: u64,
) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO renewal_families (id, site, visitor, origin, used_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![family.as_str(), site, visitor.as_str(), origin, now])?;
    insert(tx, family.as_str(), first)
}

/// Uses a secret. `fresh` becomes its successor if it has none yet.
///
/// # Errors
/// The database's. A refusal is not an error: what it wrote must be committed.
pub fn renew(
    tx: &Transaction<'_>,
    site: &str,
    origin: &str,
    presented: &Secret,
    fresh: Secret,
    times: Times,
) -> Result<Result<Renewed, Refusal>, StoreError> {
    let Some(row) = find(tx, presented)? else { return Ok(Err(Refusal::Unknown)) };
    if row.revoked {
        return Ok(Err(Refusal::Revoked));
    }
    if row.site != site || row.origin != origin {
        return Ok(Err(Refusal::Elsewhere));
    }
    if row.last_used.saturating_add(times.lifetime) < times.now {
        return Ok(Err(Refusal::Expired));
    }
    let (Some(visitor), Some(family)) = (VisitorId::parse(&row.visitor), FamilyId::parse(&row.family)) else {
        return Err(StoreError::Corrupt("a renewal family has a malformed id".to_owned()));
    };
    let next =
        match row.used_at {
            None => {
                tx.prepare_cached("UPDATE renewals SET used_at = ?2, successor = ?3 WHERE hash = ?1")?
                    .execute(params![presented.hash(), times.now, presented.seal(&fresh)])?;
                insert(tx, family.as_str(), &fresh)?;
                fresh
            }
            Some(at) if at.saturating_add(times.grace) >= times.now => end_of_line(tx, presented)?,
            Some(_) => {
                revoke(tx, &family, times.now)?;
                return Ok(Err(Refusal::Reused(family)));
            }
        };
    tx.prepare_cached("UPDATE renewal_families SET used_at = ?2 WHERE id = ?1")?
        .execute(params![family.as_str(), times.now])?;
    Ok(Ok(Renewed { visitor, family, next }))
}

/// Ends a family.
///
/// # Errors
/// The database's.
pub fn revoke(tx: &Transaction<'_>, family: &FamilyId, now: u64) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE renewal_families SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")?
        .execute(params![family.as_str(), now])?;
    Ok(())
}

/// The families that were ended after `since`.
///
/// # Errors
/// The database's.
pub fn revoked_since(connection: &Connection, since: u64) -> Result<Vec<(FamilyId, u64)>, StoreError> {
    let mut statement = connection.prepare("SELECT id, revoked_at FROM renewal_families WHERE revoked_at > ?1")?;
    let rows = statement.query_map([since], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?)))?;
    let mut families = Vec::new();
    for row in rows {
        let (id, at) = row?;
        families.extend(FamilyId::parse(&id).map(|family| (family, at)));
    }
    Ok(families)
}

/// Forgets families that nobody has used since `before`. Returns how many; at most a thousand, so that others get their turn.
///
/// # Errors
/// The database's.
pub fn sweep(tx: &Transaction<'_>, before: u64) -> Result<usize, StoreError> {
    Ok(tx.execute(
        "DELETE FROM renewal_families WHERE id IN (SELECT id FROM renewal_families WHERE used_at < ?1 LIMIT 1000)",
        [before],
    )?)
}

/// The signing keys. Makes the first one, and a new one when the newest is a month old.
///
/// # Errors
/// The database's, and a system without randomness.
pub fn signing_keys(tx: &Transaction<'_>, now: u64) -> Result<KeyRing, StoreError> {
    tx.execute("DELETE FROM token_keys WHERE created_at < ?1", [now.saturating_sub(KEY_AGE + KEY_REST)])?;
    let newest: Option<u64> = tx.query_row("SELECT max(created_at) FROM token_keys", [], |row| row.get(0))?;
    if newest.is_none_or(|created| created.saturating_add(KEY_AGE) < now) {
        let (kid, secret) = keys::generate()
            .map_err(|error| StoreError::Corrupt(format!("no randomness for a signing key: {error}")))?;
        tx.execute("INSERT INTO token_keys (kid, secret, created_at) VALUES (?1, ?2, ?3)", params![kid, secret, now])?;
    }
    let mut statement = tx.prepare("SELECT kid, secret FROM token_keys ORDER BY created_at DESC, kid")?;
    let rows = statement.query_map([], |row| Ok(Key::new(row.get::<_, String>(0)?, &row.get(1)?)))?;
    let mut keys = rows.collect::<Result<Vec<_>, _>>()?.into_iter();
    let newest = keys.next().ok_or_else(|| StoreError::Corrupt("there is no signing key".to_owned()))?;
    Ok(KeyRing::new(newest, keys.collect()))
}

struct Row {
    family: String,
    used_at: Option<u64>,
    site: String,
    visitor: String,
    origin: String,
    last_used: u64,
    revoked: bool,
}

fn find(tx: &Transaction<'_>, secret: &Secret) -> Result<Option<Row>, StoreError> {
    let mut statement = tx.prepare_cached(
        "SELECT f.id, r.used_at, f.site, f.visitor, f.origin, f.used_at, f.revoked_at IS NOT NULL
         FROM renewals r JOIN renewal_families f ON f.id = r.family WHERE r.hash = ?1",
    )?;
    Ok(statement
        .query_row([secret.hash()], |row| {
            Ok(Row {
                family: row.get(0)?,
                used_at: row.get(1)?,
                site: row.get(2)?,
                visitor: row.get(3)?,
                origin: row.get(4)?,
                last_used: row.get(5)?,
                revoked: row.get(6)?,
            })
        })
        .optional()?)
}

fn insert(tx: &Transaction<'_>, family: &str, secret: &Secret) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO renewals (hash, family) VALUES (?1, ?2)")?
        .execute(params![secret.hash(), family])?;
    Ok(())
}

/// The unused secret that `secret` leads to. Within the grace a quick tab may be several renewals ahead.
fn end_of_line(tx: &Transaction<'_>, secret: &Secret) -> Result<Secret, StoreError> {
    let mut statement = tx.prepare_cached("SELECT successor FROM renewals WHERE hash = ?1")?;
    let mut current = secret.clone();
    loop {
        let sealed: Option<[u8; 32]> = statement.query_row([current.hash()], |row| row.get(0))?;
        match sealed {
            Some(sealed) => current = current.open(&sealed),
            None => return Ok(current),
        }
    }
}
