//! Families of tokens that ended before their time. In memory, because every request asks; the
//! store has them for the next start.

use std::collections::HashMap;

use parking_lot::RwLock;
use tokio::sync::watch;

use crate::ids::FamilyId;

/// Which families are revoked. A family is forgotten once its last token has ended by itself.
#[derive(Debug)]
pub struct Revocations {
    /// Family → when to forget it, milliseconds. Every request reads it, a revocation writes it;
    /// held for one look-up.
    families: RwLock<HashMap<FamilyId, u64>>,
    /// Counts changes. A stream subscribes before it looks, so that no change between the two is
    /// missed.
    changed: watch::Sender<u64>,
}

impl Revocations {
    /// Those still known from an earlier run.
    pub fn new(known: impl IntoIterator<Item = (FamilyId, u64)>) -> Self {
        Self { families: RwLock::new(known.into_iter().collect()), changed: watch::Sender::new(0) }
    }

    /// Is the family revoked?
    pub fn contains(&self, family: &FamilyId) -> bool {
        self.families.read().contains_key(family)
    }

    /// Revokes a family, and wakes everybody who waits.
    pub fn add(&self, family: FamilyId, forget_at: u64) {
        self.families.write().insert(family, forget_at);
        self.notify();
    }

    /// Forgets families whose tokens have all ended by themselves.
    pub fn sweep(&self, now: u64) {
        self.families.write().retain(|_, forget_at| *forget_at > now);
    }

    /// Wakes everybody who waits, because something else changed.
    pub fn notify(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Ends when something is so; it is looked at now and at every change.
    pub async fn until(&self, is_so: impl Fn() -> bool) {
        let mut changed = self.changed.subscribe();
        while !is_so() {
            if changed.changed().await.is_err() {
                // The sender lives as long as `self`.
                std::future::pending::<()>().await;
            }
        }
    }
}
