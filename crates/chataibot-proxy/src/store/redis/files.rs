//! The records of files.

use chataibot_wire::file::StoredFile;
use serde::Deserialize;
use serde_json::json;

use super::{Redis, id};
use crate::store::{
    ConversationId, StoreError,
    files::{BATCH, NewFile, UNSENT},
};

#[derive(Deserialize)]
struct Kept {
    kept: bool,
}

#[derive(Deserialize)]
struct Bytes {
    bytes: u64,
}

#[derive(Deserialize)]
struct Found {
    file: Option<Stored>,
}

#[derive(Deserialize)]
struct Issued {
    files: Option<Vec<Stored>>,
}

#[derive(Deserialize)]
struct Stored {
    url: String,
    name: String,
    mime_type: String,
    size: u32,
}

impl From<Stored> for StoredFile {
    fn from(Stored { url, name, mime_type, size }: Stored) -> Self {
        Self { url, name, mime_type, size }
    }
}

impl Redis {
    pub(in crate::store) async fn keep_file(&self, new: NewFile, total: u64) -> Result<bool, StoreError> {
        let NewFile { id: file_id, site, conversation, file } = new;
        let arguments = json!({
            "id": file_id, "site": site, "conversation": id(conversation.row()), "total": total,
            "url": file.url, "name": file.name, "mime_type": file.mime_type, "size": file.size,
        });
        Ok(self.inner.ask::<Kept>("keep_file", arguments).await?.kept)
    }

    pub(in crate::store) async fn files_bytes(&self, site: &str) -> Result<u64, StoreError> {
        Ok(self.inner.ask::<Bytes>("files_bytes", json!({ "site": site })).await?.bytes)
    }

    pub(in crate::store) async fn file(&self, file_id: String) -> Result<Option<StoredFile>, StoreError> {
        Ok(self.inner.ask::<Found>("file", json!({ "id": file_id })).await?.file.map(StoredFile::from))
    }

    pub(in crate::store) async fn issued_files(
        &self,
        conversation: ConversationId,
        links: Vec<String>,
    ) -> Result<Option<Vec<StoredFile>>, StoreError> {
        if links.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let arguments = json!({ "conversation": id(conversation.row()), "links": links });
        let issued: Issued = self.inner.ask("issued_files", arguments).await?;
        Ok(issued.files.map(|files| files.into_iter().map(StoredFile::from).collect()))
    }

    pub(in crate::store) async fn files_sent(
        &self,
        conversation: ConversationId,
        text: String,
    ) -> Result<(), StoreError> {
        self.inner.run("files_sent", json!({ "conversation": id(conversation.row()), "text": text })).await
    }

    pub(in crate::store) async fn orphaned_files(&self) -> Result<Vec<String>, StoreError> {
        let arguments = json!({ "before": self.now().saturating_sub(UNSENT), "limit": BATCH });
        Ok(self.inner.call::<serde_json::Value>("orphaned_files", arguments).await?.rest)
    }

    pub(in crate::store) async fn forget_files(&self, ids: Vec<String>) -> Result<(), StoreError> {
        self.inner.run("forget_files", json!({ "ids": ids })).await
    }
}
