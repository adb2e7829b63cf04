//! The routes, one file each. Routes do not depend on each other; `app.rs` lists them all.

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
