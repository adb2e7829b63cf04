//! What the tabs of a world store: one storage for all of them.

use chataibot_fake_browser::{FakeBrowser, Storage};
use chataibot_widget::machine::{input::Input, user_action::UserAction};

use super::World;

impl World {
    /// Storage keeps the conversation without its entries, as when there is no room.
    pub fn forget_entries(&mut self) {
        if let Some(stored) = &mut self.storage.conversation {
            stored.entries.clear();
            stored.cursor = None;
        }
    }

    /// The messages whose copies lie in storage.
    pub fn stored_outbox(&self) -> Vec<&str> {
        self.storage.outbox.keys().map(String::as_str).collect()
    }

    /// The page of this tab clears its storage. That tab itself is not told.
    pub fn clear_storage(&mut self, tab: usize) {
        self.storage = Storage::default();
        self.to_others(tab, &Input::StorageCleared);
    }

    /// The visitor logs out in this tab, while another one, which does not know it yet, stores
    /// everything again: the removal of the visitor comes after it has written the visitor, and
    /// before it has written the rest.
    pub fn log_out_overtaken(&mut self, tab: usize) {
        let stored = Storage { credentials: None, ..self.storage.clone() };
        self.act(tab, UserAction::Reset);
        self.storage = stored;
    }

    /// What is in storage, in short.
    pub fn stored(&self) -> (bool, Option<String>, usize, String) {
        let Storage { credentials, conversation, outbox, draft, .. } = &self.storage;
        let id = conversation.as_ref().and_then(|stored| stored.id.clone());
        (credentials.is_some(), id, outbox.len(), draft.clone().unwrap_or_default())
    }
}
