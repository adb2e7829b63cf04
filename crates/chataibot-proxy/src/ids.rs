//! Identifiers of visitors, of families of tokens and of conversations. Imports nothing of this
//! crate.

use std::fmt;

/// A conversation's number inside the store. Never used twice, and never told to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConversationId(i64);

impl ConversationId {
    /// The conversation with this row number.
    pub const fn new(row: i64) -> Self {
        Self(row)
    }

    /// The row number.
    pub const fn row(self) -> i64 {
        self.0
    }
}

/// 128 random bits as 32 lower-case hex digits: unguessable, and safe as a file name and in a path.
pub fn random_hex() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

/// Is the text what [`random_hex`] makes?
pub fn is_random_hex(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// A visitor, made here and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VisitorId(String);

/// All tokens that go back to one first visit: they are revoked together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FamilyId(String);

macro_rules! random_id {
    ($name:ident) => {
        impl $name {
            /// A new one.
            pub fn random() -> Result<Self, getrandom::Error> {
                random_hex().map(Self)
            }

            /// Reads 32 lower-case hex digits.
            pub fn parse(text: &str) -> Option<Self> {
                is_random_hex(text).then(|| Self(text.to_owned()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

random_id!(VisitorId);
random_id!(FamilyId);
