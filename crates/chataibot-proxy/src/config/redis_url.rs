//! Address of the Redis that several proxies share, without its password in all output.

use std::fmt;

use secrecy::SecretString;
use url::Url;

/// The address of a Redis: `redis://`, `rediss://` (TLS) or `redis+unix://`.
#[derive(Clone)]
pub struct RedisUrl {
    /// The address itself.
    pub secret: SecretString,
    /// The redacted form, without user and password.
    redacted: String,
    pub(crate) has_password: bool,
}

impl RedisUrl {
    /// Parses an address. An error says what to write, and never repeats the address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = || {
            "write an address such as redis://127.0.0.1:6379, rediss://… for TLS, or redis+unix:///run/redis.sock"
                .to_owned()
        };
        let mut url = Url::parse(text.trim_end_matches(['\n', '\r'])).map_err(|_| invalid())?;
        let has_host = url.host().is_some_and(|host| !host.to_string().is_empty());
        let is_valid = match url.scheme() {
            "redis" | "rediss" => has_host,
            "redis+unix" | "unix" => !has_host && url.path().len() > 1,
            _ => false,
        };
        if !is_valid || url.fragment().is_some() {
            return Err(invalid());
        }
        let secret = SecretString::from(url.as_str());
        let has_password = url.password().is_some() || url.query().is_some_and(|query| query.contains("pass="));
        if has_password || !url.username().is_empty() {
            // Both succeed with a host; without one there is neither user nor password.
            let _ = url.set_password(None).and_then(|()| url.set_username(if has_password { "…" } else { "" }));
        }
        if has_password {
            url.set_query(None);
        }
        let redacted = url.as_str().replace("%E2%80%A6", "…");
        Ok(Self { secret, redacted, has_password })
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.redacted)
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.redacted)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (text, redacted) in [
            ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379"),
            ("rediss://cache.example.com/2\n", "rediss://cache.example.com/2"),
            ("redis://:hunter2@cache:6380/1", "redis://…@cache:6380/1"),
            ("redis://proxy:hunter2@cache", "redis://…@cache"),
            ("redis+unix:///run/redis.sock?db=1", "redis+unix:///run/redis.sock?db=1"),
            ("redis+unix:///run/redis.sock?db=1&pass=hunter2", "redis+unix:///run/redis.sock"),
        ] {
            let url = RedisUrl::parse(text).expect(text);
            assert_eq!(url.to_string(), redacted);
            assert_eq!(format!("{url:?}"), redacted);
            assert_eq!(url.has_password, text.contains("hunter2"));
            assert_eq!(url.secret.expose_secret(), text.trim_end());
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for text in ["", "127.0.0.1:6379", "http://hunter2", "redis://", "redis+unix://", "redis://host/#hunter2"] {
            let error = RedisUrl::parse(text).expect_err(text);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
