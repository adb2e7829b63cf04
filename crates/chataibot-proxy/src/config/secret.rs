//! Secrets: from a file or an environment variable, never from the configuration file itself, never
//! printed.

use std::path::Path;

use secrecy::SecretString;

use super::placeholder;

/// What a secret may consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Goes into a header: printable ASCII without spaces.
    Header,
    /// Goes into a path: at least 16 of `A-Z a-z 0-9 - _`, because it is all that keeps strangers
    /// out.
    Path,
    /// Comes back to us in a header or a body: as [`Form::Header`], and while it is being replaced
    /// two, a line each.
    Token,
    /// Signs: at least 32 printable characters, because it can be guessed at leisure; a line each.
    Signing,
}

/// Checks a secret. A line end at its end is not part of it.
///
/// # Errors
/// Says what is wrong, and never repeats the secret.
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
    if placeholder::is_word(secret) {
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

/// Reads a secret from a file.
///
/// # Errors
/// Says why the file can't be read or what is wrong with what it holds.
pub fn from_file(path: &Path, form: Form) -> Result<SecretString, String> {
    let raw =
        std::fs::read_to_string(path).map_err(|error| format!("the file {} can't be read: {error}", path.display()))?;
    check(&raw, form).map_err(|what| format!("the secret in {} can't be used: {what}", path.display()))
}
