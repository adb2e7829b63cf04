//! Whether a proxy keeps the contract with the widget: `docs/contract.md`, as a program that speaks
//! real HTTP.
//!
//! In reading order:
//! - `options`: the command line
//! - `check`, `outcome`: what a check is, and how it ends
//! - [`checks`]: every check, one file for each part of the contract
//! - `fixture`: the proxy and the platform that all checks use; `simulator`: the platform's
//!   controls
//! - `identity`: what a host site signs about its visitor
//! - `visitor`, `stream`, `entry`: what the widget does: tokens, start, send, poll, stream, and how
//!   it reads a log
//! - [`run`]: the order of things; [`report`]: what a person reads
//!
//! It reads JSON as JSON and shares no type with the proxy or the wire crate: a mistake of theirs
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
