//! Erasing one visitor: conversations with their logs and files, idempotency records, renewal secrets. Nothing is left but the ids of
//! ended families of tokens, until the last of these tokens has ended by itself.

use crate::{
    app::App,
    service::token::VisitorId,
    store::{StoreError, erase::Erased},
};

/// Erases in the running proxy: streams of the visitor end at once, and so do all tokens.
///
/// # Errors
/// When the database fails.
pub async fn visitor(app: &App, visitor: &VisitorId) -> Result<Erased, StoreError> {
    let erased = app.store.erase_visitor(visitor.clone()).await?;
    // First the tokens: whoever comes back when the streams end must find the door closed.
    erased.families.iter().for_each(|family| app.tokens.revoke(family.clone()));
    erased.conversations.iter().for_each(|conversation| app.hub.end(*conversation));
    app.counters.visitors_erased.increment();
    app.files.sweep(&app.store).await?;
    tracing::info!(
        %visitor,
        conversations = erased.conversations.len(),
        tokens = erased.families.len(),
        "a visitor was erased"
    );
    Ok(erased)
}
