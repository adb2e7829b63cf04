//! In-memory browser storage: what survives a reload, in the widget's storage schema. A
//! conversation is written as text and read back, so that it must survive both.

use std::{collections::BTreeMap, rc::Rc};

use chataibot_widget::{
    api::Credentials,
    conversation::{OutboxMessage, onboarding::Progress},
    machine::storage_schema::{StoredConversation, StoredPending, StoredSession, StoredState},
};

/// Storage that all tabs share.
#[derive(Clone, Default)]
pub struct Storage {
    /// The visitor's credentials.
    pub credentials: Option<Credentials>,
    /// The conversation.
    pub conversation: Option<StoredConversation>,
    /// Outbox messages by their ids.
    pub outbox: BTreeMap<String, StoredPending>,
    /// Progress of the onboarding.
    pub progress: Option<Progress>,
    /// Text in the composer.
    pub draft: Option<String>,
}

impl Storage {
    /// Returns what a page finds when it loads. `shared`: whether tabs coordinate.
    pub fn load(&self, shared: bool) -> StoredSession {
        StoredSession {
            credentials: self.credentials.clone(),
            conversation: self.conversation.clone(),
            outbox: self.outbox.iter().filter_map(|(id, stored)| stored.clone().into_pending(id)).collect(),
            passed: self.progress.clone(),
            draft: self.draft.clone(),
            shared,
        }
    }

    /// Stores the conversation, and returns what is stored now.
    ///
    /// # Errors
    /// Returns what another tab has stored in the meantime and must not be overwritten.
    pub fn save_conversation(
        &mut self,
        stored: StoredConversation,
        over: Option<&str>,
    ) -> Result<StoredConversation, Box<StoredConversation>> {
        let visitor = self.credentials.as_ref().map(|credentials| credentials.visitor.as_str());
        let newer = |there: &&StoredConversation| there.is_newer(over, stored.id.as_deref(), visitor);
        if let Some(there) = self.conversation.as_ref().filter(newer) {
            return Err(Box::new(there.clone()));
        }
        let text = serde_json::to_string(&stored).expect("what is stored is JSON");
        let read: StoredConversation = serde_json::from_str(&text).expect("the same JSON");
        // Entries are stored separately, in the form in which they came.
        let stored = StoredConversation { entries: stored.entries, ..read };
        self.conversation = Some(stored.clone());
        Ok(stored)
    }

    /// Stores whether the window is open, as long as there is no conversation.
    ///
    /// # Errors
    /// Returns the conversation that another tab has started in the meantime.
    pub fn save_window_open(&mut self, open: bool) -> Result<StoredConversation, Box<StoredConversation>> {
        if let Some(there) = self.conversation.as_ref().filter(|there| there.id.is_some()) {
            return Err(Box::new(there.clone()));
        }
        let visitor = self.credentials.as_ref().map(|credentials| credentials.visitor.clone());
        let stored = StoredConversation { visitor, open, ..StoredConversation::default() };
        self.conversation = Some(stored.clone());
        Ok(stored)
    }

    /// Stores a message.
    pub fn save_message(&mut self, message: &OutboxMessage) -> StoredPending {
        let stored = StoredPending::of(message);
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
