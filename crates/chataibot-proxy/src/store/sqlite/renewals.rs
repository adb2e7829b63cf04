//! Renewal secrets and signing keys, as rows: see [`crate::store::renewals`].

use super::{Context, FamilyId, Result, StoreError, VisitorId, query};
use crate::credentials::{self, Key, KeyRing, Secret};
use crate::store::renewals::{
    BATCH, KEY_ROTATION_AGE, NewFamily, Presented, RETIRED_KEY_LIFETIME, RenewalRefusal, Renewed, Times,
};

pub fn begin_family(ctx: &mut Context, new: NewFamily) -> Result<()> {
    let family = new.family.as_str();
    let sql = "INSERT INTO renewal_families (id, site, visitor, origin, used_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    query::execute(ctx, sql, (family, &new.site, new.visitor.as_str(), &new.origin, ctx.now))?;
    insert_secret(ctx, family, &new.first_secret)
}

pub fn renew(ctx: &mut Context, presented: Presented, times: Times) -> Result<Result<Renewed, RenewalRefusal>> {
    let Presented { site, origin, secret, successor } = presented;
    let sql = "SELECT f.id, f.visitor, f.site = ?2 AND f.origin = ?3, r.used_at, f.used_at, f.revoked_at IS NOT NULL
         FROM renewals r JOIN renewal_families f ON f.id = r.family WHERE r.hash = ?1";
    type Found = (String, String, bool, Option<u64>, u64, bool);
    let found: Option<Found> = query::first(ctx, sql, (secret.hash(), site, origin), |row| row.try_into())?;
    let Some((family, visitor, is_here, used_at, last_used, is_revoked)) = found else {
        return Ok(Err(RenewalRefusal::Unknown));
    };
    if is_revoked {
        return Ok(Err(RenewalRefusal::Revoked));
    }
    if !is_here {
        return Ok(Err(RenewalRefusal::Elsewhere));
    }
    if last_used.saturating_add(times.lifetime) < times.now {
        return Ok(Err(RenewalRefusal::Expired));
    }
    let (Some(visitor), Some(family)) = (VisitorId::parse(&visitor), FamilyId::parse(&family)) else {
        return Err(StoreError::corrupt("a renewal family has a malformed id"));
    };
    let next_secret = match used_at {
        None => {
            let sql = "UPDATE renewals SET used_at = ?2, successor = ?3 WHERE hash = ?1";
            query::execute(ctx, sql, (secret.hash(), times.now, secret.seal(&successor)))?;
            insert_secret(ctx, family.as_str(), &successor)?;
            successor
        }
        Some(at) if at.saturating_add(times.grace) >= times.now => unused_successor(ctx, secret)?,
        Some(_) => {
            revoke(ctx, &family, times.now)?;
            return Ok(Err(RenewalRefusal::Reused(family)));
        }
    };
    let sql = "UPDATE renewal_families SET used_at = ?2 WHERE id = ?1";
    query::execute(ctx, sql, (family.as_str(), times.now))?;
    Ok(Ok(Renewed { visitor, family, next_secret }))
}

pub fn revoked_since(ctx: &Context, since: u64) -> Result<Vec<(FamilyId, u64)>> {
    let sql = "SELECT id, revoked_at FROM renewal_families WHERE revoked_at > ?1";
    let rows: Vec<(String, u64)> = query::all(ctx, sql, [since], |row| row.try_into())?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((FamilyId::parse(&id)?, at))).collect())
}

pub fn sweep_families(ctx: &mut Context, before: u64) -> Result<()> {
    let sql = "DELETE FROM renewal_families
         WHERE id IN (SELECT id FROM renewal_families WHERE used_at < ?1 LIMIT ?2)";
    query::execute(ctx, sql, (before, BATCH)).map(drop)
}

pub fn signing_keys(ctx: &mut Context, now: u64) -> Result<KeyRing> {
    let retired = now.saturating_sub(KEY_ROTATION_AGE + RETIRED_KEY_LIFETIME);
    query::execute(ctx, "DELETE FROM token_keys WHERE created_at < ?1", [retired])?;
    let newest: Option<u64> = query::one(ctx, "SELECT max(created_at) FROM token_keys", [], |row| row.get(0))?;
    if newest.is_none_or(|created| created.saturating_add(KEY_ROTATION_AGE) < now) {
        let (kid, secret) = credentials::generate()?;
        let sql = "INSERT INTO token_keys (kid, secret, created_at) VALUES (?1, ?2, ?3)";
        query::execute(ctx, sql, (kid, secret, now))?;
    }
    let sql = "SELECT kid, secret FROM token_keys ORDER BY created_at DESC, kid";
    let keys = query::all(ctx, sql, [], |row| Ok(Key::new(row.get::<_, String>(0)?, &row.get(1)?)))?;
    let mut keys = keys.into_iter();
    let newest = keys.next().ok_or_else(|| StoreError::corrupt("there is no signing key"))?;
    Ok(KeyRing::new(newest, keys.collect()))
}

pub(super) fn revoke(ctx: &Context, family: &FamilyId, now: u64) -> Result<()> {
    let sql = "UPDATE renewal_families SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    query::execute(ctx, sql, (family.as_str(), now)).map(drop)
}

fn insert_secret(ctx: &Context, family: &str, secret: &Secret) -> Result<()> {
    query::execute(ctx, "INSERT INTO renewals (hash, family) VALUES (?1, ?2)", (secret.hash(), family)).map(drop)
}

/// Follows the successors to the unused secret. Within the grace period there may be several.
fn unused_successor(ctx: &Context, mut secret: Secret) -> Result<Secret> {
    let sql = "SELECT successor FROM renewals WHERE hash = ?1";
    while let Some(sealed) = query::one(ctx, sql, [secret.hash()], |row| row.get(0))? {
        secret = secret.open(&sealed);
    }
    Ok(secret)
}
