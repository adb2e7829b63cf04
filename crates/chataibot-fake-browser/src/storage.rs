//! What survives a reload, in the shapes in which the widget stores it: as text, so that it must
//! survive being written and read.

use std::{collections::BTreeMap, rc::Rc};

use chataibot_widget::{
    api::Credentials,
    conversation::{OutboxMessage, onboarding::Progress},
    machine::storage_schema::{StoredConversation, StoredPending, StoredSession, StoredState},
};

/// One storage for all tabs.
#[derive(Clone, Default)]
pub struct Storage {
    /// The visitor's.
    pub credentials: Option<Credentials>,
    /// The conversation.
    pub conversation: Option<StoredConversation>,
    /// Messages by their ids.
    pub outbox: BTreeMap<String, StoredPending>,
    /// Of the onboarding.
    pub progress: Option<Progress>,
    /// What was in the composer.
    pub draft: Option<String>,
}

impl Storage {
    /// What a page finds when it loads. `shared`: do tabs coordinate?
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

    /// What is stored now.
    ///
    /// # Errors
    /// What another tab has stored meanwhile and must not be overwritten.
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
        // Entries stand beside it, as they came.
        let stored = StoredConversation { entries: stored.entries, ..read };
        self.conversation = Some(stored.clone());
        Ok(stored)
    }

    /// Where nothing was said yet, keeps whether the window is open.
    ///
    /// # Errors
    /// The conversation that another tab has begun meanwhile.
    pub fn save_window_open(&mut self, open: bool) -> Result<StoredConversation, Box<StoredConversation>> {
        if let Some(there) = self.conversation.as_ref().filter(|there| there.id.is_some()) {
            return Err(Box::new(there.clone()));
        }
        let visitor = self.credentials.as_ref().map(|credentials| credentials.visitor.clone());
        let stored = StoredConversation { visitor, open, ..StoredConversation::default() };
        self.conversation = Some(stored.clone());
        Ok(stored)
    }

    /// Keeps a message.
    pub fn save_message(&mut self, message: &OutboxMessage) -> StoredPending {
        let stored = StoredPending::of(message);
        self.outbox.insert(String::from(&*message.id), stored.clone());
        stored
    }

    /// Removes a message. What other tabs see of it, one after the other.
    pub fn remove_message(&mut self, id: &Rc<str>, discarded: bool) -> Vec<Option<StoredPending>> {
        let Some(mut stored) = self.outbox.remove(&**id) else { return Vec::new() };
        stored.state = StoredState::Discarded;
        if discarded { vec![Some(stored), None] } else { vec![None] }
    }

    /// Is a message older than this one still to be sent? Only the oldest may start a conversation.
    pub fn has_older(&self, id: &str) -> bool {
        self.outbox.iter().any(|(other, stored)| other.as_str() < id && stored.may_start())
    }
}
