//! Load bench of one proxy: `cargo xtask bench proxy`.
//!
//! The proxy runs as the real program in its own process, with a database file. This process holds
//! the visitors' browsers (raw sockets, because ten thousand clients with buffers of their own
//! would be measured instead of the proxy) and the platform (a stub that returns the documented
//! answers at once, `platform`). Everything runs on this machine and shares its cores.
//!
//! [`goals`] are what is measured and required; [`run`] takes all `measures` once, in the quantities
//! of [`scale`]; [`report`] compares.

pub mod goals;
mod http;
mod measures;
mod platform;
mod population;
pub mod procfs;
mod program;
mod recorder;
pub mod report;
pub mod run;
pub mod scale;
mod streams;

/// Error while measuring; the program prints it and gives up.
pub type BenchError = Box<dyn std::error::Error + Send + Sync>;
