//! The service layer: what the proxy does, independent of HTTP paths.
//!
//! - [`token`]: authentication of the visitor behind a request
//! - [`message_forwarding`]: a visitor's messages, logged and forwarded
//! - [`webhook`]: the platform's events, stored and acknowledged
//! - [`stream`]: delivery of a conversation's log to one browser
//! - [`files`]: the files of visitors
//! - [`retention`]: deletion of old data
//! - [`rate_limits`]: rate limits per visitor and per address
//! - [`reload`]: changes at run time
//! - [`unknown_kinds`]: recorder of messages this version does not know, for an operator to report

use http::{HeaderMap, header};
use token::Visitor;

use crate::error::ApiError;
use crate::store::{Owned, Store, StoreError};

pub mod files;
pub(crate) mod message_forwarding;
pub(crate) mod rate_limits;
pub(crate) mod reload;
pub(crate) mod retention;
pub mod stream;
pub mod token;
pub(crate) mod unknown_kinds;
pub(crate) mod webhook;

/// The visitor's conversation with this alias. Errors: 404, also for another visitor's; 503.
pub(crate) async fn owned_conversation(store: &Store, visitor: &Visitor, alias: &str) -> Result<Owned, ApiError> {
    let owned = store.owned_conversation(visitor.site.id.as_str(), visitor.visitor.as_str(), alias).await?;
    owned.ok_or_else(ApiError::not_found)
}

/// Returns a header's text; empty if the header is missing or not text.
pub(crate) fn header_text(headers: &HeaderMap, name: impl header::AsHeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether the body has any `Content-Encoding`.
pub(crate) fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|coding| coding != "identity")
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::unavailable(error)
    }
}
