//! Renewal secrets and signing keys, as rows: see [`crate::store::renewals`].

use rusqlite::{Transaction, params};

use super::{Sqlite, query};
use crate::{
    credentials::{self, Key, KeyRing, Secret},
    ids::{FamilyId, VisitorId},
    store::{
        Result, StoreError,
        renewals::{
            BATCH, KEY_ROTATION_AGE, NewFamily, Presented, RETIRED_KEY_LIFETIME, RenewalRefusal, Renewed, Times,
        },
    },
};

pub(super) const SCHEMA: &str = "
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

impl Sqlite {
    pub async fn begin_family(&self, new: NewFamily) -> Result<()> {
        self.write(move |ctx| insert_family(ctx, &new, ctx.now)).await
    }

    pub async fn renew(&self, presented: Presented, times: Times) -> Result<Result<Renewed, RenewalRefusal>> {
        self.write(move |tx| {
            let Presented { site, origin, secret: presented, successor } = &presented;
            let Some(row) = find_secret(tx, presented)? else { return Ok(Err(RenewalRefusal::Unknown)) };
            if row.is_revoked {
                return Ok(Err(RenewalRefusal::Revoked));
            }
            if row.site != *site || row.origin != *origin {
                return Ok(Err(RenewalRefusal::Elsewhere));
            }
            if row.last_used.saturating_add(times.lifetime) < times.now {
                return Ok(Err(RenewalRefusal::Expired));
            }
            let (Some(visitor), Some(family)) = (VisitorId::parse(&row.visitor), FamilyId::parse(&row.family)) else {
                return Err(StoreError::corrupt("a renewal family has a malformed id"));
            };
            let next_secret = match row.used_at {
                None => {
                    let sql = "UPDATE renewals SET used_at = ?2, successor = ?3 WHERE hash = ?1";
                    query::execute(tx, sql, (presented.hash(), times.now, presented.seal(successor)))?;
                    insert_secret(tx, family.as_str(), successor)?;
                    successor.clone()
                }
                Some(at) if at.saturating_add(times.grace) >= times.now => unused_successor(tx, presented)?,
                Some(_) => {
                    revoke(tx, &family, times.now)?;
                    return Ok(Err(RenewalRefusal::Reused(family)));
                }
            };
            let sql = "UPDATE renewal_families SET used_at = ?2 WHERE id = ?1";
            query::execute(tx, sql, (family.as_str(), times.now))?;
            Ok(Ok(Renewed { visitor, family, next_secret }))
        })
        .await
    }

    pub async fn revoked_since(&self, since: u64) -> Result<Vec<(FamilyId, u64)>> {
        let sql = "SELECT id, revoked_at FROM renewal_families WHERE revoked_at > ?1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
        let rows = self.read(move |db| query::all(db, sql, [since], read)).await?;
        Ok(rows.into_iter().filter_map(|(id, at)| Some((FamilyId::parse(&id)?, at))).collect())
    }

    pub async fn sweep_families(&self, before: u64) -> Result<()> {
        let sql = "DELETE FROM renewal_families
             WHERE id IN (SELECT id FROM renewal_families WHERE used_at < ?1 LIMIT ?2)";
        self.write(move |tx| query::execute(tx, sql, (before, BATCH)).map(drop)).await
    }

    pub async fn signing_keys(&self, now: u64) -> Result<KeyRing> {
        self.write(move |tx| {
            let retired = now.saturating_sub(KEY_ROTATION_AGE + RETIRED_KEY_LIFETIME);
            tx.execute("DELETE FROM token_keys WHERE created_at < ?1", [retired])?;
            let newest: Option<u64> = tx.query_row("SELECT max(created_at) FROM token_keys", [], |row| row.get(0))?;
            if newest.is_none_or(|created| created.saturating_add(KEY_ROTATION_AGE) < now) {
                let (kid, secret) = credentials::generate().map_err(StoreError::no_randomness)?;
                let sql = "INSERT INTO token_keys (kid, secret, created_at) VALUES (?1, ?2, ?3)";
                tx.execute(sql, params![kid, secret, now])?;
            }
            let sql = "SELECT kid, secret FROM token_keys ORDER BY created_at DESC, kid";
            let keys = query::all(tx, sql, [], |row| Ok(Key::new(row.get::<_, String>(0)?, &row.get(1)?)))?;
            let mut keys = keys.into_iter();
            let newest = keys.next().ok_or_else(|| StoreError::corrupt("there is no signing key"))?;
            Ok(KeyRing::new(newest, keys.collect()))
        })
        .await
    }
}

/// Begins a family with its first secret.
pub(super) fn insert_family(tx: &Transaction<'_>, new: &NewFamily, now: u64) -> Result<()> {
    let family = new.family.as_str();
    let sql = "INSERT INTO renewal_families (id, site, visitor, origin, used_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    query::execute(tx, sql, (family, &new.site, new.visitor.as_str(), &new.origin, now))?;
    insert_secret(tx, family, &new.first_secret)
}

pub(super) fn revoke(tx: &Transaction<'_>, family: &FamilyId, now: u64) -> Result<()> {
    let sql = "UPDATE renewal_families SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    query::execute(tx, sql, (family.as_str(), now)).map(drop)
}

struct SecretRow {
    family: String,
    used_at: Option<u64>,
    site: String,
    visitor: String,
    origin: String,
    last_used: u64,
    is_revoked: bool,
}

fn find_secret(tx: &Transaction<'_>, secret: &Secret) -> Result<Option<SecretRow>> {
    let sql = "SELECT f.id, r.used_at, f.site, f.visitor, f.origin, f.used_at, f.revoked_at IS NOT NULL
         FROM renewals r JOIN renewal_families f ON f.id = r.family WHERE r.hash = ?1";
    query::first(tx, sql, [secret.hash()], |row| {
        Ok(SecretRow {
            family: row.get(0)?,
            used_at: row.get(1)?,
            site: row.get(2)?,
            visitor: row.get(3)?,
            origin: row.get(4)?,
            last_used: row.get(5)?,
            is_revoked: row.get(6)?,
        })
    })
}

fn insert_secret(tx: &Transaction<'_>, family: &str, secret: &Secret) -> Result<()> {
    query::execute(tx, "INSERT INTO renewals (hash, family) VALUES (?1, ?2)", (secret.hash(), family)).map(drop)
}

/// Follows the successors of `secret` to the unused one. Within the grace period a quick tab may be
/// several renewals ahead.
fn unused_successor(tx: &Transaction<'_>, secret: &Secret) -> Result<Secret> {
    let sql = "SELECT successor FROM renewals WHERE hash = ?1";
    let mut current = secret.clone();
    loop {
        match query::one(tx, sql, [current.hash()], |row| row.get(0))? {
            Some(sealed) => current = current.open(&sealed),
            None => return Ok(current),
        }
    }
}
