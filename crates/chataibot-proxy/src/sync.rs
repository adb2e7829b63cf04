//! The locks and atomics used by the hub and the log reader. `tests/log_reader.rs` replaces this
//! module by one whose locks and counters explore every schedule.

pub use std::sync::atomic::{AtomicU64, Ordering};
pub use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
