//! The claims of a visitor token, and the only way to sign and check it.
//!
//! HS256 with own random keys, because only proxies of one installation sign and check: a public
//! key is not needed, a check costs one hash, and there is no second algorithm to be confused with.
//! The header is parsed strictly before any key is used: exactly `alg`, `typ` and `kid`, so that
//! `jwk`, `jku`, `x5u`, `crit` and `none` are refused as unknown.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::credentials::{Key, KeyRing};

/// `iss` of every token.
pub const ISSUER: &str = "chataibot-proxy";
/// `typ` of every token: no other kind of JWT can stand in for it.
pub const TYPE: &str = "chataibot-visitor+jwt";
/// Maximum length of a token, bytes. One with a long site id and a long origin has about 600.
const MAX_BYTES: usize = 1024;

/// The claims. All but the last are required, and no others are allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Always [`ISSUER`].
    pub iss: String,
    /// The site.
    pub aud: String,
    /// The visitor.
    pub sub: String,
    /// The exact origin of the page.
    pub origin: String,
    /// The renewal family.
    pub family: String,
    /// Issued at, Unix seconds.
    pub iat: u64,
    /// Expires at, Unix seconds.
    pub exp: u64,
    /// Whether the host site has vouched for the visitor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed_in: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// The check a token failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, thiserror::Error)]
#[error("visitor token refused: {}", <&str>::from(*self))]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the name says which part of the token failed")]
pub enum TokenFault {
    Missing,
    /// It is not a JWT of our form.
    Form,
    Algorithm,
    Type,
    /// Its key is not on the ring.
    Key,
    Signature,
    /// A claim is missing, unknown or malformed.
    Claims,
    /// It claims a longer lifetime than ours have, or to come from the future.
    Lifetime,
    Expired,
    /// Its site is not configured.
    Site,
    /// It belongs to another origin, or its origin is no longer allowed.
    Origin,
    /// Its family was revoked.
    Revoked,
    /// Its site accepts signed-in visitors only.
    Anonymous,
}

/// Signs the claims. The error, for claims that can't be written, does not happen.
pub fn sign(claims: &Claims, key: &Key) -> Result<String, TokenFault> {
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.id.clone());
    jsonwebtoken::encode(&header, claims, &key.signing_key).map_err(|_| TokenFault::Form)
}

/// Parses the header of a JWT of at most `max_bytes` bytes; `None` if it is not an `H`.
pub(super) fn strict_header<H: DeserializeOwned>(token: &str, max_bytes: usize) -> Option<H> {
    if token.len() > max_bytes || token.split('.').count() != 3 {
        return None;
    }
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    serde_json::from_slice(&header).ok()
}

/// Checks the signature only: the caller checks times and audience, by its own clock and sites.
pub(super) fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

/// Checks form, algorithm, type, key and signature, in that order; not the times.
pub fn verify(token: &str, keys: &KeyRing) -> Result<Claims, TokenFault> {
    let head: StrictHeader = strict_header(token, MAX_BYTES).ok_or(TokenFault::Form)?;
    if head.alg != "HS256" {
        return Err(TokenFault::Algorithm);
    }
    if head.typ != TYPE {
        return Err(TokenFault::Type);
    }
    let key = keys.get(&head.kid).ok_or(TokenFault::Key)?;
    match jsonwebtoken::decode::<Claims>(token, &key.verifying_key, &signature_only()) {
        Ok(data) => Ok(data.claims),
        Err(error) if matches!(error.kind(), ErrorKind::InvalidSignature) => Err(TokenFault::Signature),
        Err(error) if matches!(error.kind(), ErrorKind::Json(_)) => Err(TokenFault::Claims),
        Err(_) => Err(TokenFault::Form),
    }
}
