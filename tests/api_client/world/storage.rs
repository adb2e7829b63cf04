//! The storage that all tabs of a world share.

use chataibot_fake_browser::{FakeBrowser, Storage};
use chataibot_widget::machine::{input::Input, user_action::UserAction};

use super::World;

impl World {
    /// Removes the conversation's entries from storage, as when it is full.
    pub fn forget_entries(&mut self) {
        if let Some(stored) = &mut self.storage.conversation {
            stored.entries.clear();
            stored.cursor = None;
        }
    }

    /// Ids of the messages in storage.
    pub fn stored_outbox(&self) -> Vec<&str> {
        self.storage.outbox.keys().map(String::as_str).collect()
    }

    /// Clears storage as the page of this tab does; this tab gets no event.
    pub fn clear_storage(&mut self, tab: usize) {
        self.storage = Storage::default();
        self.to_others(tab, &Input::StorageCleared);
    }

    /// Signs the visitor out in this tab, while another tab, which does not know it yet, stores
    /// everything again: the visitor is removed after that tab has written them, and before it has
    /// written the rest.
    pub fn log_out_overtaken(&mut self, tab: usize) {
        let stored = Storage { credentials: None, ..self.storage.clone() };
        self.act(tab, UserAction::Reset);
        self.storage = stored;
    }

    /// What is stored: whether credentials, conversation id, number of messages, draft.
    pub fn stored(&self) -> (bool, Option<String>, usize, String) {
        let Storage { credentials, conversation, outbox, draft, .. } = &self.storage;
        let id = conversation.as_ref().and_then(|stored| stored.id.clone());
        (credentials.is_some(), id, outbox.len(), draft.clone().unwrap_or_default())
    }
}
