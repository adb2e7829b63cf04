//! Heartbeat: renews this proxy's lease on the messages that it forwards. While the lease holds, no
//! other proxy settles them; after it expires, the first proxy that checks records their answers as
//! lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::json;

use super::{Inner, Result, millis};

/// How long a proxy counts as alive after its last heartbeat.
pub(super) const LEASE: Duration = Duration::from_secs(6);
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Heartbeat {
    expired: u64,
    /// Redis' clock, microseconds.
    time: f64,
}

/// Estimate of Redis' current clock, microseconds; zero before the first heartbeat. It orders
/// webhooks across proxies, whose own clocks differ by too much for that. The exact time is
/// unknown, but certain to lie between [`RedisTime::earliest`] and [`RedisTime::latest`].
#[derive(Debug, Default)]
pub(super) struct RedisTime(Mutex<Option<Measurement>>);

/// Redis' clock showed `time` at some moment between `sent_at` and `received_at`.
#[derive(Clone, Copy, Debug)]
struct Measurement {
    sent_at: Instant,
    received_at: Instant,
    time: u64,
}

/// Maximum age of a measurement, however precise: clocks run at different speeds.
const MAX_AGE: Duration = Duration::from_secs(30);

impl RedisTime {
    pub(super) fn earliest(&self) -> u64 {
        self.0.lock().map_or(0, |measured| measured.time + measured.received_at.elapsed().as_micros() as u64)
    }

    pub(super) fn latest(&self) -> u64 {
        self.0.lock().map_or(0, |measured| measured.time + measured.sent_at.elapsed().as_micros() as u64)
    }

    /// Keeps the measurement with the quickest answer, which is the most precise one.
    fn record(&self, sent_at: Instant, time: u64) {
        let new = Measurement { sent_at, received_at: Instant::now(), time };
        let round_trip = |measured: Measurement| measured.received_at - measured.sent_at;
        let is_better = |old: Measurement| round_trip(new) <= round_trip(old) || old.received_at.elapsed() > MAX_AGE;
        let mut measured = self.0.lock();
        if measured.is_none_or(is_better) {
            *measured = Some(new);
        }
    }
}

impl Inner {
    pub(super) async fn heartbeat(&self) -> Result<()> {
        let sent_at = Instant::now();
        let arguments = json!({ "lease": millis(LEASE) });
        let Heartbeat { expired, time } = self.try_call("heartbeat", arguments).await?.answer;
        self.redis_clock.record(sent_at, time as u64);
        if expired > 0 {
            tracing::warn!(messages = expired, "another proxy ended without saying what became of its messages");
        }
        Ok(())
    }
}

/// Sends heartbeats until the store ends; their answers show whether Redis is available.
pub(super) async fn run(inner: Arc<Inner>) {
    loop {
        tokio::select! {
            () = inner.shutdown.cancelled() => return,
            () = inner.wake_heartbeat.notified() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
        let result = inner.heartbeat().await;
        let was_away = inner.is_unavailable.load(Ordering::Relaxed);
        if was_away && result.is_ok() {
            *inner.failover_after.lock() = tokio::time::Instant::now() + LEASE;
        }
        inner.is_unavailable.store(result.is_err(), Ordering::Relaxed);
        match result {
            Ok(()) if was_away => tracing::info!("Redis is back"),
            Ok(()) => {}
            Err(error) if !was_away => tracing::error!(%error, "Redis is away; requests are refused until it is back"),
            Err(_) => {}
        }
    }
}
