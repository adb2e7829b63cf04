//! For tests: a TCP proxy that does to a connection whatever a network, a middlebox or a broken server may do to it.
//!
//! - [`catalogue`]: **every fault by name**, where it may happen, and what it does
//! - [`fault`]: what faults are made of
//! - [`plan`]: which connection meets which fault: always, once, or by a seed
//! - [`proxy`]: the proxy itself; [`control`] switches it from outside
//! - [`pipe`]: one direction of a connection; [`place`] finds a byte in it
//! - [`head`], [`rewrite`]: as much HTTP as is needed to answer in place of a server, or to change what it answers
//! - [`chance`]: numbers from a seed
//!
//! It knows nothing of chats, and takes no word of a product for true.

pub mod catalogue;
pub mod chance;
pub mod control;
pub mod fault;
pub mod head;
pub mod pipe;
pub mod place;
pub mod plan;
pub mod proxy;
pub mod rewrite;

pub use fault::{Fault, Where};
pub use plan::Plan;
pub use proxy::FaultProxy;
