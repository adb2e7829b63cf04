//! Visitor tokens: authentication of the visitor behind a request.
//!
//! Invariant: only [`Tokens::check`] turns a token into a [`Visitor`]. This module does not know
//! what a visitor may do; the store knows who owns a conversation.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::clock::Clock;
use crate::config::{Site, Sites};
use crate::credentials::KeyRing;
use crate::ids::{FamilyId, VisitorId};

pub mod claims;
pub mod host_jwt;
pub mod revocation;
pub mod sign_in;

use claims::Claims;
pub use claims::TokenFault;
use revocation::Revocations;

/// A visitor whose token was checked for the current request.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The site the token was issued for.
    pub site: Arc<Site>,
    /// The visitor's id.
    pub visitor: VisitorId,
    /// The page's origin, as the token has it; the request came from there.
    pub origin: String,
    /// When the token expires: milliseconds since 1970-01-01 UTC.
    pub expires_at: u64,
    /// The token family; revoked to end the visitor's tokens.
    pub family: FamilyId,
    /// Whether the host site has vouched for the visitor.
    pub is_signed_in: bool,
}

/// Issues and checks visitor tokens.
#[derive(Debug)]
pub struct Tokens {
    // The lock is held for a clone or a swap of the pointer.
    keys: RwLock<Arc<KeyRing>>,
    /// The families revoked before their tokens expired.
    pub revocations: Revocations,
    /// The lifetime of a new token, seconds.
    pub lifetime_seconds: u32,
    clock: Clock,
}

impl Tokens {
    /// Creates the issuer of tokens with this lifetime, signed with the newest key.
    pub fn new(keys: KeyRing, revocations: Revocations, lifetime: std::time::Duration, clock: Clock) -> Self {
        let lifetime_seconds = u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX);
        Self { keys: RwLock::new(Arc::new(keys)), revocations, lifetime_seconds, clock }
    }

    fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.keys.read())
    }

    /// Replaces the keys that sign and check tokens.
    pub fn replace_keys(&self, keys: KeyRing) {
        *self.keys.write() = Arc::new(keys);
    }

    /// Issues a token. Fails when signing fails, which means the build's cryptography is broken.
    pub fn issue(
        &self,
        site: &Site,
        origin: &str,
        visitor: &VisitorId,
        family: &FamilyId,
        is_signed_in: bool,
    ) -> Result<String, TokenFault> {
        let now = self.clock.now() / 1000;
        let claims = Claims {
            iss: claims::ISSUER.to_owned(),
            aud: site.id.as_str().to_owned(),
            sub: visitor.as_str().to_owned(),
            origin: origin.to_owned(),
            family: family.as_str().to_owned(),
            iat: now,
            exp: now + u64::from(self.lifetime_seconds),
            signed_in: is_signed_in,
        };
        claims::sign(&claims, &self.keys().newest)
    }

    /// Returns a valid token's visitor, whoever presents it: the caller still compares the origin.
    /// Errors: the first check that failed. For the log only: the response is the same 401 for all.
    pub fn check(&self, token: &str, sites: &Sites) -> Result<Visitor, TokenFault> {
        let claims = claims::verify(token, &self.keys())?;
        let now = self.clock.now() / 1000;
        if claims.iss != claims::ISSUER {
            return Err(TokenFault::Claims);
        }
        // Allows for a minute between the clocks of two proxies. None of ours has a longer
        // lifetime.
        if claims.iat > now + 60 || claims.exp.saturating_sub(claims.iat) > u64::from(self.lifetime_seconds) {
            return Err(TokenFault::Lifetime);
        }
        if claims.exp <= now {
            return Err(TokenFault::Expired);
        }
        let site = sites.get(&claims.aud).ok_or(TokenFault::Site)?.clone();
        // The operator may have removed the origin since the token was issued.
        if !site.origins.allow(&claims.origin) {
            return Err(TokenFault::Origin);
        }
        let visitor = VisitorId::parse(&claims.sub).ok_or(TokenFault::Claims)?;
        let family = FamilyId::parse(&claims.family).ok_or(TokenFault::Claims)?;
        if self.revocations.contains(&family) {
            return Err(TokenFault::Revoked);
        }
        // The token may predate the site's requirement of signed-in visitors.
        if !site.admits(&claims.origin, claims.signed_in) {
            return Err(TokenFault::Anonymous);
        }
        let (expires_at, is_signed_in) = (claims.exp * 1000, claims.signed_in);
        Ok(Visitor { site, visitor, origin: claims.origin, expires_at, family, is_signed_in })
    }

    /// Revokes every token of a family at once. The caller has already recorded it in the store.
    pub fn revoke(&self, family: FamilyId) {
        self.revocations.add(family, self.clock.now() + u64::from(self.lifetime_seconds) * 1000);
    }
}
