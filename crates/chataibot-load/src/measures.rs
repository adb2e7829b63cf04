//! The measures; each gives numbers under the keys of [`crate::goals`].

pub mod forward;
pub mod ingest;
pub mod latency;
pub mod memory;
pub mod storm;
pub mod token_check;
