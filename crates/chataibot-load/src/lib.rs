//! What one proxy carries: `cargo xtask bench proxy`.
//!
//! The proxy is the real program in a process of its own, with a database file. In this process are
//! the visitors' browsers (raw sockets, because ten thousand clients with buffers of their own
//! would be measured instead of the proxy) and the platform (a stub that gives the documented
//! answers at once, `platform`). All of it is on this machine and shares its cores.
//!
//! In reading order:
//! - [`goals`]: what is to be reached, and what must be; [`report`]: the judgement
//! - [`scale`]: how much of everything; [`run`]: one run of all measures
//! - `measures`: one module for each
//! - `population`: visitors with conversations, and the proxy they are at; `program`: its process
//! - `streams`: the idle streams; `recorder`: when which event was due and when it arrived
//! - `http`: as much of HTTP/1.1 as that takes; [`procfs`]: facts of this machine

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

/// What goes wrong while measuring; the program says it and gives up.
pub type BenchError = Box<dyn std::error::Error + Send + Sync>;
