//! Visitor tokens: who a request comes from, proven.
//!
//! - [`claims`]: what a token says, how it is signed and checked
//! - [`host_jwt`]: what a host site says about its signed-in visitor
//! - [`sign_in`]: who gets which credentials, and how they end
//! - [`revocation`]: which families of tokens have ended before their time
//!
//! Invariant: nothing but [`Tokens::check`] makes a [`Visitor`] out of a token. This module does
//! not know what a visitor may do; who owns a conversation is the store's business.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::{
    clock::{Clock, millis},
    config::{Site, Sites},
    credentials::KeyRing,
    ids::{FamilyId, VisitorId},
};

pub mod claims;
pub mod host_jwt;
pub mod revocation;
pub mod sign_in;

use claims::Claims;
pub use claims::TokenFault;
use revocation::Revocations;

/// A visitor whose token was checked for this very request.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The site the token was issued for.
    pub site: Arc<Site>,
    /// Who it is.
    pub visitor: VisitorId,
    /// The page's origin, as the token has it; the request came from there.
    pub origin: String,
    /// When the token ends: milliseconds since 1970-01-01 UTC.
    pub expires_at: u64,
    /// What is revoked when the visitor is.
    pub family: FamilyId,
    /// The host site has vouched for them.
    pub signed_in: bool,
}

/// Issues and checks visitor tokens.
#[derive(Debug)]
pub struct Tokens {
    // Held for a clone or a swap of the pointer.
    keys: RwLock<Arc<KeyRing>>,
    /// Which families ended before their time.
    pub revocations: Revocations,
    lifetime_seconds: u32,
    clock: Clock,
}

impl Tokens {
    /// Tokens of that life, signed with the newest key.
    pub fn new(keys: KeyRing, revocations: Revocations, lifetime: std::time::Duration, clock: Clock) -> Self {
        let lifetime_seconds = u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX);
        Self { keys: RwLock::new(Arc::new(keys)), revocations, lifetime_seconds, clock }
    }

    fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.keys.read())
    }

    /// From now on these keys sign and check.
    pub fn replace_keys(&self, keys: KeyRing) {
        *self.keys.write() = Arc::new(keys);
    }

    /// Seconds a new token lives.
    pub fn lifetime_seconds(&self) -> u32 {
        self.lifetime_seconds
    }

    /// A new token.
    ///
    /// # Errors
    /// When signing fails, which means the build's cryptography is broken.
    pub fn issue(
        &self,
        site: &Site,
        origin: &str,
        visitor: &VisitorId,
        family: &FamilyId,
        signed_in: bool,
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
            signed_in,
        };
        claims::sign(&claims, &self.keys().newest)
    }

    /// The visitor a token stands for, whoever presents it: the caller still compares the origin.
    ///
    /// # Errors
    /// The first check that failed. For the log only: the answer is the same 401 for all.
    pub fn check(&self, token: &str, sites: &Sites) -> Result<Visitor, TokenFault> {
        let claims = claims::verify(token, &self.keys())?;
        let now = self.clock.now() / 1000;
        if claims.iss != claims::ISSUER {
            return Err(TokenFault::Claims);
        }
        // A minute for the clocks of two instances; a token that lives longer than ours do was not
        // made by us.
        if claims.iat > now + 60 || claims.exp.saturating_sub(claims.iat) > u64::from(self.lifetime_seconds) {
            return Err(TokenFault::Lifetime);
        }
        if claims.exp <= now {
            return Err(TokenFault::Expired);
        }
        let site = sites.get(&claims.aud).ok_or(TokenFault::Site)?.clone();
        // The operator may have taken the origin off the list since.
        if !site.origins.allow(&claims.origin) {
            return Err(TokenFault::Origin);
        }
        let visitor = VisitorId::parse(&claims.sub).ok_or(TokenFault::Claims)?;
        let family = FamilyId::parse(&claims.family).ok_or(TokenFault::Claims)?;
        if self.revocations.contains(&family) {
            return Err(TokenFault::Revoked);
        }
        // The token is from before the site required signed-in visitors.
        if !site.takes(&claims.origin, claims.signed_in) {
            return Err(TokenFault::Anonymous);
        }
        let (expires_at, signed_in) = (claims.exp * 1000, claims.signed_in);
        Ok(Visitor { site, visitor, origin: claims.origin, expires_at, family, signed_in })
    }

    /// Ends every token of a family at once. The caller has already written it to the store.
    pub fn revoke(&self, family: FamilyId) {
        let lifetime = std::time::Duration::from_secs(u64::from(self.lifetime_seconds));
        self.revocations.add(family, self.clock.now() + millis(lifetime));
    }
}
