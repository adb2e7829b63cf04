//! The routes, one file each. Routes do not depend on each other; `app.rs` lists them all.

pub mod erase;
pub mod events;
pub mod files;
pub mod health;
pub mod messages;
pub mod metrics;
pub mod probe;
pub mod token;
pub mod webhook;
