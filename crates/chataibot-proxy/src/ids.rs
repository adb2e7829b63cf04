//! Identifiers of visitors, token families and conversations. Imports nothing from this crate.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A conversation's number in the store. Never reused, and never exposed to clients.
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

/// Whether the text has the form of [`random_hex`].
pub fn is_random_hex(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

macro_rules! random_ids {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// Generates an id.
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

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or("not 32 lower-case hex digits")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

random_ids! {
    /// A visitor's id, generated only by the proxy.
    VisitorId;
    /// The id of a token family: the tokens from one first visit, which are revoked together.
    FamilyId;
}
