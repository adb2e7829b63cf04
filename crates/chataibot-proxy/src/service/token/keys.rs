//! The signing keys of visitor tokens: the newest signs, all of them check.

use std::{fmt, path::Path};

use jsonwebtoken::{DecodingKey, EncodingKey};

use super::hex;

/// One key: an id that goes into tokens, and 256 random bits that never leave the server.
pub struct Key {
    id: String,
    signing: EncodingKey,
    checking: DecodingKey,
}

impl Key {
    /// A key of known bytes.
    #[must_use]
    pub fn new(id: impl Into<String>, secret: &[u8; 32]) -> Self {
        Self { id: id.into(), signing: EncodingKey::from_secret(secret), checking: DecodingKey::from_secret(secret) }
    }

    /// Its id, `kid` in a token.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn signing(&self) -> &EncodingKey {
        &self.signing
    }

    pub(super) fn checking(&self) -> &DecodingKey {
        &self.checking
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Key({}, …)", self.id)
    }
}

/// The keys, newest first. Never empty.
#[derive(Debug)]
pub struct KeyRing {
    newest: Key,
    older: Vec<Key>,
}

impl KeyRing {
    /// A ring that signs with `newest` and also believes `older`.
    #[must_use]
    pub fn new(newest: Key, older: Vec<Key>) -> Self {
        Self { newest, older }
    }

    /// The key that signs.
    #[must_use]
    pub fn newest(&self) -> &Key {
        &self.newest
    }

    /// The key of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Key> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| key.id == id)
    }

    /// Reads a key file: one key a line, `<id> <64 hex characters>`, the first one signs. Empty lines and `#` lines are skipped.
    ///
    /// # Errors
    /// Says which line is wrong and what to write; never repeats the line itself.
    pub fn read_file(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut keys: Vec<Key> = Vec::new();
        for (index, line) in
            text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        {
            let wrong = || format!("{}:{}: write `<id> <64 hex characters>`, each id once", path.display(), index + 1);
            let (id, secret) = line.trim().split_once(' ').ok_or_else(wrong)?;
            let secret = unhex(secret.trim()).ok_or_else(wrong)?;
            let id_fits = (1..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !id_fits || keys.iter().any(|key| key.id == id) {
                return Err(wrong());
            }
            keys.push(Key::new(id, &secret));
        }
        let mut keys = keys.into_iter();
        let newest = keys.next().ok_or_else(|| format!("{}: there is no key in it", path.display()))?;
        Ok(Self::new(newest, keys.collect()))
    }
}

/// A new key as it is stored: id and secret.
///
/// # Errors
/// When the system gives no randomness.
pub fn generate() -> Result<(String, [u8; 32]), getrandom::Error> {
    let (mut id, mut secret) = ([0; 8], [0; 32]);
    getrandom::fill(&mut id)?;
    getrandom::fill(&mut secret)?;
    Ok((hex(&id), secret))
}

/// 32 bytes from 64 hex characters of either case.
#[must_use]
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |b: u8| (b as char).to_digit(16);
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
    }
    Some(bytes)
}
