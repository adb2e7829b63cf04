//! Fault-injecting TCP proxy for tests: does to a connection whatever a network, a middlebox or a
//! broken server can do to it.
//!
//! - [`catalogue`]: **every fault by name**, where it may happen, and what it does
//! - [`fault`]: the types that describe a fault
//! - `plan`: which connection gets which fault: always, once, or by a seed
//! - `proxy`: the proxy itself; [`control`] switches it from outside
//! - `pipe`: one direction of a connection; `byte_offset` finds a byte in it
//! - [`http_head`], [`rewrite`]: as much HTTP as is needed to answer in place of a server, or to
//!   change what it answers
//! - [`rng`]: seeded random numbers
//!
//! It knows nothing about chats and relies on no code of the product.

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
