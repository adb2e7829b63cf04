//! Signed-in visitors: see [`crate::store::signed_in`]. A profile is a field of its family.

use serde_json::json;

use super::{FamilyId, Redis, Result, VisitorId, renewals::family_arguments, unreadable};
use crate::credentials::{Secret, UserProfile, decode_hex_32};
use crate::store::signed_in::{self, NewSignIn, profile_to_json};

impl Redis {
    pub async fn sign_in(&self, new: NewSignIn) -> Result<VisitorId> {
        let mut arguments = family_arguments(&new.family);
        arguments["user"] = hex::encode(new.user).into();
        arguments["person"] = profile_to_json(&new.profile)?.into();
        self.inner.query("sign_in", arguments).await
    }

    pub async fn user_of(&self, family: FamilyId) -> Result<Option<[u8; 32]>> {
        let user = self.family_field(&family, "user").await?;
        user.map(|user| decode_hex_32(&user).ok_or_else(|| unreadable("family_field"))).transpose()
    }

    pub async fn profile_of(&self, family: FamilyId) -> Result<Option<UserProfile>> {
        self.family_field(&family, "person").await?.as_deref().map(signed_in::profile_from_json).transpose()
    }

    async fn family_field(&self, family: &FamilyId, field: &str) -> Result<Option<String>> {
        self.inner.query("family_field", json!({ "family": family, "field": field })).await
    }

    pub async fn update_profile(&self, family: FamilyId, profile: UserProfile) -> Result<()> {
        let arguments = json!({ "family": family, "person": profile_to_json(&profile)? });
        self.inner.query("update_profile", arguments).await
    }

    pub async fn families_of(&self, secret: Secret, everywhere: bool) -> Result<Vec<FamilyId>> {
        let arguments = json!({ "hash": hex::encode(secret.hash()), "everywhere": everywhere });
        self.inner.list("families_of", arguments).await
    }
}
