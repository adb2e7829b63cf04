//! Fault-injecting TCP proxy for tests: does to a connection whatever a network, a middlebox or a
//! broken server can do to it.
//!
//! [`catalogue`] names **every fault**, where it may happen, and what it does; a [`Plan`] says which
//! connection gets which. `pipe` changes bytes, [`rewrite`] whole answers.
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
