//! Signed-in visitors: see [`crate::store::signed_in`]. A user's profile is stored with the family,
//! and deleted with it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Redis, renewals::of_family, unreadable};
use crate::{
    credentials::{Secret, UserProfile, unhex},
    ids::{FamilyId, VisitorId},
    store::{
        Result,
        renewals::BATCH,
        signed_in::{self, NewSignIn, written},
    },
};

#[derive(Deserialize)]
struct Known {
    user: Option<String>,
    person: Option<String>,
}

impl Redis {
    pub async fn sign_in(&self, new: NewSignIn) -> Result<VisitorId> {
        let mut arguments = of_family(&new.family);
        arguments["user"] = hex::encode(new.user).into();
        arguments["person"] = written(&new.person)?.into();
        signed_in::visitor(&self.inner.ask::<String>("sign_in", arguments).await?)
    }

    pub async fn user_of(&self, family: FamilyId) -> Result<Option<[u8; 32]>> {
        let user = self.known(&family).await?.user;
        user.map(|user| unhex(&user).ok_or_else(|| unreadable("known"))).transpose()
    }

    pub async fn profile_of(&self, family: FamilyId) -> Result<Option<UserProfile>> {
        self.known(&family).await?.person.as_deref().map(signed_in::read).transpose()
    }

    async fn known(&self, family: &FamilyId) -> Result<Known> {
        self.inner.ask("known", json!({ "family": family.as_str() })).await
    }

    pub async fn update_profile(&self, family: FamilyId, person: UserProfile) -> Result<()> {
        let arguments = json!({ "family": family.as_str(), "person": written(&person)? });
        self.inner.run("update_profile", arguments).await
    }

    pub async fn families_of(&self, secret: Secret, everywhere: bool) -> Result<Vec<FamilyId>> {
        let arguments = json!({ "hash": hex::encode(secret.hash()), "everywhere": everywhere });
        let listed = self.inner.call::<Value>("families_of", arguments).await?.rest;
        Ok(listed.iter().filter_map(|family| FamilyId::parse(family)).collect())
    }

    pub async fn end_families(&self, families: Vec<FamilyId>) -> Result<()> {
        let families: Vec<&str> = families.iter().map(FamilyId::as_str).collect();
        self.inner.run("end_families", json!({ "families": families })).await
    }

    pub async fn sweep_users(&self, before: u64) -> Result<()> {
        self.inner.run("sweep_users", json!({ "before": before, "limit": BATCH })).await
    }
}
