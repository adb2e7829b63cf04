//! How much each of many may hold at one time: sockets of an address, streams of a visitor.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio_util::sync::CancellationToken;

type Held<K> = Mutex<HashMap<K, VecDeque<(u64, CancellationToken)>>>;

/// Seats by key: `most` for each.
#[derive(Debug)]
pub struct Seats<K> {
    most: usize,
    // Held for a few steps and never across an await.
    held: Arc<Held<K>>,
}

/// A seat; free again when this is dropped.
#[derive(Debug)]
pub struct Seat<K: Hash + Eq> {
    key: K,
    id: u64,
    held: Arc<Held<K>>,
    cut: CancellationToken,
}

impl<K: Hash + Eq + Clone> Seats<K> {
    /// So many for each.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), held: Arc::default() }
    }

    /// A seat, if there is one.
    #[must_use]
    pub fn find(&self, key: K) -> Option<Seat<K>> {
        if self.taken(&key) >= self.most { None } else { Some(self.sit(key)) }
    }

    /// A seat in any case: when there is none, the one that was taken first is told to go.
    #[must_use]
    pub fn take(&self, key: K) -> Seat<K> {
        let seat = self.sit(key);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seats) = held.get_mut(&seat.key) {
            while seats.len() > self.most {
                if let Some((_, oldest)) = seats.pop_front() {
                    oldest.cancel();
                }
            }
        }
        drop(held);
        seat
    }

    /// How many are taken.
    #[must_use]
    pub fn taken(&self, key: &K) -> usize {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(key).map_or(0, VecDeque::len)
    }

    fn sit(&self, key: K) -> Seat<K> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let seats = held.entry(key.clone()).or_default();
        let id = seats.back().map_or(0, |(last, _)| last + 1);
        let cut = CancellationToken::new();
        seats.push_back((id, cut.clone()));
        drop(held);
        Seat { key, id, held: Arc::clone(&self.held), cut }
    }
}

impl<K: Hash + Eq> Seat<K> {
    /// Ends when somebody else got this seat.
    pub async fn lost(&self) {
        self.cut.cancelled().await;
    }
}

impl<K: Hash + Eq> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seats) = held.get_mut(&self.key) {
            // Not there any more when it was lost: then the number may be that of no other, as the last one is never lost.
            seats.retain(|(id, _)| *id != self.id);
            if seats.is_empty() {
                held.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_refused_or_taken_from_the_one_who_sat_longest() {
        let seats = Seats::new(2);
        let (one, two) = (seats.find("a").expect("free"), seats.find("a").expect("free"));
        assert!(seats.find("a").is_none() && seats.find("b").is_some());
        let three = seats.take("a");
        assert!(one.cut.is_cancelled() && !two.cut.is_cancelled() && !three.cut.is_cancelled());
        drop(one);
        assert_eq!(seats.taken(&"a"), 2);
        drop((two, three));
        assert_eq!(seats.taken(&"a"), 0);
        assert!(seats.held.lock().expect("whole").is_empty(), "who holds nothing is forgotten");
    }
}
