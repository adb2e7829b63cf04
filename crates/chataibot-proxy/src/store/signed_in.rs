//! Signed-in visitors, as rows: which visitor a user of a site is, and what is known of whoever a family belongs to.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Store, StoreError, renewals};
use crate::token::{FamilyId, VisitorId, identity::Person, renewal::Secret};

/// The tables. A user is a hash of the site and the site's own id of them.
pub const SCHEMA: &str = "
CREATE TABLE users (
    user BLOB PRIMARY KEY,
    visitor TEXT NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX users_seen ON users (seen_at);

CREATE TABLE signed_in (
    family TEXT PRIMARY KEY REFERENCES renewal_families (id) ON DELETE CASCADE,
    user BLOB NOT NULL,
    person TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// A sign-in.
#[derive(Clone, Debug)]
pub struct NewSignIn {
    /// The site's id.
    pub site: String,
    /// The page's origin.
    pub origin: String,
    /// The user's key.
    pub user: [u8; 32],
    /// What is known of them.
    pub person: Person,
    /// The visitor they become when nobody knows them yet.
    pub otherwise: VisitorId,
    /// The family.
    pub family: FamilyId,
    /// Its first secret.
    pub first: Secret,
}

impl Store {
    /// Begins the family of a signed-in user. Returns which visitor they are.
    ///
    /// # Errors
    /// The database's.
    pub async fn sign_in(&self, new: NewSignIn, now: u64) -> Result<VisitorId, StoreError> {
        self.write(move |tx| sign_in(tx, &new, now)).await
    }

    /// The user a family belongs to; `None` for an anonymous one.
    ///
    /// # Errors
    /// The database's.
    pub async fn user_of(&self, family: FamilyId) -> Result<Option<[u8; 32]>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached("SELECT user FROM signed_in WHERE family = ?1")?;
            Ok(statement.query_row([family.as_str()], |row| row.get(0)).optional()?)
        })
        .await
    }

    /// What is known of whoever a family belongs to.
    ///
    /// # Errors
    /// The database's.
    pub async fn person_of(&self, family: FamilyId) -> Result<Option<Person>, StoreError> {
        self.read(move |connection| person_of(connection, &family)).await
    }

    /// Replaces what is known of whoever a family belongs to.
    ///
    /// # Errors
    /// The database's.
    pub async fn know(&self, family: FamilyId, person: Person) -> Result<(), StoreError> {
        let person = written(&person)?;
        self.write(move |tx| {
            tx.prepare_cached("UPDATE signed_in SET person = ?2 WHERE family = ?1")?
                .execute(params![family.as_str(), person])?;
            Ok(())
        })
        .await
    }

    /// The family a secret belongs to, used or not; `everywhere`, all families of its visitor.
    ///
    /// # Errors
    /// The database's.
    pub async fn families_of(&self, secret: Secret, everywhere: bool) -> Result<Vec<FamilyId>, StoreError> {
        self.read(move |connection| families_of(connection, &secret, everywhere)).await
    }

    /// Ends families, and forgets what was known of whoever they belonged to.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_families(&self, families: Vec<FamilyId>, now: u64) -> Result<(), StoreError> {
        self.write(move |tx| {
            for family in &families {
                renewals::revoke(tx, family, now)?;
                tx.prepare_cached("DELETE FROM signed_in WHERE family = ?1")?.execute([family.as_str()])?;
            }
            Ok(())
        })
        .await
    }

    /// Forgets which visitor a user was who has not signed in since `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_users(&self, before: u64) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "DELETE FROM users WHERE user IN (SELECT user FROM users WHERE seen_at < ?1 LIMIT 1000)",
                [before],
            )?;
            Ok(())
        })
        .await
    }
}

fn sign_in(tx: &Transaction<'_>, new: &NewSignIn, now: u64) -> Result<VisitorId, StoreError> {
    let known: Option<String> = tx
        .prepare_cached("SELECT visitor FROM users WHERE user = ?1")?
        .query_row([new.user], |row| row.get(0))
        .optional()?;
    let visitor = match known {
        Some(known) => VisitorId::parse(&known)
            .ok_or_else(|| StoreError::Corrupt("a signed-in visitor has a malformed id".to_owned()))?,
        None => new.otherwise.clone(),
    };
    tx.prepare_cached(
        "INSERT INTO users (user, visitor, seen_at) VALUES (?1, ?2, ?3) ON CONFLICT (user) DO UPDATE SET seen_at = ?3",
    )?
    .execute(params![new.user, visitor.as_str(), now])?;
    renewals::begin(tx, &new.site, &new.origin, &visitor, &new.family, &new.first, now)?;
    tx.prepare_cached("INSERT INTO signed_in (family, user, person) VALUES (?1, ?2, ?3)")?.execute(params![
        new.family.as_str(),
        new.user,
        written(&new.person)?
    ])?;
    Ok(visitor)
}

fn written(person: &Person) -> Result<String, StoreError> {
    serde_json::to_string(person).map_err(|error| StoreError::Corrupt(format!("a person can't be written: {error}")))
}

fn person_of(connection: &Connection, family: &FamilyId) -> Result<Option<Person>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT person FROM signed_in WHERE family = ?1")?;
    let text: Option<String> = statement.query_row([family.as_str()], |row| row.get(0)).optional()?;
    // The error's own text could repeat what is known of them.
    let read = |text: String| {
        serde_json::from_str(&text).map_err(|_| StoreError::Corrupt("a person can't be read".to_owned()))
    };
    text.map(read).transpose()
}

fn families_of(connection: &Connection, secret: &Secret, everywhere: bool) -> Result<Vec<FamilyId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT f.id FROM renewals r JOIN renewal_families own ON own.id = r.family
         JOIN renewal_families f ON f.id = own.id OR (?2 AND f.visitor = own.visitor AND f.site = own.site)
         WHERE r.hash = ?1 AND f.revoked_at IS NULL",
    )?;
    let rows = statement.query_map(params![secret.hash(), everywhere], |row| row.get::<_, String>(0))?;
    let ids = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(ids.iter().filter_map(|id| FamilyId::parse(id)).collect())
}
