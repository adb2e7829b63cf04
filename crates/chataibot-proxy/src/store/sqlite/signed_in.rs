//! Signed-in visitors as rows: see [`crate::store::signed_in`].

use super::{Sqlite, query, renewals};
use crate::{
    credentials::{Secret, UserProfile},
    ids::{FamilyId, VisitorId},
    store::{
        Result,
        renewals::BATCH,
        signed_in::{self, NewSignIn, profile_to_json},
    },
};

/// The tables. `user` is a hash of the site and the site's own id of the user.
pub(super) const SCHEMA: &str = "
CREATE TABLE users (
    user BLOB PRIMARY KEY,
    visitor TEXT NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX users_seen ON users (seen_at);
CREATE INDEX users_visitor ON users (visitor);

CREATE TABLE signed_in (
    family TEXT PRIMARY KEY REFERENCES renewal_families (id) ON DELETE CASCADE,
    user BLOB NOT NULL,
    person TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

impl Sqlite {
    pub async fn sign_in(&self, new: NewSignIn) -> Result<VisitorId> {
        self.write(move |ctx| {
            let NewSignIn { user, profile, mut family } = new;
            let sql = "SELECT visitor FROM users WHERE user = ?1";
            if let Some(known) = query::first(ctx, sql, [user], |row| row.get::<_, String>(0))? {
                family.visitor = signed_in::parse_visitor_id(&known)?;
            }
            let sql = "INSERT INTO users (user, visitor, seen_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (user) DO UPDATE SET seen_at = ?3";
            query::execute(ctx, sql, (user, family.visitor.as_str(), ctx.now))?;
            renewals::insert_family(ctx, &family, ctx.now)?;
            let sql = "INSERT INTO signed_in (family, user, person) VALUES (?1, ?2, ?3)";
            query::execute(ctx, sql, (family.family.as_str(), user, profile_to_json(&profile)?))?;
            Ok(family.visitor)
        })
        .await
    }

    pub async fn user_of(&self, family: FamilyId) -> Result<Option<[u8; 32]>> {
        let sql = "SELECT user FROM signed_in WHERE family = ?1";
        self.read(move |db| query::first(db, sql, [family.as_str()], |row| row.get(0))).await
    }

    pub async fn profile_of(&self, family: FamilyId) -> Result<Option<UserProfile>> {
        let sql = "SELECT person FROM signed_in WHERE family = ?1";
        let text: Option<String> =
            self.read(move |db| query::first(db, sql, [family.as_str()], |row| row.get(0))).await?;
        text.as_deref().map(signed_in::profile_from_json).transpose()
    }

    pub async fn update_profile(&self, family: FamilyId, profile: UserProfile) -> Result<()> {
        let profile = profile_to_json(&profile)?;
        let sql = "UPDATE signed_in SET person = ?2 WHERE family = ?1";
        self.write(move |tx| query::execute(tx, sql, (family.as_str(), profile)).map(drop)).await
    }

    pub async fn families_of(&self, secret: Secret, everywhere: bool) -> Result<Vec<FamilyId>> {
        let sql = "SELECT f.id FROM renewals r JOIN renewal_families own ON own.id = r.family
             JOIN renewal_families f ON f.id = own.id OR (?2 AND f.visitor = own.visitor AND f.site = own.site)
             WHERE r.hash = ?1 AND f.revoked_at IS NULL";
        let params = (secret.hash(), everywhere);
        let ids = self.read(move |db| query::all(db, sql, params, |row| row.get::<_, String>(0))).await?;
        Ok(ids.iter().filter_map(|id| FamilyId::parse(id)).collect())
    }

    pub async fn end_families(&self, families: Vec<FamilyId>) -> Result<()> {
        self.write(move |ctx| {
            for family in &families {
                renewals::revoke(ctx, family, ctx.now)?;
                query::execute(ctx, "DELETE FROM signed_in WHERE family = ?1", [family.as_str()])?;
            }
            Ok(())
        })
        .await
    }

    pub async fn sweep_users(&self, before: u64) -> Result<()> {
        let sql = "DELETE FROM users WHERE user IN (SELECT user FROM users WHERE seen_at < ?1 LIMIT ?2)";
        self.write(move |tx| query::execute(tx, sql, (before, BATCH)).map(drop)).await
    }
}
