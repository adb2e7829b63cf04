//! Heartbeat: renews this proxy's lease on the messages that it forwards. While the lease holds, no
//! other proxy settles them; after it expires, the first proxy that checks records their answers as
//! lost.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::json;

use super::Inner;
use crate::{clock::millis, store::Result};

/// How long a proxy counts as alive after its last heartbeat.
pub(super) const LEASE: Duration = Duration::from_secs(6);
/// Interval between heartbeats.
const BEAT: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Heartbeat {
    expired: u64,
    /// Redis' clock, microseconds.
    time: f64,
}

/// Estimate of Redis' current clock, microseconds; zero before the first heartbeat. It orders
/// webhooks across proxies, whose own clocks differ by too much for that. The exact time is
/// unknown, but certain to lie between [`RedisTime::early`] and [`RedisTime::late`].
#[derive(Debug, Default)]
pub(super) struct RedisTime(Mutex<Option<Measured>>);

/// Redis' clock showed `time` at some moment between `asked` and `answered`.
#[derive(Clone, Copy, Debug)]
struct Measured {
    asked: Instant,
    answered: Instant,
    time: u64,
}

/// Maximum age of a measurement, however precise: clocks run at different speeds.
const DRIFT: Duration = Duration::from_secs(30);

impl RedisTime {
    pub(super) fn early(&self) -> u64 {
        self.measured().map_or(0, |measured| measured.time + micros(measured.answered.elapsed()))
    }

    pub(super) fn late(&self) -> u64 {
        self.measured().map_or(0, |measured| measured.time + micros(measured.asked.elapsed()))
    }

    fn measured(&self) -> Option<Measured> {
        *self.0.lock()
    }

    /// Keeps the measurement with the quickest answer, which is the most precise one.
    fn measure(&self, asked: Instant, time: u64) {
        let new = Measured { asked, answered: Instant::now(), time };
        let took = |measured: Measured| measured.answered - measured.asked;
        let is_better = |old: Measured| took(new) <= took(old) || old.answered.elapsed() > DRIFT;
        let mut measured = self.0.lock();
        if measured.is_none_or(is_better) {
            *measured = Some(new);
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Inner {
    /// Sends one heartbeat.
    pub(super) async fn heartbeat(&self) -> Result<()> {
        let asked = Instant::now();
        let heartbeat = self.try_call::<Heartbeat>("heartbeat", json!({ "lease": millis(LEASE) })).await?.answer;
        self.redis_clock.measure(asked, heartbeat.time as u64);
        if heartbeat.expired > 0 {
            tracing::warn!(
                messages = heartbeat.expired,
                "another proxy ended without saying what became of its messages"
            );
        }
        Ok(())
    }
}

/// Sends heartbeats until the store ends; their answers show whether Redis is available.
pub(super) async fn run(inner: Arc<Inner>) {
    loop {
        tokio::select! {
            () = inner.ended.cancelled() => return,
            () = inner.probe.notified() => {}
            () = tokio::time::sleep(BEAT) => {}
        }
        let given = inner.heartbeat().await;
        let was_away = inner.is_unavailable.load(Ordering::Relaxed);
        if was_away && given.is_ok() {
            *inner.failover_after.lock() = tokio::time::Instant::now() + LEASE;
        }
        inner.is_unavailable.store(given.is_err(), Ordering::Relaxed);
        match given {
            Ok(()) if was_away => tracing::info!("Redis is back"),
            Ok(()) => {}
            Err(error) if !was_away => tracing::error!(%error, "Redis is away; requests are refused until it is back"),
            Err(_) => {}
        }
    }
}
