//! How long things took: named histograms of seconds. Knows no exporter; holds no text and no ids.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// The upper bounds of the buckets, milliseconds: from what nobody notices to what everybody gives up on.
pub const BOUNDS_MS: [u64; 14] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];

/// Durations, counted by how long they were.
#[derive(Debug, Default)]
pub struct Histogram {
    /// One for each bound, and one for what is longer than all.
    buckets: [AtomicU64; BOUNDS_MS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// One more.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS_MS.iter().position(|bound| micros <= bound * 1000).unwrap_or(BOUNDS_MS.len());
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Measures how long a future takes.
    pub async fn time<T>(&self, future: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let result = future.await;
        self.observe(begun.elapsed());
        result
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).sum()
    }

    /// Their sum in seconds.
    #[must_use]
    pub fn sum(&self) -> f64 {
        Duration::from_micros(self.micros.load(Ordering::Relaxed)).as_secs_f64()
    }

    /// For each bound in seconds, how many were at most as long.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        let counts = self.buckets.iter().scan(0, |sum, bucket| {
            *sum += bucket.load(Ordering::Relaxed);
            Some(*sum)
        });
        BOUNDS_MS.iter().map(|bound| Duration::from_millis(*bound).as_secs_f64()).zip(counts)
    }
}

/// Every histogram of the proxy.
#[derive(Debug, Default)]
pub struct Histograms {
    /// From the transaction of a reply, right after its webhook was read, until a waiting reader's connection has it.
    pub reply_to_stream: Histogram,
    /// From a call to the platform until its answer, or until there was none.
    pub forward: Histogram,
    /// From a write that a request waits for until it is on the disk.
    pub commit: Histogram,
    /// From a request's head until its answer began; streams and long polls are not counted.
    pub request: Histogram,
}

impl Histograms {
    /// Each with its name and its meaning.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str, &Histogram)> {
        [
            (
                "reply_to_stream",
                "From the transaction of a reply, right after its webhook was read, until a waiting reader has it.",
                &self.reply_to_stream,
            ),
            ("forward", "From a call to the platform until its answer, or until there was none.", &self.forward),
            ("commit", "From a write that a request waits for until it is on the disk.", &self.commit),
            (
                "request",
                "From a request's head until its answer began; streams and long polls are not counted.",
                &self.request,
            ),
        ]
        .into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_a_bound_belongs_to_its_bucket() {
        let histogram = Histogram::default();
        for millis in [0, 1, 3, 400, 90_000] {
            histogram.observe(Duration::from_millis(millis));
        }
        let cumulative: Vec<(f64, u64)> = histogram.cumulative().collect();
        assert_eq!(cumulative.first(), Some(&(0.001, 2)));
        assert_eq!(cumulative.get(2), Some(&(0.005, 3)));
        assert_eq!(cumulative.last(), Some(&(30.0, 4)));
        assert_eq!(histogram.count(), 5);
        assert!((histogram.sum() - 90.404).abs() < 0.001, "{}", histogram.sum());
    }
}
