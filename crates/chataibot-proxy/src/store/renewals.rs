//! Renewal secrets and signing keys. Holds hashes of secrets, never a secret.
//!
//! A family is one visitor's line of renewal secrets on one origin: each use replaces the secret by
//! its successor, so at any time one secret of a family is unused. A second use of a secret within
//! a short grace gets the end of the same line, so that two tabs which race stay together; a later
//! second use means that somebody has a copy, and ends the family.

use crate::{
    credentials::Secret,
    ids::{FamilyId, VisitorId},
};

/// A signing key older than this gets a successor at the next start.
pub(in crate::store) const KEY_AGE: u64 = 30 * 24 * 3600 * 1000;
/// How long a replaced key still checks tokens: longer than any token lives.
pub(in crate::store) const KEY_REST: u64 = 2 * 24 * 3600 * 1000;

/// Families or users forgotten in one commit, so that others get their turn.
pub(in crate::store) const BATCH: u32 = 1_000;

/// Where a family lives, and whose it is.
#[derive(Clone, Debug)]
pub struct NewFamily {
    pub site: String,
    pub origin: String,
    pub visitor: VisitorId,
    pub family: FamilyId,
    pub first: Secret,
}

/// A secret that somebody presents, and where.
#[derive(Clone, Debug)]
pub struct Presented {
    pub site: String,
    pub origin: String,
    pub secret: Secret,
    /// Becomes its successor if it has none yet.
    pub fresh: Secret,
}

/// When a secret may be used again, and when not any more. All milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub now: u64,
    /// How long after its first use a secret still works.
    pub grace: u64,
    /// How long a family lives without use.
    pub lifetime: u64,
}

/// Who a secret belongs to, and the secret that replaces it.
#[derive(Debug, PartialEq, Eq)]
pub struct Renewed {
    pub visitor: VisitorId,
    pub family: FamilyId,
    /// The secret for the next renewal.
    pub next: Secret,
}

/// Why a secret was refused. For the log, by its name; the answer is the same for all.
#[derive(Clone, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RenewalRefusal {
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
