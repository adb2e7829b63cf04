//! Attacks on the proxy, each a test whose name says what is refused; over real sockets, with a
//! platform that the test controls.
//!
//! - [`framing`]: requests that two servers could read differently
//! - [`forgery`]: forged visitor tokens; [`theft`]: issued tokens and secrets in the wrong hands
//! - [`foreign`]: other visitors' conversations
//! - [`bodies`]: malformed or oversized JSON
//! - [`outward`]: making the proxy call or send what it should not
//! - [`webhooks`]: events that the platform never sent
//! - [`resources`]: slow, many and large requests
//! - [`leaks`]: secrets in answers, logs and metrics

#[allow(dead_code, reason = "the delivery tests use all of it")]
#[path = "../delivery/browser.rs"]
mod browser;
#[allow(dead_code, reason = "the delivery tests use all of it")]
#[path = "../delivery/harness.rs"]
mod harness;
#[allow(dead_code, reason = "the delivery tests use all of it")]
#[path = "../delivery/platform.rs"]
mod platform;

mod bodies;
mod foreign;
mod forgery;
mod framing;
mod leaks;
mod outward;
mod resources;
mod socket;
mod theft;
mod webhooks;
