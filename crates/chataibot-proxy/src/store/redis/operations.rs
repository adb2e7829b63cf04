//! The operations that are one call of the script, which gets their arguments by name.

use std::time::Duration;

use chataibot_wire::file::StoredFile;
use serde_json::json;

use super::{ConversationId, FamilyId, Redis, Result, VisitorId};
use crate::store::erase::Erased;
use crate::store::files::{self, NewFile, UNSENT_LIFETIME};
use crate::store::pending_events::MAX_WAIT;
use crate::store::retention::{self, IDEMPOTENCY_LIFETIME};
use crate::store::{Owned, renewals};

/// Idempotency records deleted in one call.
const RECORDS_BATCH: u32 = 5_000;

/// Declares operations, with further values for the script; `list` says that it answers with one.
macro_rules! operations {
    ($($call:ident $operation:ident($($argument:ident: $type:ty),*) -> $answer:ty
        $(, with $($name:ident: $value:expr),+)?;)+) => {
        impl Redis {
            $(pub async fn $operation(&self, $($argument: $type),*) -> Result<$answer> {
                let arguments = json!({
                    $(stringify!($argument): $argument,)* $($(stringify!($name): $value),+)?
                });
                self.inner.$call(stringify!($operation), arguments).await
            })+
        }
    };
}

operations! {
    query check() -> ();
    query owned_conversation(site: &str, visitor: &str, alias: &str) -> Option<Owned>;
    query sweep_pending_events() -> u64, with max_wait: MAX_WAIT;
    // The marks of received events are not swept: they expire in Redis.
    query sweep_records() -> (), with lifetime: IDEMPOTENCY_LIFETIME, limit: RECORDS_BATCH;
    list sweep_conversations(site: &str, days: u32) -> Vec<ConversationId>, with limit: retention::BATCH;
    query record_file(new: NewFile, total: u64) -> bool;
    query total_file_bytes(site: &str) -> u64;
    query file(id: String) -> Option<StoredFile>;
    query mark_files_sent(conversation: ConversationId, text: String) -> ();
    list orphaned_files() -> Vec<String>, with unsent_lifetime: UNSENT_LIFETIME, limit: files::BATCH;
    query delete_file_records(ids: Vec<String>) -> ();
    query sweep_families(before: u64) -> (), with limit: renewals::BATCH;
    query end_families(families: Vec<FamilyId>) -> ();
    query sweep_users(before: u64) -> (), with limit: renewals::BATCH;
}

impl Redis {
    pub async fn issued_files(
        &self,
        conversation: ConversationId,
        links: Vec<String>,
    ) -> Result<Option<Vec<StoredFile>>> {
        if links.is_empty() {
            return Ok(Some(Vec::new()));
        }
        self.inner.query("issued_files", json!({ "conversation": conversation, "links": links })).await
    }

    pub async fn count_request(&self, limit: &str, client: &str, per_minute: u32) -> Result<Option<Duration>> {
        let arguments = json!({ "limit": limit, "client": client, "per_minute": per_minute });
        let wait: u64 = self.inner.query("count_request", arguments).await?;
        Ok((wait > 0).then(|| Duration::from_millis(wait)))
    }

    /// What Redis has already written to disk is gone when it next rewrites its append-only file.
    pub async fn erase_visitor(&self, visitor: VisitorId) -> Result<Erased> {
        let mut erased: Erased = self.inner.query("erase_visitor", json!({ "visitor": visitor })).await?;
        erased.conversations.sort();
        Ok(erased)
    }
}
