//! Everything about the proxy: what its answers mean, when to try again, how its stream is read, and the calls themselves.
//!
//! Pure, and tested natively: [`error`], [`backoff`], [`sse`], [`credentials`].
//! The rim, in a browser only: [`http`], [`json`], [`stream`], [`upload`].

pub mod backoff;
pub mod credentials;
pub mod error;
pub mod http;
pub mod json;
pub mod send_body;
pub mod sse;
pub mod stream;
pub mod upload;

pub use credentials::Credentials;
pub use error::ApiError;
