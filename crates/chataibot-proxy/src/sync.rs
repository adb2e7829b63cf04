//! The locks and counters that the hand-over rests on, by one name each. `tests/log_reader.rs` puts
//! others in their place, which try every schedule.

pub use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};
