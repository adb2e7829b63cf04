//! Erasing one visitor: all that is known of them, in one commit.

use crate::ids::ConversationId;
use crate::ids::FamilyId;

/// What was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// The conversations, with their entries and sends.
    pub conversations: Vec<ConversationId>,
    /// The families of tokens that were ended; their renewal secrets are gone.
    pub families: Vec<FamilyId>,
    /// Files that no record speaks for any more; their bytes are still to be deleted.
    pub files: Vec<String>,
}
