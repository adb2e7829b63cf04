//! Visitor tokens: who a request comes from, proven.
//!
//! - [`claims`]: what a token says, how it is signed and checked
//! - [`keys`]: the signing keys, with rotation
//! - [`host_jwt`]: what a host site says about its signed-in visitor; [`sign_in`]: who gets which credentials, and how they end
//! - [`renewal`]: the one-time secrets a browser renews its token with
//! - [`revocation`]: which families of tokens have ended before their time
//!
//! Invariant: nothing but [`Tokens::check`] makes a [`Visitor`] out of a request. This module does not know what a visitor may do;
//! who owns a conversation is the store's business.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};
use url::Url;

use crate::{
    app::App,
    clock::{Clock, millis},
    config::{Site, Sites},
    error::ApiError,
};

pub mod claims;
pub mod host_jwt;
pub mod keys;
pub mod renewal;
pub mod revocation;
pub mod sign_in;

use claims::Claims;
pub use claims::TokenFault;
use keys::KeyRing;
use revocation::Revocations;

/// A visitor: 128 random bits as 32 lower-case hex characters, made here and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VisitorId(String);

/// All tokens that go back to one first visit: they are revoked together. Same form as a visitor id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FamilyId(String);

macro_rules! random_id {
    ($name:ident) => {
        impl $name {
            /// A new one.
            ///
            /// # Errors
            /// When the system gives no randomness.
            pub fn random() -> Result<Self, getrandom::Error> {
                let mut bytes = [0; 16];
                getrandom::fill(&mut bytes)?;
                Ok(Self(hex(&bytes)))
            }

            /// Reads 32 lower-case hex characters.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let allowed = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
                (text.len() == 32 && text.bytes().all(allowed)).then(|| Self(text.to_owned()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

random_id!(VisitorId);
random_id!(FamilyId);

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)] as char, DIGITS[usize::from(b & 15)] as char]).collect()
}

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
    // Never held across an await.
    keys: RwLock<Arc<KeyRing>>,
    /// Which families ended before their time.
    pub revocations: Revocations,
    lifetime_seconds: u32,
    clock: Clock,
}

impl Tokens {
    /// Tokens of that life, signed with the newest key.
    #[must_use]
    pub fn new(keys: KeyRing, revocations: Revocations, lifetime: std::time::Duration, clock: Clock) -> Self {
        let lifetime_seconds = u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX);
        Self { keys: RwLock::new(Arc::new(keys)), revocations, lifetime_seconds, clock }
    }

    fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on these keys sign and check.
    pub fn replace_keys(&self, keys: KeyRing) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// Seconds a new token lives.
    #[must_use]
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
        claims::sign(&claims, self.keys().newest())
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
        // A minute for the clocks of two instances; a token that lives longer than ours do was not made by us.
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
        // Whoever came before the site wanted to know its visitors.
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

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        // The rate limiter in front of the handler has checked the same request already.
        if let Some(visitor) = parts.extensions.get::<Self>() {
            return Ok(visitor.clone());
        }
        let visitor = of_request(parts, app).map_err(|fault| {
            app.counters.tokens_refused.increment();
            ApiError::unauthorized().cause(fault)
        })?;
        parts.extensions.insert(visitor.clone());
        Ok(visitor)
    }
}

fn of_request(parts: &Parts, app: &App) -> Result<Visitor, TokenFault> {
    let visitor = app.tokens.check(bearer(&parts.headers)?, &app.sites.now())?;
    match single(&parts.headers, &header::ORIGIN)? {
        Some(origin) if origin == visitor.origin => Ok(visitor),
        Some(_) => Err(TokenFault::Origin),
        // Browsers leave `Origin` out of a GET to the page's own server, and only there.
        None if parts.method.is_safe() && host_is_that_of(&parts.headers, &visitor.origin) => Ok(visitor),
        None => Err(TokenFault::Origin),
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, TokenFault> {
    let value = single(headers, &header::AUTHORIZATION)?.ok_or(TokenFault::Missing)?;
    let (scheme, token) = value.split_once(' ').ok_or(TokenFault::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token) } else { Err(TokenFault::Missing) }
}

/// The value of a header that may stand there once. Two of them could be read differently by two servers.
fn single<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Result<Option<&'a str>, TokenFault> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.to_str().map_err(|_| TokenFault::Form)).transpose()?;
    if values.next().is_some() { Err(TokenFault::Form) } else { Ok(first) }
}

fn host_is_that_of(headers: &HeaderMap, origin: &str) -> bool {
    let Ok(Some(host)) = single(headers, &header::HOST) else { return false };
    let Ok(origin) = Url::parse(origin) else { return false };
    // The scheme is that of whoever ends TLS in front of us, so only host and port can be compared.
    Url::parse(&format!("{}://{host}/", origin.scheme())).is_ok_and(|here| {
        here.host() == origin.host() && here.port_or_known_default() == origin.port_or_known_default()
    })
}
