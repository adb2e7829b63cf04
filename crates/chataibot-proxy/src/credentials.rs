//! Credential types: the signing keys of visitor tokens, the renewal secret of a browser, and the
//! user profile a host site vouches for. Their `Debug` output never shows what they hold.

use std::{fmt, path::Path};

use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A signing key: an id that goes into tokens, and 256 random bits that never leave the server.
pub struct Key {
    /// `kid` in a token.
    pub id: String,
    pub(crate) signing_key: EncodingKey,
    pub(crate) verifying_key: DecodingKey,
}

impl Key {
    /// Creates a key from its bytes.
    pub fn new(id: impl Into<String>, secret: &[u8; 32]) -> Self {
        Self {
            id: id.into(),
            signing_key: EncodingKey::from_secret(secret),
            verifying_key: DecodingKey::from_secret(secret),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Key({}, …)", self.id)
    }
}

/// The signing keys, newest first. Never empty.
#[derive(Debug)]
pub struct KeyRing {
    /// The key that signs.
    pub newest: Key,
    older: Vec<Key>,
}

impl KeyRing {
    /// Creates a ring that signs with `newest` and also accepts tokens signed with `older`.
    pub fn new(newest: Key, older: Vec<Key>) -> Self {
        Self { newest, older }
    }

    /// The key with this id.
    pub fn get(&self, id: &str) -> Option<&Key> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| key.id == id)
    }

    /// Reads a key file: one key a line, `<id> <64 hex characters>`, the first one signs. Empty
    /// lines and `#` lines are skipped.
    ///
    /// # Errors
    /// Says which line is wrong and what to write; never repeats the line itself.
    pub fn read_file(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let form = "write `<id> <64 hex characters>` a line, each id once, the characters from `openssl rand -hex 32`";
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{shown} can't be read: {error}; {form}, where the proxy's user may read it"))?;
        let mut keys: Vec<Key> = Vec::new();
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'));
        for (line, number) in lines {
            let wrong = || format!("{shown}:{number}: {form}");
            let (id, secret) = line.trim().split_once(' ').ok_or_else(wrong)?;
            let secret = decode_hex_32(secret.trim()).ok_or_else(wrong)?;
            let id_fits = (1..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !id_fits || keys.iter().any(|key| key.id == id) {
                return Err(wrong());
            }
            keys.push(Key::new(id, &secret));
        }
        let mut keys = keys.into_iter();
        let newest = keys.next().ok_or_else(|| format!("{shown}: there is no key in it; {form}"))?;
        Ok(Self::new(newest, keys.collect()))
    }
}

/// Generates a key in its stored form: id and secret.
pub fn generate() -> Result<(String, [u8; 32]), getrandom::Error> {
    Ok((hex::encode(random_bytes::<8>()?), random_bytes()?))
}

fn random_bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Decodes 64 hex digits of either case to 32 bytes.
pub fn decode_hex_32(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

/// A renewal secret: 256 random bits, known to one browser and stored here only as a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Generates a secret.
    pub fn random() -> Result<Self, getrandom::Error> {
        random_bytes().map(Self)
    }

    /// Reads 64 lower-case hex characters.
    pub fn parse(text: &str) -> Option<Self> {
        if text.bytes().any(|b| b.is_ascii_uppercase()) { None } else { decode_hex_32(text).map(Self) }
    }

    /// The secret as the browser gets it: 64 hex characters.
    pub fn expose(&self) -> String {
        hex::encode(self.0)
    }

    /// The stored form. A plain hash is enough, because 256 random bits can't be guessed.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// Encrypts the successor so that it is readable only with this secret. The pad is used only
    /// once, because a secret has one successor.
    pub fn seal(&self, successor: &Self) -> [u8; 32] {
        let pad = Sha256::new().chain_update(b"chataibot renewal successor\0").chain_update(self.0);
        let mut sealed: [u8; 32] = pad.finalize().into();
        sealed.iter_mut().zip(successor.0).for_each(|(byte, plain)| *byte ^= plain);
        sealed
    }

    /// Decrypts a successor: the inverse of [`Secret::seal`].
    pub fn open(&self, sealed: &[u8; 32]) -> Self {
        Self(self.seal(&Self(*sealed)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A signed-in user as the host site describes them. Kept as long as the sign-in lasts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserProfile {
    /// The host site's own id of the user.
    pub user: String,
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl fmt::Debug for UserProfile {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("UserProfile(…)")
    }
}

impl UserProfile {
    /// The user's key in the database: a hash, so that the id itself is stored in only one place.
    pub fn key(&self, site: &str) -> [u8; 32] {
        Sha256::new().chain_update(site).chain_update([0]).chain_update(&self.user).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_successor_is_readable_only_with_its_predecessor() {
        let [first, second, other] = [(); 3].map(|()| Secret::random().expect("randomness"));
        let sealed = first.seal(&second);
        assert_eq!(first.open(&sealed), second);
        assert_ne!(other.open(&sealed), second);
        assert_ne!(sealed, second.0);
        assert_ne!(sealed, second.hash());
    }

    #[test]
    fn a_secret_has_one_spelling_and_never_prints() {
        let secret = Secret::random().expect("randomness");
        let text = secret.expose();
        assert_eq!(text.len(), 64);
        assert_eq!(Secret::parse(&text), Some(secret.clone()));
        for bad in [String::new(), text[1..].to_owned(), format!("{text}0"), format!("g{}", &text[1..]), "é".repeat(32)]
        {
            assert_eq!(Secret::parse(&bad), None, "{bad}");
        }
        assert_eq!(Secret::parse(&format!("A{}", &text[1..])), None);
        assert!(!format!("{secret:?}").contains(&text));
    }
}
