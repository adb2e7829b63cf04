//! What the proxy does, without HTTP paths and headers.
//!
//! - [`token`]: who a request comes from
//! - [`message_forwarding`]: a visitor's messages, logged and forwarded
//! - [`webhook`]: the platform's events, stored and acknowledged
//! - [`stream`]: a conversation's log on its way to one browser
//! - [`files`]: the files of visitors
//! - [`retention`]: what is deleted, and when
//! - [`rate_limits`]: how often one visitor and one address may ask
//! - [`reload`], [`peers`]: what changes while the proxy runs, by a signal or by another proxy
//! - [`unknown_kinds`]: messages this version does not know, for an operator to report

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

/// The visitor's conversation of that alias.
///
/// # Errors
/// 404 where there is none, or it is not the visitor's; 503.
pub(crate) async fn owned_conversation(store: &Store, visitor: &Visitor, alias: &str) -> Result<Owned, ApiError> {
    let owned = store.owned(visitor.site.id.as_str(), visitor.visitor.as_str(), alias).await;
    owned.map_err(ApiError::unavailable)?.ok_or_else(ApiError::not_found)
}
