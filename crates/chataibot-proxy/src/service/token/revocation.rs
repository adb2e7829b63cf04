//! Token families revoked before their tokens expired. In memory, because every request checks
//! them; the store has them for the next start.

use std::collections::HashMap;

use parking_lot::RwLock;
use tokio::sync::watch;

use crate::ids::FamilyId;

/// The revoked families. A family is removed once its last token has expired.
#[derive(Debug)]
pub struct Revocations {
    /// Family → when to remove it, milliseconds since 1970-01-01 UTC. Every request reads it, a
    /// revocation writes it; the lock is held for one look-up.
    families: RwLock<HashMap<FamilyId, u64>>,
    /// Counts changes. A stream subscribes before it checks, so that it misses none.
    changed: watch::Sender<u64>,
}

impl Revocations {
    /// Begins with the revocations still known from an earlier run.
    pub fn new(known: impl IntoIterator<Item = (FamilyId, u64)>) -> Self {
        Self { families: RwLock::new(known.into_iter().collect()), changed: watch::Sender::new(0) }
    }

    /// Whether the family is revoked.
    pub fn contains(&self, family: &FamilyId) -> bool {
        self.families.read().contains_key(family)
    }

    /// Revokes a family, and wakes every caller of [`Revocations::wait_until`].
    pub fn add(&self, family: FamilyId, forget_at: u64) {
        self.families.write().insert(family, forget_at);
        self.notify();
    }

    /// Removes families whose tokens have all expired.
    pub fn sweep(&self, now: u64) {
        self.families.write().retain(|_, forget_at| *forget_at > now);
    }

    /// Wakes every caller of [`Revocations::wait_until`], because something else changed.
    pub fn notify(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Waits until a condition holds; it is checked now and at every change.
    pub async fn wait_until(&self, condition: impl Fn() -> bool) {
        let mut changed = self.changed.subscribe();
        while !condition() {
            changed.changed().await.expect("the sender lives as long as `self`");
        }
    }
}
