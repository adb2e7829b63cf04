//! How much each of many may hold at one time: sockets of an address, streams of a visitor.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

type Holders<K> = Mutex<HashMap<K, VecDeque<(u64, CancellationToken)>>>;

/// Limits the permits of each key to `most`.
#[derive(Debug)]
pub struct ConcurrencyLimit<K> {
    most: usize,
    // Held for a few steps and never across an await.
    holders: Arc<Holders<K>>,
}

/// One of the permits of a key; released when dropped.
#[derive(Debug)]
pub struct Permit<K: Hash + Eq> {
    key: K,
    id: u64,
    holders: Arc<Holders<K>>,
    evict: CancellationToken,
}

impl<K: Hash + Eq + Clone> ConcurrencyLimit<K> {
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), holders: Arc::default() }
    }

    /// A permit, if there is one.
    pub fn try_acquire(&self, key: K) -> Option<Permit<K>> {
        if self.in_use(&key) >= self.most { None } else { Some(self.insert(key)) }
    }

    /// A permit in any case: when there is none, the oldest one is evicted.
    pub fn acquire_evicting(&self, key: K) -> Permit<K> {
        let permit = self.insert(key);
        let mut holders = self.holders.lock();
        if let Some(permits) = holders.get_mut(&permit.key) {
            while permits.len() > self.most {
                if let Some((_, oldest)) = permits.pop_front() {
                    oldest.cancel();
                }
            }
        }
        drop(holders);
        permit
    }

    pub fn in_use(&self, key: &K) -> usize {
        self.holders.lock().get(key).map_or(0, VecDeque::len)
    }

    fn insert(&self, key: K) -> Permit<K> {
        let mut holders = self.holders.lock();
        let permits = holders.entry(key.clone()).or_default();
        let id = permits.back().map_or(0, |(last, _)| last + 1);
        let evict = CancellationToken::new();
        permits.push_back((id, evict.clone()));
        drop(holders);
        Permit { key, id, holders: Arc::clone(&self.holders), evict }
    }
}

impl<K: Hash + Eq> Permit<K> {
    /// Ends when this permit was evicted.
    pub async fn evicted(&self) {
        self.evict.cancelled().await;
    }
}

impl<K: Hash + Eq> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut holders = self.holders.lock();
        if let Some(permits) = holders.get_mut(&self.key) {
            // Gone already when it was evicted. No other permit has its number: the newest one is
            // never evicted, and numbers go up from there.
            permits.retain(|(id, _)| *id != self.id);
            if permits.is_empty() {
                holders.remove(&self.key);
            }
        }
    }
}

/// The key an address is counted under: one household or server has a whole /64 of IPv6 addresses.
pub fn ip_prefix(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
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
    fn the_addresses_of_one_household_count_as_one() {
        let of = |text: &str| ip_prefix(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
