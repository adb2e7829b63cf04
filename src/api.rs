//! Everything about the proxy: what its answers mean, when to retry, how its stream is read, and
//! the requests themselves.
//!
//! Pure, and tested natively: [`error`], [`backoff`], [`credentials`], the parser in [`sse`]. In a
//! browser only: [`http`], [`json`], [`send_body`], [`upload`].

pub mod backoff;
pub mod credentials;
pub mod error;
pub mod http;
pub mod json;
pub mod send_body;
pub mod sse;
pub mod upload;

pub use credentials::Credentials;
pub use error::ApiError;
