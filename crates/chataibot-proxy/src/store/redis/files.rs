//! The records of files.

use chataibot_wire::file::StoredFile;
use serde_json::json;

use super::{Redis, format_id};
use crate::{
    ids::ConversationId,
    store::{
        Result,
        files::{BATCH, NewFile, UNSENT_LIFETIME},
    },
};

impl Redis {
    pub async fn record_file(&self, new: NewFile, total: u64) -> Result<bool> {
        let NewFile { id: file_id, site, conversation, file } = new;
        let arguments = json!({
            "id": file_id, "site": site, "conversation": format_id(conversation.row()), "max_total_bytes": total,
            "url": file.url, "name": file.name, "mime_type": file.mime_type, "size": file.size,
        });
        self.inner.query("record_file", arguments).await
    }

    pub async fn total_file_bytes(&self, site: &str) -> Result<u64> {
        self.inner.query("total_file_bytes", json!({ "site": site })).await
    }

    pub async fn file(&self, file_id: String) -> Result<Option<StoredFile>> {
        self.inner.query("file", json!({ "id": file_id })).await
    }

    pub async fn issued_files(
        &self,
        conversation: ConversationId,
        links: Vec<String>,
    ) -> Result<Option<Vec<StoredFile>>> {
        if links.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let arguments = json!({ "conversation": format_id(conversation.row()), "links": links });
        self.inner.query("issued_files", arguments).await
    }

    pub async fn mark_files_sent(&self, conversation: ConversationId, text: String) -> Result<()> {
        let arguments = json!({ "conversation": format_id(conversation.row()), "text": text });
        self.inner.execute("mark_files_sent", arguments).await
    }

    pub async fn orphaned_files(&self) -> Result<Vec<String>> {
        let arguments = json!({ "before": self.now().saturating_sub(UNSENT_LIFETIME), "limit": BATCH });
        Ok(self.inner.call::<serde_json::Value>("orphaned_files", arguments).await?.rest)
    }

    pub async fn delete_file_records(&self, ids: Vec<String>) -> Result<()> {
        self.inner.execute("delete_file_records", json!({ "ids": ids })).await
    }
}
