//! Signed-in visitors as rows: see [`crate::store::signed_in`].

use super::{Context, FamilyId, Result, StoreError, VisitorId, query, renewals};
use crate::credentials::{Secret, UserProfile};
use crate::store::renewals::BATCH;
use crate::store::signed_in::{self, NewSignIn, profile_to_json};

pub fn sign_in(ctx: &mut Context, new: NewSignIn) -> Result<VisitorId> {
    let NewSignIn { user, profile, mut family } = new;
    let sql = "SELECT visitor FROM users WHERE user = ?1";
    if let Some(known) = query::first(ctx, sql, [user], |row| row.get::<_, String>(0))? {
        let visitor = VisitorId::parse(&known);
        family.visitor = visitor.ok_or_else(|| StoreError::corrupt("a signed-in visitor has a malformed id"))?;
    }
    let sql = "INSERT INTO users (user, visitor, seen_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (user) DO UPDATE SET seen_at = ?3";
    query::execute(ctx, sql, (user, family.visitor.as_str(), ctx.now))?;
    renewals::begin_family(ctx, family.clone())?;
    let sql = "INSERT INTO signed_in (family, user, person) VALUES (?1, ?2, ?3)";
    query::execute(ctx, sql, (family.family.as_str(), user, profile_to_json(&profile)?))?;
    Ok(family.visitor)
}

pub fn user_of(ctx: &Context, family: FamilyId) -> Result<Option<[u8; 32]>> {
    query::first(ctx, "SELECT user FROM signed_in WHERE family = ?1", [family.as_str()], |row| row.get(0))
}

pub fn profile_of(ctx: &Context, family: FamilyId) -> Result<Option<UserProfile>> {
    let sql = "SELECT person FROM signed_in WHERE family = ?1";
    let text: Option<String> = query::first(ctx, sql, [family.as_str()], |row| row.get(0))?;
    text.as_deref().map(signed_in::profile_from_json).transpose()
}

pub fn update_profile(ctx: &mut Context, family: FamilyId, profile: UserProfile) -> Result<()> {
    let sql = "UPDATE signed_in SET person = ?2 WHERE family = ?1";
    query::execute(ctx, sql, (family.as_str(), profile_to_json(&profile)?)).map(drop)
}

pub fn families_of(ctx: &Context, secret: Secret, everywhere: bool) -> Result<Vec<FamilyId>> {
    let sql = "SELECT f.id FROM renewals r JOIN renewal_families own ON own.id = r.family
         JOIN renewal_families f ON f.id = own.id OR (?2 AND f.visitor = own.visitor AND f.site = own.site)
         WHERE r.hash = ?1 AND f.revoked_at IS NULL";
    let ids = query::all(ctx, sql, (secret.hash(), everywhere), |row| row.get::<_, String>(0))?;
    Ok(ids.iter().filter_map(|id| FamilyId::parse(id)).collect())
}

pub fn end_families(ctx: &mut Context, families: Vec<FamilyId>) -> Result<()> {
    families.iter().try_for_each(|family| {
        renewals::revoke(ctx, family, ctx.now)?;
        query::execute(ctx, "DELETE FROM signed_in WHERE family = ?1", [family.as_str()]).map(drop)
    })
}

pub fn sweep_users(ctx: &mut Context, before: u64) -> Result<()> {
    let sql = "DELETE FROM users WHERE user IN (SELECT user FROM users WHERE seen_at < ?1 LIMIT ?2)";
    query::execute(ctx, sql, (before, BATCH)).map(drop)
}
