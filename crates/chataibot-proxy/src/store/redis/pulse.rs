//! The sign that this instance lives. While it does, nobody else decides about the messages that it forwards; once it does not,
//! whoever comes first says that their answers are lost.

use std::{
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::Inner;
use crate::{clock::millis, store::StoreError};

/// How long an instance counts as alive after its last pulse.
pub(super) const LEASE: Duration = Duration::from_secs(6);
/// How often it gives one.
const BEAT: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Pulse {
    buried: u64,
}

impl Inner {
    /// One pulse.
    pub(super) async fn pulse(&self) -> Result<(), StoreError> {
        let pulse = self.try_call::<Pulse>("pulse", json!({ "lease": millis(LEASE) })).await?.answer;
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
            *inner.calm_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + LEASE;
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
