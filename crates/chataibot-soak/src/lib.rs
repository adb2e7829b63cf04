//! Soak test: visitors on a real proxy and a simulated platform, with faults on every connection
//! between them, and a checker that knows what was acknowledged to whom.
//!
//! [`run`] takes one seed from the first message to the last check.

mod browser;
mod checker;
mod harness;
pub mod run;

pub use harness::SetupError;
