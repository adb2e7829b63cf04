//! Soak test: visitors on a real proxy and a simulated platform, with faults on every connection
//! between them, and a checker that knows what was acknowledged to whom.
//!
//! - `harness`: proxy, platform, and a fault proxy on each connection between them
//! - `browser`: a fake browser: the widget's own machine, tabs, storage and locks, over real HTTP
//! - [`run`]: the steps of one seed, from the first message to the last check
//! - `checker`: the properties that must hold, whatever happened

mod browser;
mod checker;
mod harness;
pub mod run;

pub use harness::SetupError;
