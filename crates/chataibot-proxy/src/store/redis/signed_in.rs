//! Signed-in visitors: see [`crate::store::signed_in`]. What is known of them lies with their family, and ends with it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Redis, unreadable};
use crate::{
    service::token::{FamilyId, VisitorId, hex, host_jwt::UserProfile, keys::unhex, renewal::Secret},
    store::{
        StoreError,
        signed_in::{self, NewSignIn, written},
    },
};

/// Users forgotten in one call.
const BATCH: u32 = 1_000;

#[derive(Deserialize)]
struct SignedIn {
    visitor: String,
}

#[derive(Deserialize)]
struct Known {
    user: Option<String>,
    person: Option<String>,
}

impl Redis {
    pub(in crate::store) async fn sign_in(&self, new: NewSignIn) -> Result<VisitorId, StoreError> {
        let arguments = json!({
            "site": new.site, "origin": new.origin, "user": hex(&new.user), "person": written(&new.person)?,
            "visitor": new.otherwise.as_str(), "family": new.family.as_str(), "hash": hex(&new.first.hash()),
        });
        signed_in::visitor(&self.inner.ask::<SignedIn>("sign_in", arguments).await?.visitor)
    }

    pub(in crate::store) async fn user_of(&self, family: FamilyId) -> Result<Option<[u8; 32]>, StoreError> {
        let user = self.known(&family).await?.user;
        user.map(|user| unhex(&user).ok_or_else(|| unreadable("known"))).transpose()
    }

    pub(in crate::store) async fn profile_of(&self, family: FamilyId) -> Result<Option<UserProfile>, StoreError> {
        self.known(&family).await?.person.as_deref().map(signed_in::read).transpose()
    }

    async fn known(&self, family: &FamilyId) -> Result<Known, StoreError> {
        self.inner.ask("known", json!({ "family": family.as_str() })).await
    }

    pub(in crate::store) async fn update_profile(
        &self,
        family: FamilyId,
        person: UserProfile,
    ) -> Result<(), StoreError> {
        let arguments = json!({ "family": family.as_str(), "person": written(&person)? });
        self.inner.run("update_profile", arguments).await
    }

    pub(in crate::store) async fn families_of(
        &self,
        secret: Secret,
        everywhere: bool,
    ) -> Result<Vec<FamilyId>, StoreError> {
        let arguments = json!({ "hash": hex(&secret.hash()), "everywhere": everywhere });
        let listed = self.inner.call::<Value>("families_of", arguments).await?.rest;
        Ok(listed.iter().filter_map(|family| FamilyId::parse(family)).collect())
    }

    pub(in crate::store) async fn end_families(&self, families: Vec<FamilyId>) -> Result<(), StoreError> {
        let families: Vec<&str> = families.iter().map(FamilyId::as_str).collect();
        self.inner.run("end_families", json!({ "families": families })).await
    }

    pub(in crate::store) async fn sweep_users(&self, before: u64) -> Result<(), StoreError> {
        self.inner.run("sweep_users", json!({ "before": before, "limit": BATCH })).await
    }
}
