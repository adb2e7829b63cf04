//! Attacks on the proxy, each a test whose name says what is refused; over real sockets, with a
//! platform that a test commands.
//!
//! - [`framing`]: requests that two servers could read differently
//! - [`forgery`]: visitor tokens that nobody issued; [`theft`]: tokens and secrets that were, in
//!   the wrong hands
//! - [`foreign`]: other people's conversations
//! - [`bodies`]: JSON that is not what it should be
//! - [`outward`]: making the proxy call, or say, what it should not
//! - [`webhooks`]: events the platform never sent
//! - [`resources`]: slow, many and large
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
