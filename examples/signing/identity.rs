//! Signs who a visitor is, for chataibot-proxy. Run by your server for a signed-in user, never in a
//! page: the secret stays with you. Needs the crates `jsonwebtoken` and `serde`.

use jsonwebtoken::{EncodingKey, Header, encode, errors::Error};

/// Who is signed in, as the proxy wants to hear it.
#[derive(serde::Serialize)]
pub struct Identity<'a> {
    /// Your own id of the user.
    pub sub: &'a str,
    /// The site's `id` in the proxy's configuration.
    pub aud: &'a str,
    /// Full name.
    pub name: &'a str,
    /// E-mail address.
    pub email: &'a str,
    /// Now, Unix seconds.
    pub iat: u64,
    /// When it ends: ten minutes later at most.
    pub exp: u64,
}

/// The signed identity.
///
/// # Errors
/// When the library's cryptography fails.
pub fn sign(identity: &Identity<'_>, secret: &str) -> Result<String, Error> {
    // HS256 and `typ` JWT are what `Header::default()` says.
    encode(&Header::default(), identity, &EncodingKey::from_secret(secret.as_bytes()))
}
