//! Everything about the proxy: what its answers mean, when to try again, how its stream is read, and the calls themselves.
//!
//! Pure, and tested natively: [`failure`], [`backoff`], [`sse`], [`identity`].
//! The rim, in a browser only: [`http`], [`json`], [`stream`], [`upload`].

pub mod backoff;
pub mod failure;
pub mod http;
pub mod identity;
pub mod json;
pub mod sse;
pub mod stream;
pub mod upload;

pub use failure::Failure;
pub use identity::Identity;
