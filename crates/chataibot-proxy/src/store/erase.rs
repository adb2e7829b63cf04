//! Erasure of one visitor: all data about them, in one commit.

use serde::Deserialize;

use crate::ids::{ConversationId, FamilyId};

/// What was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Erased {
    /// The conversations, with their entries and sends.
    pub conversations: Vec<ConversationId>,
    /// The token families that were revoked; their renewal secrets are deleted.
    pub families: Vec<FamilyId>,
    /// Files that no longer belong to a conversation; their bytes must still be deleted.
    pub files: Vec<String>,
}
