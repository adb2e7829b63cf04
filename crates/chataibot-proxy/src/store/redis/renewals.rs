//! Renewal secrets and signing keys in Redis: of the secrets only hashes, but the keys themselves.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{FamilyId, Redis, Result, StoreError, VisitorId, unreadable};
use crate::credentials::{self, Key, KeyRing, Secret, decode_hex_32};
use crate::store::renewals::{
    KEY_ROTATION_AGE, NewFamily, Presented, RETIRED_KEY_LIFETIME, RenewalRefusal, Renewed, Times,
};

/// Age at which a new key begins to sign, milliseconds: every proxy has read it by then.
const ACTIVATION_DELAY: u64 = 30 * 1000;

#[derive(Deserialize)]
struct RenewAnswer {
    visitor: VisitorId,
    family: FamilyId,
    /// Set if the secret was used before: its successor, sealed with it.
    successor: Option<String>,
}

impl Redis {
    pub async fn begin_family(&self, new: NewFamily) -> Result<()> {
        self.inner.query("begin_family", family_arguments(&new)).await
    }

    pub async fn renew(&self, presented: Presented, times: Times) -> Result<Result<Renewed, RenewalRefusal>> {
        let Presented { site, origin, secret, successor } = presented;
        let arguments = json!({
            "site": site, "origin": origin, "hash": hex::encode(secret.hash()),
            "successor_hash": hex::encode(successor.hash()),
            "sealed_successor": hex::encode(secret.seal(&successor)), "lifetime": times.lifetime, "grace": times.grace,
        });
        let RenewAnswer { visitor, family, successor: sealed } = match self.inner.query("renew", arguments).await? {
            Ok(renewed) => renewed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let next_secret = match sealed {
            None => successor,
            Some(sealed) => self.unused_successor(unseal(&secret, &sealed)?).await?,
        };
        Ok(Ok(Renewed { visitor, family, next_secret }))
    }

    /// Follows the successors of a secret to the unused one. Within the grace period a quick tab
    /// may be several renewals ahead; one that is quicker than this loop has used the result just
    /// now, which is within the grace period, too.
    async fn unused_successor(&self, mut secret: Secret) -> Result<Secret> {
        let hash = |secret: &Secret| json!({ "hash": hex::encode(secret.hash()) });
        while let Some(sealed) = self.inner.query::<Option<String>>("successor", hash(&secret)).await? {
            secret = unseal(&secret, &sealed)?;
        }
        Ok(secret)
    }

    pub async fn revoked_since(&self, since: u64) -> Result<Vec<(FamilyId, u64)>> {
        let revoked: HashMap<FamilyId, u64> = self.inner.query("revoked_since", json!({ "since": since })).await?;
        Ok(revoked.into_iter().collect())
    }

    pub async fn signing_keys(&self, now: u64) -> Result<KeyRing> {
        let (kid, secret) = credentials::generate()?;
        let arguments = json!({
            "kid": kid, "secret": hex::encode(secret.as_ref()), "at": now,
            "delete_before": now.saturating_sub(KEY_ROTATION_AGE + RETIRED_KEY_LIFETIME),
            "rotate_before": now.saturating_sub(KEY_ROTATION_AGE),
        });
        // Each with the time when it was created, and its bytes.
        let listed: BTreeMap<String, String> = self.inner.query("signing_keys", arguments).await?;
        let key = |(id, text): (String, String)| {
            let (created_at, secret) = text.split_once(' ')?;
            Some((created_at.parse::<u64>().ok()?, Key::new(id, &decode_hex_32(secret)?)))
        };
        let keys: Option<Vec<_>> = listed.into_iter().map(key).collect();
        let mut keys = keys.ok_or_else(|| unreadable("a signing key"))?;
        // Of equally old keys the one with the smaller id stays first.
        keys.sort_by_key(|(created_at, _)| Reverse(*created_at));
        // The newest key that every proxy knows; if there is none, the oldest.
        let active = keys.iter().position(|(created_at, _)| created_at.saturating_add(ACTIVATION_DELAY) <= now);
        let at = active.or(keys.len().checked_sub(1));
        let (_, newest) = keys.remove(at.ok_or_else(|| StoreError::corrupt("there is no signing key"))?);
        Ok(KeyRing::new(newest, keys.into_iter().map(|(_, key)| key).collect()))
    }
}

/// A new family as passed to the script.
pub(super) fn family_arguments(new: &NewFamily) -> Value {
    json!({
        "family": new.family, "site": new.site, "origin": new.origin,
        "visitor": new.visitor, "hash": hex::encode(new.first_secret.hash()),
    })
}

fn unseal(secret: &Secret, sealed: &str) -> Result<Secret> {
    decode_hex_32(sealed).map(|sealed| secret.open(&sealed)).ok_or_else(|| unreadable("a sealed secret"))
}
