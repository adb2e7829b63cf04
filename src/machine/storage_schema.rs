//! The schema of the stored data, with its version, and the conversion to and from the
//! conversation's state. Does no I/O.

use std::rc::Rc;

use chataibot_wire::{Cursor, entry::Assignee};
use serde::{Deserialize, Serialize};

use crate::api::Credentials;
use crate::conversation::onboarding::{Consent, Progress};
use crate::conversation::{Conversation, HistoryState, OutboxMessage, Phase, RawEntry, Restored, SendError, SendState};

/// Version of all types here. Data of another version is ignored, as if nothing were stored.
pub const VERSION: u32 = 2;
/// Number of the last entries that are stored; the rest is in the proxy's log.
const MAX_STORED_ENTRIES: usize = 200;

/// A stored value with its version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Versioned<T> {
    /// [`VERSION`].
    pub v: u32,
    /// The value.
    pub value: T,
}

/// The conversation as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredConversation {
    /// The visitor's id. For another visitor the conversation is ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<String>,
    /// The proxy's id of the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether it has ended.
    #[serde(default)]
    pub ended: bool,
    /// The last entries, stored beside the conversation as the JSON they came as.
    #[serde(skip)]
    pub entries: Vec<Rc<RawEntry>>,
    /// Up to where the log was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// Up to where the visitor has read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Cursor>,
    /// Who answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Assignee>,
    /// Whether the log has more before the first entry.
    #[serde(default)]
    pub earlier: bool,
    /// The messages that the visitor found helpful.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub helpful: Vec<Cursor>,
    /// The messages that the visitor found not helpful.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unhelpful: Vec<Cursor>,
    /// Whether the window is open: its last opening or closing in any tab decides.
    #[serde(default)]
    pub open: bool,
}

impl StoredConversation {
    /// Converts the conversation for storage.
    pub fn from_state(conversation: &Conversation, visitor: Option<&str>, open: bool) -> Self {
        let log = conversation.log();
        let rated = |wanted: bool| {
            let those = conversation.feedback().iter().filter(|(_, helpful)| *helpful == wanted);
            those.map(|(cursor, _)| *cursor).collect()
        };
        let latest = &log[log.len().saturating_sub(MAX_STORED_ENTRIES)..];
        Self {
            visitor: visitor.map(String::from),
            id: conversation.id().map(|id| String::from(&**id)),
            ended: conversation.phase() == Phase::Ended,
            entries: latest.to_vec(),
            cursor: conversation.cursor(),
            read: conversation.read_cursor(),
            assignee: conversation.assignee().map(|assignee| (**assignee).clone()),
            earlier: log.len() > latest.len() || conversation.history() != HistoryState::None,
            helpful: rated(true),
            unhelpful: rated(false),
            open,
        }
    }

    /// Whether another tab wrote this since the writer last saw the conversation `expected_id`.
    /// Then it must not be overwritten: that tab has started, left or joined a conversation, and
    /// this tab will soon be notified.
    pub fn is_newer(&self, expected_id: Option<&str>, own_id: Option<&str>, visitor: Option<&str>) -> bool {
        let stored_id = self.id.as_deref();
        self.visitor.as_deref() == visitor && stored_id != expected_id && stored_id != own_id
    }

    /// Which messages the visitor found helpful or not.
    pub fn feedback(&self) -> impl Iterator<Item = (Cursor, bool)> {
        let helpful = self.helpful.iter().map(|at| (*at, true));
        helpful.chain(self.unhelpful.iter().map(|at| (*at, false)))
    }

    /// Converts it for restoring the conversation's state.
    pub fn into_restored(self) -> Restored {
        let phase = match (&self.id, self.ended) {
            (None, _) => Phase::New,
            (Some(_), false) => Phase::Active,
            (Some(_), true) => Phase::Ended,
        };
        Restored {
            feedback: self.feedback().collect(),
            // Earlier versions kept as many and did not record whether there were more.
            has_earlier: self.earlier || self.entries.len() >= MAX_STORED_ENTRIES,
            id: self.id.map(Rc::from),
            phase,
            entries: self.entries,
            cursor: self.cursor,
            read_cursor: self.read,
            assignee: self.assignee,
        }
    }
}

/// A message of the outbox as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPending {
    /// The text of the message.
    pub text: String,
    /// The typed form of an answer, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<String>,
    /// When it was said.
    pub at: u64,
    /// The state of its sending.
    pub state: StoredState,
}

/// The send state of a stored message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredState {
    /// To be sent, or in flight: its key may be sent again.
    Queued,
    /// Nobody knows whether it arrived.
    Unknown,
    /// Failed temporarily.
    Failed,
    /// Failed because the conversation had ended.
    Ended,
    /// Failed permanently.
    Refused,
    /// Discarded by the visitor; written for the other tabs just before the message is removed.
    Discarded,
}

impl StoredPending {
    /// Converts a message for storage.
    pub fn from_message(pending: &OutboxMessage) -> Self {
        let state = match pending.state {
            SendState::Queued | SendState::Sending | SendState::Sent => StoredState::Queued,
            SendState::Unknown => StoredState::Unknown,
            SendState::Failed(SendError::Temporary) => StoredState::Failed,
            SendState::Failed(SendError::Ended) => StoredState::Ended,
            SendState::Failed(SendError::Refused) => StoredState::Refused,
        };
        let typed = pending.typed.as_deref().map(String::from);
        Self { text: String::from(&*pending.text), typed, at: pending.at, state }
    }

    /// Whether this message may still turn out to have started a conversation.
    pub fn may_start(&self) -> bool {
        matches!(self.state, StoredState::Queued | StoredState::Unknown | StoredState::Failed)
    }

    /// Converts it back; `None` if it was discarded.
    pub fn into_message(self, id: &str) -> Option<OutboxMessage> {
        let state = match self.state {
            StoredState::Queued => SendState::Queued,
            StoredState::Unknown => SendState::Unknown,
            StoredState::Failed => SendState::Failed(SendError::Temporary),
            StoredState::Ended => SendState::Failed(SendError::Ended),
            StoredState::Refused => SendState::Failed(SendError::Refused),
            StoredState::Discarded => return None,
        };
        let typed = self.typed.map(Rc::from);
        Some(OutboxMessage { id: Rc::from(id), text: Rc::from(self.text), typed, at: self.at, state })
    }
}

/// Everything that was in storage when the page loaded.
#[derive(Clone, Debug, Default)]
pub struct StoredSession {
    /// The visitor's credentials.
    pub credentials: Option<Credentials>,
    /// The conversation.
    pub conversation: Option<StoredConversation>,
    /// The outbox, in order.
    pub outbox: Vec<OutboxMessage>,
    /// The onboarding progress.
    pub progress: Option<Progress>,
    /// The draft in the composer.
    pub draft: Option<String>,
    /// Whether the browser's tabs have a lock and a channel to coordinate by.
    pub can_coordinate_tabs: bool,
}

/// The stored form of [`Progress`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredProgress {
    /// Version of the consent that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// When it was given.
    #[serde(default)]
    pub consent_at: u64,
    /// The values of the form: names, each followed by its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Vec<String>>,
    /// Whether the visitor has left the home screen.
    #[serde(default)]
    pub home_left: bool,
    /// The conversation that was rated last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated: Option<String>,
}

impl StoredProgress {
    /// Converts the progress for storage.
    pub fn from_progress(progress: &Progress) -> Self {
        let (consent, form) = (progress.consent.as_ref(), progress.prechat.as_ref());
        Self {
            consent: consent.map(|consent| String::from(&*consent.version)),
            consent_at: consent.map_or(0, |consent| consent.at),
            form: form.map(|values| values.iter().flat_map(|(name, value)| [name.clone(), value.clone()]).collect()),
            home_left: progress.home_left,
            rated: progress.rated.as_ref().map(|id| String::from(&**id)),
        }
    }

    /// Converts it back.
    pub fn into_progress(self) -> Progress {
        let form = self.form.map(|flat| flat.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect());
        Progress {
            consent: self.consent.map(|version| Consent { version: version.into(), at: self.consent_at }),
            prechat: form,
            home_left: self.home_left,
            rated: self.rated.map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Vec<(String, String)> {
        [("name", "Ada"), ("email", "ada@example.com"), ("topic", "Tea")].map(|(a, b)| (a.into(), b.into())).into()
    }

    #[test]
    fn what_is_stored_comes_back() {
        let progress = Progress {
            consent: Some(Consent { version: "2".into(), at: 5 }),
            prechat: Some(form()),
            home_left: true,
            rated: Some("c1".into()),
        };
        assert_eq!(StoredProgress::from_progress(&progress).into_progress(), progress);
        assert_eq!(StoredProgress::default().into_progress(), Progress::default());
    }
}
