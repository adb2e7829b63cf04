//! For tests: visitors on a real proxy and a simulated platform, with faults on every way between
//! them, and a checker that knows what was acknowledged to whom.
//!
//! - `harness`: proxy, platform, and a fault proxy on each way between them
//! - `browser`: a visitor's browser without a browser: the widget's own client, its tabs, storage
//!   and locks, over real HTTP
//! - [`run`]: what one seed does, from the first word to the last check
//! - `checker`: what must hold, whatever happened

mod browser;
mod checker;
mod harness;
pub mod run;

pub use harness::SetupError;
