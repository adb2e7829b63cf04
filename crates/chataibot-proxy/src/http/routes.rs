//! The calls, one file each. No route knows another; `app.rs` has them all on one screen.

pub mod erase;
pub mod events;
pub mod files;
pub mod health;
pub mod metrics;
pub mod openapi;
pub mod probe;
pub mod send;
pub mod start;
pub mod token;
pub mod webhook;
