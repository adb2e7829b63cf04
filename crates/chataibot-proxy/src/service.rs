//! The service layer: what the proxy does, independent of HTTP paths and headers.
//!
//! - [`token`]: authentication of the visitor behind a request
//! - [`message_forwarding`]: a visitor's messages, logged and forwarded
//! - [`webhook`]: the platform's events, stored and acknowledged
//! - [`stream`]: delivery of a conversation's log to one browser
//! - [`files`]: the files of visitors
//! - [`retention`]: deletion of old data
//! - [`rate_limits`]: rate limits per visitor and per address
//! - [`reload`], [`peers`]: changes at run time, triggered by a signal or by another proxy
//! - [`unknown_kinds`]: recorder of messages this version does not know, for an operator to report

use token::Visitor;

use crate::{
    error::ApiError,
    store::{Owned, Store},
};

pub mod files;
pub(crate) mod message_forwarding;
pub(crate) mod peers;
pub(crate) mod rate_limits;
pub(crate) mod reload;
pub(crate) mod retention;
pub mod stream;
pub mod token;
pub(crate) mod unknown_kinds;
pub(crate) mod webhook;

/// Returns the visitor's conversation with this alias.
///
/// # Errors
/// 404 if there is none, or it is not the visitor's; 503.
pub(crate) async fn owned_conversation(store: &Store, visitor: &Visitor, alias: &str) -> Result<Owned, ApiError> {
    let owned = store.owned_conversation(visitor.site.id.as_str(), visitor.visitor.as_str(), alias).await;
    owned.map_err(ApiError::unavailable)?.ok_or_else(ApiError::not_found)
}
