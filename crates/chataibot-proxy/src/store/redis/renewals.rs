//! Renewal secrets and signing keys in Redis: of the secrets only hashes, but the keys themselves.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Redis, unreadable};
use crate::{
    credentials::{self, Key, KeyRing, Secret, decode_hex_32},
    ids::{FamilyId, VisitorId},
    store::{
        Result, StoreError,
        renewals::{
            BATCH, KEY_ROTATION_AGE, NewFamily, Presented, RETIRED_KEY_LIFETIME, RenewalRefusal, Renewed, Times,
        },
    },
};

/// Age at which a new key begins to sign, milliseconds: every proxy has read it by then.
const ACTIVATION_DELAY: u64 = 30 * 1000;

#[derive(Deserialize)]
struct Answer {
    refused: Option<String>,
    visitor: Option<String>,
    family: Option<String>,
    /// Set if the secret was used before: its successor, sealed with it.
    successor: Option<String>,
}

impl Redis {
    pub async fn begin_family(&self, new: NewFamily) -> Result<()> {
        self.inner.execute("begin_family", family_arguments(&new)).await
    }

    pub async fn renew(&self, presented: Presented, times: Times) -> Result<Result<Renewed, RenewalRefusal>> {
        let Presented { site, origin, secret, successor } = presented;
        let arguments = json!({
            "site": site, "origin": origin, "hash": hex::encode(secret.hash()),
            "successor_hash": hex::encode(successor.hash()),
            "sealed_successor": hex::encode(secret.seal(&successor)), "lifetime": times.lifetime, "grace": times.grace,
        });
        let answer: Answer = self.inner.query("renew", arguments).await?;
        let family = answer.family.as_deref().and_then(FamilyId::parse);
        let malformed = || StoreError::corrupt("a renewal family has a malformed id");
        if let Some(refused) = answer.refused {
            return Ok(Err(match refused.as_str() {
                "revoked" => RenewalRefusal::Revoked,
                "elsewhere" => RenewalRefusal::Elsewhere,
                "expired" => RenewalRefusal::Expired,
                "reused" => RenewalRefusal::Reused(family.ok_or_else(malformed)?),
                _ => RenewalRefusal::Unknown,
            }));
        }
        let visitor = answer.visitor.as_deref().and_then(VisitorId::parse);
        let (Some(visitor), Some(family)) = (visitor, family) else { return Err(malformed()) };
        let next_secret = match answer.successor {
            None => successor,
            Some(sealed) => self.unused_successor(unseal(&secret, &sealed)?).await?,
        };
        Ok(Ok(Renewed { visitor, family, next_secret }))
    }

    /// Follows the successors of `secret` to the unused one. Within the grace period a quick tab
    /// may be several renewals ahead; one that is quicker than this loop has used the result just
    /// now, which is within the grace period, too.
    async fn unused_successor(&self, secret: Secret) -> Result<Secret> {
        let mut current = secret;
        loop {
            let arguments = json!({ "hash": hex::encode(current.hash()) });
            match self.inner.query::<Option<String>>("successor", arguments).await? {
                Some(sealed) => current = unseal(&current, &sealed)?,
                None => return Ok(current),
            }
        }
    }

    pub async fn revoked_since(&self, since: u64) -> Result<Vec<(FamilyId, u64)>> {
        let listed = self.inner.call::<Value>("revoked_since", json!({ "since": since })).await?.rest;
        let pairs = listed.chunks_exact(2).filter_map(|pair| {
            let at = pair[1].parse::<f64>().ok()?;
            Some((FamilyId::parse(&pair[0])?, at as u64))
        });
        Ok(pairs.collect())
    }

    pub async fn sweep_families(&self, before: u64) -> Result<()> {
        self.inner.execute("sweep_families", json!({ "before": before, "limit": BATCH })).await
    }

    pub async fn signing_keys(&self, now: u64) -> Result<KeyRing> {
        let (kid, secret) = credentials::generate().map_err(StoreError::no_randomness)?;
        let arguments = json!({
            "kid": kid, "secret": hex::encode(secret.as_ref()), "at": now,
            "delete_before": now.saturating_sub(KEY_ROTATION_AGE + RETIRED_KEY_LIFETIME),
            "rotate_before": now.saturating_sub(KEY_ROTATION_AGE),
        });
        let listed = self.inner.call::<Value>("signing_keys", arguments).await?.rest;
        let mut keys = Vec::new();
        for pair in listed.chunks_exact(2) {
            let (created_at, secret) = pair[1].split_once(' ').ok_or_else(|| unreadable("a signing key"))?;
            let created_at = created_at.parse::<u64>().map_err(|_| unreadable("a signing key"))?;
            let secret = decode_hex_32(secret).ok_or_else(|| unreadable("a signing key"))?;
            keys.push((created_at, Key::new(pair[0].clone(), &secret)));
        }
        keys.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.id.cmp(&other.id)));
        // The newest key that every proxy knows; if there is none, the oldest.
        let active = keys.iter().position(|(created_at, _)| created_at.saturating_add(ACTIVATION_DELAY) <= now);
        let at = active.unwrap_or(keys.len().saturating_sub(1));
        if keys.is_empty() {
            return Err(StoreError::corrupt("there is no signing key"));
        }
        let (_, newest) = keys.remove(at);
        Ok(KeyRing::new(newest, keys.into_iter().map(|(_, key)| key).collect()))
    }
}

/// A new family as passed to the script.
pub(super) fn family_arguments(new: &NewFamily) -> Value {
    json!({
        "family": new.family.as_str(), "site": new.site, "origin": new.origin,
        "visitor": new.visitor.as_str(), "hash": hex::encode(new.first_secret.hash()),
    })
}

fn unseal(secret: &Secret, sealed: &str) -> Result<Secret> {
    decode_hex_32(sealed).map(|sealed| secret.open(&sealed)).ok_or_else(|| unreadable("a sealed secret"))
}
