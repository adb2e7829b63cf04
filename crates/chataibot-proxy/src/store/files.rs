//! The records of visitors' files, and the total size of each site's files.

use chataibot_wire::file::StoredFile;
use serde::Serialize;

use crate::ids::ConversationId;

/// Records deleted in one commit.
pub(in crate::store) const BATCH: u32 = 200;
/// Lifetime of a file that no message refers to, milliseconds: the visitor did not send it.
pub(in crate::store) const UNSENT_LIFETIME: u64 = 24 * 60 * 60 * 1000;

/// A file that is on the disk and has no record yet.
#[derive(Clone, Debug, Serialize)]
pub struct NewFile {
    /// Its name on the disk.
    pub id: String,
    pub site: String,
    pub conversation: ConversationId,
    #[serde(flatten)]
    pub file: StoredFile,
}
