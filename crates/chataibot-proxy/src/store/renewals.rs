//! Renewal secrets (one-time refresh tokens, stored only as hashes) and signing keys.
//!
//! A family is the chain of a visitor's renewal secrets on one origin: each use replaces the secret
//! by its successor, so at any time one secret of a family is unused. A second use of a secret
//! within a short grace period gets the end of the same chain, so that two tabs which race stay
//! together; a later second use means that someone has a copy, and revokes the family.

use serde::Deserialize;

use crate::credentials::Secret;
use crate::ids::{FamilyId, VisitorId};

/// A signing key older than this gets a successor when the keys are next read, milliseconds: at
/// the start of a proxy, with Redis also while it runs.
pub(in crate::store) const KEY_ROTATION_AGE: u64 = 30 * 24 * 3600 * 1000;
/// How long a replaced key still checks tokens, milliseconds: longer than any token lives.
pub(in crate::store) const RETIRED_KEY_LIFETIME: u64 = 2 * 24 * 3600 * 1000;

/// Families or users deleted in one commit, so that other writes get their turn.
pub(in crate::store) const BATCH: u32 = 1_000;

/// A new family: its site, origin and visitor, and its first secret.
#[derive(Clone, Debug)]
pub struct NewFamily {
    pub site: String,
    pub origin: String,
    pub visitor: VisitorId,
    pub family: FamilyId,
    pub first_secret: Secret,
}

/// A presented renewal secret, with the site and origin of the request.
#[derive(Clone, Debug)]
pub struct Presented {
    pub site: String,
    pub origin: String,
    pub secret: Secret,
    /// Becomes the secret's successor if it has none yet.
    pub successor: Secret,
}

/// The time of a renewal and its limits, all in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub now: u64,
    /// How long a secret still works after its first use.
    pub grace: u64,
    /// How long a family lives without use.
    pub lifetime: u64,
}

/// The owner of a renewed secret, and the secret that replaces it.
#[derive(Debug, PartialEq, Eq)]
pub struct Renewed {
    pub visitor: VisitorId,
    pub family: FamilyId,
    /// The secret for the next renewal.
    pub next_secret: Secret,
}

/// Why a secret was refused. The name is for the proxy's own log; the response is the same for all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RenewalRefusal {
    /// The secret does not exist, or its family was deleted.
    Unknown,
    /// It belongs to another site or origin.
    Elsewhere,
    /// Its family has not been used for too long.
    Expired,
    /// Its family was already revoked.
    Revoked,
    /// It was already used, longer ago than the grace period: its family is now revoked.
    Reused(FamilyId),
}
