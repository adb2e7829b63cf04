//! Identity of a signed-in visitor: a JWT, signed here as the host site's own server would sign it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The host site's server, which shares a secret with the proxy.
pub struct HostSite {
    secret: String,
    site: String,
}

impl HostSite {
    pub fn new(secret: &str, site: &str) -> Self {
        Self { secret: secret.to_owned(), site: site.to_owned() }
    }

    pub fn claims(&self, user: &str) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        json!({
            "sub": user, "aud": self.site, "iat": now, "exp": now + 300,
            "name": "Ada Lovelace", "email": "ada@example.com",
        })
    }

    pub fn identity(&self, user: &str) -> String {
        sign_jwt(&self.secret, &json!({ "alg": "HS256", "typ": "JWT" }), &self.claims(user))
    }

    /// Returns invalid identities, each after what is wrong with it.
    pub fn invalid_identities(&self) -> Vec<(&'static str, String)> {
        let head = json!({ "alg": "HS256", "typ": "JWT" });
        let with_claim = |name: &str, value: Value| {
            let mut claims = self.claims("u-1");
            claims[name] = value;
            sign_jwt(&self.secret, &head, &claims)
        };
        vec![
            ("another secret", sign_jwt("somebody-elses-secret-0123456789", &head, &self.claims("u-1"))),
            ("no algorithm", sign_jwt(&self.secret, &json!({ "alg": "none" }), &self.claims("u-1"))),
            ("another site", with_claim("aud", "somebody-elses-site".into())),
            ("an end that is over", with_claim("exp", 1.into())),
            ("no user", with_claim("sub", Value::Null)),
        ]
    }
}

fn sign_jwt(secret: &str, head: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(head), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(hmac_sha256(secret.as_bytes(), message.as_bytes()));
    format!("{message}.{signature}")
}

/// RFC 2104.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut padded = [0; BLOCK];
    let hashed: [u8; 32] = Sha256::digest(key).into();
    let key = if key.len() > BLOCK { &hashed } else { key };
    padded[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(padded.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_that_of_the_standard() {
        // RFC 4231, cases 2 and 6.
        assert_eq!(
            hex::encode(hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex::encode(hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
