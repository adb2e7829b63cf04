//! Signed-in visitors: which visitor a user of a site is, and the profile of the user a family
//! belongs to. The same user is the same visitor in every browser.

use super::StoreError;
use crate::{credentials::UserProfile, store::renewals::NewFamily};

#[derive(Clone, Debug)]
pub struct NewSignIn {
    pub user: [u8; 32],
    pub profile: UserProfile,
    /// The family that begins; its visitor id is used only if the user is not known yet.
    pub family: NewFamily,
}

pub(in crate::store) fn profile_to_json(profile: &UserProfile) -> Result<String, StoreError> {
    serde_json::to_string(profile).map_err(|error| StoreError::Corrupt(format!("a person can't be written: {error}")))
}

pub(in crate::store) fn profile_from_json(text: &str) -> Result<UserProfile, StoreError> {
    // The parser's error text could contain personal data.
    serde_json::from_str(text).map_err(|_| StoreError::corrupt("a person can't be read"))
}
