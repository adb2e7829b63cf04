//! The simulator, tested as others use it: real HTTP on port 0, with a small webhook receiver in
//! the proxy's place.

#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected should fail right there")]

mod calls;
mod controls;
mod docs;
mod harness;
mod ordering;
mod scenarios;
mod webhooks;
