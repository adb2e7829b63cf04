//! What a host site says about its signed-in visitor: a short JWT, signed by the site's server with
//! a secret shared with this proxy.
//!
//! HS256, because every language signs it in a few lines without a library (see
//! `examples/signing`). The header is read strictly before any key is touched, as that of our own
//! tokens is; other claims than those below are not looked at.

use jsonwebtoken::{DecodingKey, errors::ErrorKind};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::claims::{signature_only, strict_header};
use crate::{config::SiteId, credentials::UserProfile};

/// More than five claims of a person take.
const LONGEST: usize = 4096;
/// A site signs for now, not for later: what is stolen is soon worth nothing.
const LONGEST_LIFE: u64 = 600;
/// Two servers' clocks differ by so much, seconds.
const SKEW: u64 = 60;
/// The longest value, in characters.
const VALUE_CHARS: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    // Sites that rotate their secrets may name them; all of ours are tried.
    #[serde(default)]
    #[expect(dead_code, reason = "allowed, and not looked at")]
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: String,
    iat: u64,
    exp: u64,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
}

/// Why an identity was not believed. For the log; the answer is the same for all but the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, thiserror::Error)]
#[error("identity refused: {}", <&str>::from(*self))]
#[strum(serialize_all = "snake_case")]
pub enum IdentityFault {
    /// It is no JWT of the documented form.
    Form,
    /// No secret of the site fits.
    Signature,
    /// A claim is missing, too long or malformed.
    Claims,
    /// It is for another site.
    Audience,
    /// Its time is over, has not come, or is too long.
    Lifetime,
    /// The site takes no identities.
    Off,
    /// The site takes nobody without one.
    Required,
}

/// The person in an identity of this site's, at `now` (Unix seconds). Each line of `secrets` is
/// one.
pub fn verify(identity: &str, secrets: &SecretString, site: &SiteId, now: u64) -> Result<UserProfile, IdentityFault> {
    let head: StrictHeader = strict_header(identity, LONGEST).ok_or(IdentityFault::Form)?;
    if head.alg != "HS256" || head.typ.is_some_and(|typ| typ != "JWT") {
        return Err(IdentityFault::Form);
    }
    let claims = decode(identity, secrets)?;
    if claims.aud != site.as_str() {
        return Err(IdentityFault::Audience);
    }
    let life = claims.exp.checked_sub(claims.iat).ok_or(IdentityFault::Lifetime)?;
    if life > LONGEST_LIFE || claims.iat > now + SKEW || claims.exp <= now {
        return Err(IdentityFault::Lifetime);
    }
    let fits = |text: &str| text.chars().count() <= VALUE_CHARS && !text.chars().any(char::is_control);
    let values = [&claims.name, &claims.email, &claims.phone];
    if claims.sub.is_empty() || !fits(&claims.sub) || !values.into_iter().flatten().all(|value| fits(value)) {
        return Err(IdentityFault::Claims);
    }
    let said = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
    Ok(UserProfile { user: claims.sub, name: said(claims.name), email: said(claims.email), phone: said(claims.phone) })
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
