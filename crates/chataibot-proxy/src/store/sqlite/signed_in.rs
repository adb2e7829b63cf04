//! Signed-in visitors as rows: see [`crate::store::signed_in`].

use rusqlite::{OptionalExtension, params};

use super::{Sqlite, renewals};
use crate::{
    credentials::{Secret, UserProfile},
    ids::{FamilyId, VisitorId},
    store::{
        Result,
        renewals::NewFamily,
        signed_in::{self, NewSignIn, written},
    },
};

/// The tables. A user is a hash of the site and the site's own id of them.
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
        self.write_log(move |ctx| {
            let (tx, now) = (ctx.transaction(), ctx.now);
            let known: Option<String> = tx
                .prepare_cached("SELECT visitor FROM users WHERE user = ?1")?
                .query_row([new.user], |row| row.get(0))
                .optional()?;
            let visitor = match known {
                Some(known) => signed_in::visitor(&known)?,
                None => new.otherwise,
            };
            tx.prepare_cached(
        "INSERT INTO users (user, visitor, seen_at) VALUES (?1, ?2, ?3) ON CONFLICT (user) DO UPDATE SET seen_at = ?3",
    )?
    .execute(params![new.user, visitor.as_str(), now])?;
            let NewSignIn { site, origin, family, first, .. } = new;
            let begun = NewFamily { site, origin, visitor: visitor.clone(), family: family.clone(), first };
            renewals::begin(tx, &begun, now)?;
            tx.prepare_cached("INSERT INTO signed_in (family, user, person) VALUES (?1, ?2, ?3)")?.execute(params![
                family.as_str(),
                new.user,
                written(&new.person)?
            ])?;
            Ok(visitor)
        })
        .await
    }

    pub async fn user_of(&self, family: FamilyId) -> Result<Option<[u8; 32]>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached("SELECT user FROM signed_in WHERE family = ?1")?;
            Ok(statement.query_row([family.as_str()], |row| row.get(0)).optional()?)
        })
        .await
    }

    pub async fn profile_of(&self, family: FamilyId) -> Result<Option<UserProfile>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached("SELECT person FROM signed_in WHERE family = ?1")?;
            let text: Option<String> = statement.query_row([family.as_str()], |row| row.get(0)).optional()?;
            text.as_deref().map(signed_in::read).transpose()
        })
        .await
    }

    pub async fn update_profile(&self, family: FamilyId, person: UserProfile) -> Result<()> {
        let person = written(&person)?;
        self.write(move |tx| {
            tx.prepare_cached("UPDATE signed_in SET person = ?2 WHERE family = ?1")?
                .execute(params![family.as_str(), person])?;
            Ok(())
        })
        .await
    }

    pub async fn families_of(&self, secret: Secret, everywhere: bool) -> Result<Vec<FamilyId>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT f.id FROM renewals r JOIN renewal_families own ON own.id = r.family
         JOIN renewal_families f ON f.id = own.id OR (?2 AND f.visitor = own.visitor AND f.site = own.site)
         WHERE r.hash = ?1 AND f.revoked_at IS NULL",
            )?;
            let rows = statement.query_map(params![secret.hash(), everywhere], |row| row.get::<_, String>(0))?;
            let ids = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(ids.iter().filter_map(|id| FamilyId::parse(id)).collect())
        })
        .await
    }

    pub async fn end_families(&self, families: Vec<FamilyId>) -> Result<()> {
        self.write_log(move |ctx| {
            let tx = ctx.transaction();
            for family in &families {
                renewals::revoke(tx, family, ctx.now)?;
                tx.prepare_cached("DELETE FROM signed_in WHERE family = ?1")?.execute([family.as_str()])?;
            }
            Ok(())
        })
        .await
    }

    pub async fn sweep_users(&self, before: u64) -> Result<()> {
        self.write(move |tx| {
            // At most a thousand, so that others get their turn.
            tx.execute(
                "DELETE FROM users WHERE user IN (SELECT user FROM users WHERE seen_at < ?1 LIMIT 1000)",
                [before],
            )?;
            Ok(())
        })
        .await
    }
}
