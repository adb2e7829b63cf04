//! In-memory browser storage: what survives a reload, in the widget's storage schema. A
//! conversation is written as text and read back, so that it must survive both.

use std::{collections::BTreeMap, rc::Rc};

use chataibot_widget::api::Credentials;
use chataibot_widget::conversation::OutboxMessage;
use chataibot_widget::conversation::onboarding::Progress;
use chataibot_widget::machine::storage_schema::{StoredConversation, StoredPending, StoredSession, StoredState};

/// Storage that all tabs share; the outbox by the messages' ids.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "named as in the storage schema")]
pub struct Storage {
    pub credentials: Option<Credentials>,
    pub conversation: Option<StoredConversation>,
    pub outbox: BTreeMap<String, StoredPending>,
    pub progress: Option<Progress>,
    pub draft: Option<String>,
}

impl Storage {
    /// Returns what a page finds when it loads. `can_coordinate_tabs`: whether tabs coordinate.
    pub fn load(&self, can_coordinate_tabs: bool) -> StoredSession {
        StoredSession {
            credentials: self.credentials.clone(),
            conversation: self.conversation.clone(),
            outbox: self.outbox.iter().filter_map(|(id, stored)| stored.clone().into_message(id)).collect(),
            progress: self.progress.clone(),
            draft: self.draft.clone(),
            can_coordinate_tabs,
        }
    }

    /// Stores the conversation, and returns it; an error is what another tab has stored since then
    /// and must not be overwritten.
    pub fn save_conversation(
        &mut self,
        stored: StoredConversation,
        expected_id: Option<&str>,
    ) -> Result<StoredConversation, Box<StoredConversation>> {
        let visitor = self.credentials.as_ref().map(|credentials| credentials.visitor.as_str());
        let is_newer = |other: &&StoredConversation| other.is_newer(expected_id, stored.id.as_deref(), visitor);
        if let Some(newer) = self.conversation.as_ref().filter(is_newer) {
            return Err(Box::new(newer.clone()));
        }
        let text = serde_json::to_string(&stored).expect("what is stored is JSON");
        let restored: StoredConversation = serde_json::from_str(&text).expect("the same JSON");
        // Entries are stored separately, in the form in which they came.
        let stored = StoredConversation { entries: stored.entries, ..restored };
        self.conversation = Some(stored.clone());
        Ok(stored)
    }

    /// Stores whether the window is open; an error is the conversation that a tab has started.
    pub fn save_window_open(&mut self, open: bool) -> Result<StoredConversation, Box<StoredConversation>> {
        if let Some(started) = self.conversation.as_ref().filter(|started| started.id.is_some()) {
            return Err(Box::new(started.clone()));
        }
        let visitor = self.credentials.as_ref().map(|credentials| credentials.visitor.clone());
        let stored = StoredConversation { visitor, open, ..StoredConversation::default() };
        self.conversation = Some(stored.clone());
        Ok(stored)
    }

    /// Stores a message.
    pub fn save_message(&mut self, message: &OutboxMessage) -> StoredPending {
        let stored = StoredPending::from_message(message);
        self.outbox.insert(String::from(&*message.id), stored.clone());
        stored
    }

    /// Removes a message. Returns the changes that other tabs see, in order.
    pub fn remove_message(&mut self, id: &Rc<str>, discarded: bool) -> Vec<Option<StoredPending>> {
        let Some(mut stored) = self.outbox.remove(&**id) else { return Vec::new() };
        stored.state = StoredState::Discarded;
        if discarded { vec![Some(stored), None] } else { vec![None] }
    }

    /// Whether an older message is still to be sent. Only the oldest may start a conversation.
    pub fn has_older(&self, id: &str) -> bool {
        self.outbox.iter().any(|(other, stored)| other.as_str() < id && stored.may_start())
    }
}
