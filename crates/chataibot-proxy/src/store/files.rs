//! The records of files: which conversation one belongs to, what it is, and how much all of a
//! site's take up.

use chataibot_wire::file::StoredFile;

use crate::ids::ConversationId;

/// Records forgotten in one commit.
pub(in crate::store) const BATCH: u32 = 200;
/// How long a file is kept that no message speaks of, milliseconds: somebody thought better of it.
pub(in crate::store) const UNSENT: u64 = 24 * 60 * 60 * 1000;

/// A file that lies on the disk and has no record yet.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its name on the disk.
    pub id: String,
    pub site: String,
    pub conversation: ConversationId,
    pub file: StoredFile,
}
