//! Secrets: from a file or a variable, never in the configuration file itself, never printed.

use secrecy::SecretString;

use super::placeholder;

/// Character set and length that a secret must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Sent in a header: printable ASCII without spaces.
    Header,
    /// Part of a path: at least 16 of `A-Z a-z 0-9 - _`, because nothing else protects it.
    Path,
    /// Sent back to the proxy: like [`Form::Header`]; two, one per line, while it is replaced.
    Token,
    /// Signing key: at least 32 printable characters, against offline attacks; one per line.
    Signing,
}

/// Checks a secret, without its trailing line end. An error never repeats it.
pub fn check(raw: &str, form: Form) -> Result<SecretString, String> {
    let secret = raw.trim_end_matches(['\n', '\r']);
    if secret.is_empty() {
        return Err("it is empty".to_owned());
    }
    if form != Form::Header && secret.contains('\n') {
        for line in secret.lines() {
            check(line, form)?;
        }
        return Ok(SecretString::from(secret));
    }
    if placeholder::is_placeholder(secret) {
        let own = match form {
            Form::Header => "the account token of Settings › Account Settings",
            Form::Path => "one made with `openssl rand -hex 32`",
            Form::Token => "the token that is entered beside the webhook's URL",
            Form::Signing => "the secret the host site signs with",
        };
        return Err(format!("it is a placeholder; put {own} there"));
    }
    match form {
        Form::Signing if secret.len() < 32 => {
            Err("it has fewer than 32 characters; make one with `openssl rand -hex 32`".to_owned())
        }
        Form::Header | Form::Token | Form::Signing if !secret.bytes().all(|b| b.is_ascii_graphic()) => {
            Err("it has a space, a line break or another character that can't stand in a header".to_owned())
        }
        Form::Path if secret.len() < 16 => {
            Err("it has fewer than 16 characters; make one with `openssl rand -hex 32`".to_owned())
        }
        Form::Path if !secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') => {
            Err("it may only have A-Z, a-z, 0-9, - and _; make one with `openssl rand -hex 32`".to_owned())
        }
        Form::Header | Form::Path | Form::Token | Form::Signing => Ok(SecretString::from(secret)),
    }
}
