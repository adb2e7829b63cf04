//! The identity of a host site's signed-in visitor: a short-lived JWT, signed by the site's server
//! with a secret shared with this proxy.
//!
//! HS256, because every language signs it in a few lines without a library (see
//! `examples/signing`). The header is parsed strictly before any key is used, as with our own
//! tokens; other claims than those below are ignored.

use jsonwebtoken::{DecodingKey, errors::ErrorKind};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::claims::{signature_only, strict_header};
use crate::{config::SiteId, credentials::UserProfile};

/// Maximum length of an identity, bytes: more than the claims below need.
const MAX_BYTES: usize = 4096;
/// Maximum lifetime, seconds: a site signs for immediate use, so a stolen identity is soon useless.
const MAX_LIFETIME: u64 = 600;
/// Allowed difference between the clocks of two servers, seconds.
const MAX_CLOCK_SKEW: u64 = 60;
/// The longest value, in characters.
const MAX_VALUE_CHARS: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    typ: Option<String>,
    // Sites that rotate their secrets may name one; all secrets of the site are tried.
    #[expect(dead_code, reason = "allowed, and not looked at")]
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: String,
    iat: u64,
    exp: u64,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

/// Why an identity was refused. For the log; the response is the same for all but the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, thiserror::Error)]
#[error("identity refused: {}", <&str>::from(*self))]
#[strum(serialize_all = "snake_case")]
pub enum IdentityFault {
    /// It is not a JWT of the documented form.
    Form,
    /// No secret of the site fits its signature.
    Signature,
    /// A claim is missing, too long or malformed.
    Claims,
    /// It is for another site.
    Audience,
    /// It has expired, is not valid yet, or has too long a lifetime.
    Lifetime,
    /// The site accepts no identities.
    Off,
    /// The site requires an identity, and there is none.
    Required,
}

/// Verifies an identity at `now` (Unix seconds). Each line of `secrets` is one secret.
pub fn verify(identity: &str, secrets: &SecretString, site: &SiteId, now: u64) -> Result<UserProfile, IdentityFault> {
    let header: StrictHeader = strict_header(identity, MAX_BYTES).ok_or(IdentityFault::Form)?;
    if header.alg != "HS256" || header.typ.is_some_and(|typ| typ != "JWT") {
        return Err(IdentityFault::Form);
    }
    let claims = decode(identity, secrets)?;
    if claims.aud != site.as_str() {
        return Err(IdentityFault::Audience);
    }
    let lifetime = claims.exp.checked_sub(claims.iat).ok_or(IdentityFault::Lifetime)?;
    if lifetime > MAX_LIFETIME || claims.iat > now + MAX_CLOCK_SKEW || claims.exp <= now {
        return Err(IdentityFault::Lifetime);
    }
    let fits = |text: &str| text.chars().count() <= MAX_VALUE_CHARS && !text.chars().any(char::is_control);
    let values = [&claims.name, &claims.email, &claims.phone];
    if claims.sub.is_empty() || !fits(&claims.sub) || !values.into_iter().flatten().all(|value| fits(value)) {
        return Err(IdentityFault::Claims);
    }
    let non_blank = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
    Ok(UserProfile {
        user: claims.sub,
        name: non_blank(claims.name),
        email: non_blank(claims.email),
        phone: non_blank(claims.phone),
    })
}

fn decode(identity: &str, secrets: &SecretString) -> Result<Claims, IdentityFault> {
    let validation = signature_only();
    let mut fault = IdentityFault::Signature;
    for secret in secrets.expose_secret().lines() {
        let key = DecodingKey::from_secret(secret.as_bytes());
        match jsonwebtoken::decode::<Claims>(identity, &key, &validation) {
            Ok(data) => return Ok(data.claims),
            Err(error) if matches!(error.kind(), ErrorKind::Json(_)) => fault = IdentityFault::Claims,
            Err(_) => {}
        }
    }
    Err(fault)
}
