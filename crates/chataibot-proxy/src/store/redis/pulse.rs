//! The sign that this instance lives. While it does, nobody else decides about the messages that it forwards; once it does not,
//! whoever comes first says that their answers are lost.

use std::{
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::json;

use super::Inner;
use crate::{clock::millis, store::StoreError};

/// How long an instance counts as alive after its last pulse.
pub(super) const LEASE: Duration = Duration::from_secs(6);
/// How often it gives one.
const BEAT: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Pulse {
    buried: u64,
    /// Redis' clock, microseconds.
    time: f64,
}

/// What Redis' clock shows, from here: the proxies' own clocks differ by more than the order of two webhooks bears.
#[derive(Debug, Default)]
pub(super) struct RedisClock(Mutex<Measured>);

#[derive(Debug, Default)]
struct Measured {
    /// When its time was asked, what it said, and how long the answer took.
    best: Option<(Instant, u64, Duration)>,
    /// It never goes back.
    last: u64,
}

/// A measurement is not believed for longer, however good it was.
const DRIFT: Duration = Duration::from_secs(30);

impl RedisClock {
    /// Microseconds. Zero before the first pulse.
    pub(super) fn now(&self) -> u64 {
        let mut measured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = measured.best.map_or(0, |(at, time, _)| time + micros(at.elapsed()));
        measured.last = shown.max(measured.last + 1);
        measured.last
    }

    /// The quickest answer is the most exact one.
    fn measure(&self, asked: Instant, time: u64) {
        let took = asked.elapsed();
        let mut measured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if measured.best.is_none_or(|(at, _, best)| took <= best || at.elapsed() > DRIFT) {
            measured.best = Some((asked + took / 2, time, took));
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Inner {
    /// One pulse.
    pub(super) async fn pulse(&self) -> Result<(), StoreError> {
        let asked = Instant::now();
        let pulse = self.try_call::<Pulse>("pulse", json!({ "lease": millis(LEASE) })).await?.answer;
        self.redis_clock.measure(asked, pulse.time as u64);
        if pulse.buried > 0 {
            tracing::warn!(messages = pulse.buried, "another proxy ended without saying what became of its messages");
        }
        Ok(())
    }
}

/// Gives pulses until the store ends, and knows by them whether Redis is there.
pub(super) async fn run(inner: Arc<Inner>) {
    loop {
        tokio::select! {
            () = inner.ended.cancelled() => return,
            () = inner.is_in_doubt.notified() => {}
            () = tokio::time::sleep(BEAT) => {}
        }
        let given = inner.pulse().await;
        let was_away = inner.is_away.load(Ordering::Relaxed);
        if was_away && given.is_ok() {
            *inner.calm_at.lock().unwrap_or_else(PoisonError::into_inner) = tokio::time::Instant::now() + LEASE;
        }
        inner.is_away.store(given.is_err(), Ordering::Relaxed);
        match given {
            Ok(()) if was_away => tracing::info!("Redis is back"),
            Ok(()) => {}
            Err(error) if !was_away => tracing::error!(%error, "Redis is away; requests are refused until it is back"),
            Err(_) => {}
        }
    }
}
