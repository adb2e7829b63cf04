//! The wall clock as a value, so that tests decide what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock: the system's, or one that stands still until a test moves it.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicU64>>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that shows the system's time now, and moves only by [`Clock::advance`].
    pub fn standing() -> Self {
        Self(Some(Arc::new(AtomicU64::new(system_now()))))
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub fn now(&self) -> u64 {
        self.0.as_ref().map_or_else(system_now, |time| time.load(Ordering::SeqCst))
    }

    /// Moves a standing clock forward. The system's clock stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Some(time) = &self.0 {
            time.fetch_add(millis(by), Ordering::SeqCst);
        }
    }
}

/// A duration in whole milliseconds.
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn system_now() -> u64 {
    // A clock before 1970 is broken; time zero makes tokens invalid rather than eternal.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis)
}
