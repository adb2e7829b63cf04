//! For tests: a TCP proxy that does to a connection whatever a network, a middlebox or a broken
//! server may do to it.
//!
//! - [`catalogue`]: **every fault by name**, where it may happen, and what it does
//! - [`fault`]: what faults are made of
//! - `plan`: which connection meets which fault: always, once, or by a seed
//! - `proxy`: the proxy itself; [`control`] switches it from outside
//! - `pipe`: one direction of a connection; `byte_offset` finds a byte in it
//! - [`http_head`], [`rewrite`]: as much HTTP as is needed to answer in place of a server, or to
//!   change what it answers
//! - [`rng`]: numbers from a seed
//!
//! It knows nothing of chats, and takes no word of a product for true.

mod byte_offset;
pub mod catalogue;
pub mod control;
pub mod fault;
pub mod http_head;
mod pipe;
mod plan;
mod proxy;
pub mod rewrite;
pub mod rng;

pub use fault::{Fault, Hop};
pub use plan::Plan;
pub use proxy::FaultProxy;
