//! Client of the proxy: requests, the meaning of answers, retries, and reading its stream.
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
