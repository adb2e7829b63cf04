//! State that changes while the proxy runs: sites with their secrets, and the keys of visitor
//! tokens. A request in progress keeps the snapshot it began with.

use std::sync::Arc;

use parking_lot::RwLock;

use super::token::{Tokens, Visitor};
use crate::config::{Config, Sites};
use crate::credentials::KeyRing;
use crate::store::Store;

/// The sites as they are now. The lock is held for a clone or a swap of the pointer.
pub struct LiveSites(RwLock<Arc<Sites>>);

impl LiveSites {
    pub fn new(sites: Sites) -> Self {
        Self(RwLock::new(Arc::new(sites)))
    }

    /// Returns a snapshot of the sites, for one request.
    pub fn current(&self) -> Arc<Sites> {
        Arc::clone(&self.0.read())
    }

    pub fn replace(&self, sites: Sites) {
        *self.0.write() = Arc::new(sites);
    }

    /// Waits until the visitor's tokens become invalid before they expire: the family was revoked,
    /// or the site is gone or no longer accepts them.
    pub async fn until_revoked(&self, tokens: &Tokens, visitor: &Visitor) {
        let is_revoked = || {
            let sites = self.current();
            let site = sites.get(visitor.site.id.as_str());
            tokens.revocations.contains(&visitor.family)
                || !site.is_some_and(|site| site.admits(&visitor.origin, visitor.is_signed_in))
        };
        tokens.revocations.wait_until(is_revoked).await;
    }
}

/// Reads the keys of visitor tokens from the configured file, otherwise from the store.
pub async fn signing_keys(config: &Config, store: &Store, now: u64) -> Result<KeyRing, String> {
    match &config.token_keys_file {
        Some(path) => KeyRing::read_file(path).map_err(|what| format!("`token_keys_file`: {what}")),
        None => store.signing_keys(now).await.map_err(|error| error.to_string()),
    }
}
