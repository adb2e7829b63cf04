//! Concurrency limits by key: sockets per address, streams per visitor.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

type Holders<K> = Mutex<HashMap<K, VecDeque<(u64, CancellationToken)>>>;

/// Limits each key to `max_permits` permits at one time.
#[derive(Debug)]
pub struct ConcurrencyLimit<K> {
    max_permits: usize,
    // The lock is held for a few steps, never across an await.
    holders: Arc<Holders<K>>,
    next_id: AtomicU64,
}

/// A permit of a key; released when dropped.
#[derive(Debug)]
pub struct Permit<K: Hash + Eq> {
    key: K,
    id: u64,
    holders: Arc<Holders<K>>,
    /// Cancelled when this permit is evicted.
    pub evict: CancellationToken,
}

impl<K: Hash + Eq + Clone> ConcurrencyLimit<K> {
    pub fn new(max_permits: usize) -> Self {
        Self { max_permits: max_permits.max(1), holders: Arc::default(), next_id: AtomicU64::new(0) }
    }

    /// Returns a permit, if one is free.
    pub fn try_acquire(&self, key: K) -> Option<Permit<K>> {
        if self.in_use(&key) >= self.max_permits { None } else { Some(self.insert(key)) }
    }

    /// Returns a permit in any case: if none is free, the oldest one is evicted.
    pub fn acquire_evicting(&self, key: K) -> Permit<K> {
        let permit = self.insert(key);
        if let Some(permits) = self.holders.lock().get_mut(&permit.key) {
            let excess = permits.len().saturating_sub(self.max_permits);
            permits.drain(..excess).for_each(|(_, oldest)| oldest.cancel());
        }
        permit
    }

    pub fn in_use(&self, key: &K) -> usize {
        self.holders.lock().get(key).map_or(0, VecDeque::len)
    }

    fn insert(&self, key: K) -> Permit<K> {
        // Not counted per key: an evicted permit, when dropped, must not remove a newer one.
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let evict = CancellationToken::new();
        self.holders.lock().entry(key.clone()).or_default().push_back((id, evict.clone()));
        Permit { key, id, holders: Arc::clone(&self.holders), evict }
    }
}

impl<K: Hash + Eq> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut holders = self.holders.lock();
        if let Some(permits) = holders.get_mut(&self.key) {
            // An evicted permit is no longer in the list.
            permits.retain(|(id, _)| *id != self.id);
            if permits.is_empty() {
                holders.remove(&self.key);
            }
        }
    }
}

/// Returns the key an address is counted under; a household or server has a whole IPv6 /64.
pub fn ip_prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_refused_or_taken_from_the_one_who_sat_longest() {
        let permits = ConcurrencyLimit::new(2);
        let (one, two) = (permits.try_acquire("a").expect("free"), permits.try_acquire("a").expect("free"));
        assert!(permits.try_acquire("a").is_none() && permits.try_acquire("b").is_some());
        let three = permits.acquire_evicting("a");
        assert!(one.evict.is_cancelled() && !two.evict.is_cancelled() && !three.evict.is_cancelled());
        drop(one);
        assert_eq!(permits.in_use(&"a"), 2);
        drop((two, three));
        assert_eq!(permits.in_use(&"a"), 0);
        assert!(permits.holders.lock().is_empty(), "who holds nothing is forgotten");
    }

    #[test]
    fn an_evicted_permit_that_is_dropped_late_releases_no_other() {
        let permits = ConcurrencyLimit::new(1);
        let evicted = permits.acquire_evicting("a");
        drop(permits.acquire_evicting("a"));
        let held = permits.try_acquire("a").expect("free");
        drop(evicted);
        assert_eq!(permits.in_use(&"a"), 1);
        drop(held);
        assert_eq!(permits.in_use(&"a"), 0);
    }

    #[test]
    fn the_addresses_of_one_household_count_as_one() {
        let of = |text: &str| ip_prefix(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
