//! Conformance suite for proxies: checks over real HTTP whether one keeps `docs/contract.md`, the
//! contract with the widget.
//!
//! In reading order:
//! - `options`: the command line
//! - `check`, `outcome`: what a check is, and how it ends
//! - [`checks`]: every check, one file for each part of the contract
//! - `fixture`: the proxy and the platform that all checks use; `simulator`: the platform's
//!   controls
//! - `identity`: the JWT with which a host site identifies its visitor
//! - `visitor`, `stream`, `entry`: a test client that acts like the widget: tokens, start, send,
//!   poll, stream, and how it reads a log
//! - [`run`]: runs the checks in order; [`report`]: formats their results
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
