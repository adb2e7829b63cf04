//! Thin wrappers over browser APIs. They make no decisions and do not know what a conversation is.
//!
//! - [`environment`]: clocks, random numbers, the screen, the documented system variables
//! - [`timers`], [`events`]: callbacks that end when their handle is dropped
//! - [`storage`]: `localStorage` with a fallback to memory
//! - [`tabs`]: Web Locks, `BroadcastChannel` and `storage` events

pub mod environment;
pub mod events;
pub mod storage;
pub mod tabs;
pub mod timers;
