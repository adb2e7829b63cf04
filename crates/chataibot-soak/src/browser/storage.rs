//! What survives a reload, in the shapes in which the widget stores it: as text, so that it must survive being written and read.

use std::{collections::BTreeMap, rc::Rc};

use chataibot_widget::{
    api::Credentials,
    conversation::OutboxMessage,
    machine::storage_schema::{StoredConversation, StoredPending, StoredSession, StoredState},
};

#[derive(Default)]
pub struct Storage {
    pub credentials: Option<Credentials>,
    pub conversation: Option<StoredConversation>,
    pub outbox: BTreeMap<String, StoredPending>,
    pub draft: Option<String>,
}

impl Storage {
    pub fn found(&self) -> StoredSession {
        StoredSession {
            credentials: self.credentials.clone(),
            conversation: self.conversation.clone(),
            outbox: self.outbox.iter().filter_map(|(id, stored)| stored.clone().into_pending(id)).collect(),
            passed: None,
            draft: self.draft.clone(),
            shared: true,
        }
    }

    /// Returns whether it is news.
    pub fn save_identity(&mut self, credentials: &Credentials) -> bool {
        let news = self.credentials.as_ref() != Some(credentials);
        self.credentials = Some(credentials.clone());
        news
    }

    /// What is stored now; or, as an error, what another tab has stored meanwhile and must not be overwritten.
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
        // Entries stand beside it, as they came.
        let entries = stored.entries.clone();
        let read = serde_json::to_string(&stored).ok().and_then(|text| serde_json::from_str(&text).ok());
        let stored = StoredConversation { entries, ..read.unwrap_or(stored) };
        self.conversation = Some(stored.clone());
        Ok(stored)
    }

    pub fn save_message(&mut self, message: &OutboxMessage) -> StoredPending {
        let stored = StoredPending::of(message);
        self.outbox.insert(String::from(&*message.id), stored.clone());
        stored
    }

    /// What other tabs see of it, one after the other.
    pub fn drop_message(&mut self, id: &Rc<str>, discarded: bool) -> Vec<Option<StoredPending>> {
        let Some(mut stored) = self.outbox.remove(&**id) else { return Vec::new() };
        stored.state = StoredState::Discarded;
        if discarded { vec![Some(stored), None] } else { vec![None] }
    }

    /// Is a message older than this one still to be sent? Only the oldest may start a conversation.
    pub fn has_older(&self, id: &str) -> bool {
        self.outbox.iter().any(|(other, stored)| other.as_str() < id && stored.may_start())
    }
}
