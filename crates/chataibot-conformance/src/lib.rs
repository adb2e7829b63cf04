//! Conformance suite for proxies: checks over real HTTP whether one keeps `docs/contract.md`, the
//! contract with the widget.
//!
//! [`checks`] are the contract as a table and as code. They share a `fixture` and a test client that
//! acts like the widget: `visitor`, `stream`, `entry`.
//!
//! It reads untyped JSON and shares no type with the proxy or the wire crate: a mistake in those
//! must not pass here.

mod check;
pub mod checks;
mod entry;
mod fixture;
mod identity;
mod options;
mod outcome;
pub mod report;
pub mod run;
mod simulator;
mod stream;
mod visitor;

pub use check::{Check, Found};
pub use options::Options;
pub use outcome::CheckError;
pub use run::run;
