//! Signed-in visitors: see [`crate::store::signed_in`]. A user's profile is stored with the family,
//! and deleted with it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Redis, renewals::family_arguments, unreadable};
use crate::{
    credentials::{Secret, UserProfile, decode_hex_32},
    ids::{FamilyId, VisitorId},
    store::{
        Result,
        renewals::BATCH,
        signed_in::{self, NewSignIn, profile_to_json},
    },
};

#[derive(Deserialize)]
struct FamilyUser {
    user: Option<String>,
    person: Option<String>,
}

impl Redis {
    pub async fn sign_in(&self, new: NewSignIn) -> Result<VisitorId> {
        let mut arguments = family_arguments(&new.family);
        arguments["user"] = hex::encode(new.user).into();
        arguments["person"] = profile_to_json(&new.profile)?.into();
        signed_in::parse_visitor_id(&self.inner.query::<String>("sign_in", arguments).await?)
    }

    pub async fn user_of(&self, family: FamilyId) -> Result<Option<[u8; 32]>> {
        let user = self.family_user(&family).await?.user;
        user.map(|user| decode_hex_32(&user).ok_or_else(|| unreadable("family_user"))).transpose()
    }

    pub async fn profile_of(&self, family: FamilyId) -> Result<Option<UserProfile>> {
        self.family_user(&family).await?.person.as_deref().map(signed_in::profile_from_json).transpose()
    }

    async fn family_user(&self, family: &FamilyId) -> Result<FamilyUser> {
        self.inner.query("family_user", json!({ "family": family.as_str() })).await
    }

    pub async fn update_profile(&self, family: FamilyId, profile: UserProfile) -> Result<()> {
        let arguments = json!({ "family": family.as_str(), "person": profile_to_json(&profile)? });
        self.inner.execute("update_profile", arguments).await
    }

    pub async fn families_of(&self, secret: Secret, everywhere: bool) -> Result<Vec<FamilyId>> {
        let arguments = json!({ "hash": hex::encode(secret.hash()), "everywhere": everywhere });
        let listed = self.inner.call::<Value>("families_of", arguments).await?.rest;
        Ok(listed.iter().filter_map(|family| FamilyId::parse(family)).collect())
    }

    pub async fn end_families(&self, families: Vec<FamilyId>) -> Result<()> {
        let families: Vec<&str> = families.iter().map(FamilyId::as_str).collect();
        self.inner.execute("end_families", json!({ "families": families })).await
    }

    pub async fn sweep_users(&self, before: u64) -> Result<()> {
        self.inner.execute("sweep_users", json!({ "before": before, "limit": BATCH })).await
    }
}
