//! Signed-in visitors: which visitor a user of a site is, and what is known of whoever a family
//! belongs to. The same user is the same visitor in every browser.

use super::StoreError;
use crate::{credentials::UserProfile, ids::VisitorId, store::renewals::NewFamily};

/// A sign-in.
#[derive(Clone, Debug)]
pub struct NewSignIn {
    pub user: [u8; 32],
    pub person: UserProfile,
    /// What begins for them; its visitor is the one they become when nobody knows them yet.
    pub family: NewFamily,
}

/// A person as it is stored.
pub(in crate::store) fn written(person: &UserProfile) -> Result<String, StoreError> {
    serde_json::to_string(person).map_err(|error| StoreError::Corrupt(format!("a person can't be written: {error}")))
}

/// The person in a stored text.
pub(in crate::store) fn read(text: &str) -> Result<UserProfile, StoreError> {
    // The error's own text could repeat what is known of them.
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt("a person can't be read".to_owned()))
}

/// The visitor a user was known as.
pub(in crate::store) fn visitor(id: &str) -> Result<VisitorId, StoreError> {
    VisitorId::parse(id).ok_or_else(|| StoreError::Corrupt("a signed-in visitor has a malformed id".to_owned()))
}
