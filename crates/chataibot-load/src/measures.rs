//! The measures; each returns numbers under the keys of [`crate::goals`].

pub mod forward;
pub mod ingest;
pub mod latency;
pub mod memory;
pub mod reconnect;
pub mod token_check;
