//! The schema of what is stored, with its version, and the conversion to and from the
//! conversation's state. Does no I/O.

use std::rc::Rc;

use chataibot_wire::{Cursor, entry::Assignee};
use serde::{Deserialize, Serialize};

use crate::{
    api::Credentials,
    conversation::{
        Conversation, HistoryState, OutboxMessage, Phase, RawEntry, Restored, SendError, SendState,
        onboarding::Progress,
    },
};

/// The version of all shapes here. What has another version is left aside, as if nothing were
/// stored.
pub const VERSION: u32 = 2;
/// So many of the last entries are kept; the rest is in the proxy's log.
const ENTRIES_KEPT: usize = 200;

/// Anything stored, with its version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Versioned<T> {
    /// [`VERSION`].
    pub v: u32,
    /// What is stored.
    pub value: T,
}

/// The conversation as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredConversation {
    /// Whose it is. For another visitor it is as good as nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<String>,
    /// The proxy's id for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Has it ended?
    #[serde(default)]
    pub ended: bool,
    /// The last entries, in order. They stand beside the conversation in storage, as the texts they
    /// came as.
    #[serde(skip)]
    pub entries: Vec<Rc<RawEntry>>,
    /// Up to where the log was read in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// Up to where the visitor has read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Cursor>,
    /// Who answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Assignee>,
    /// Does more stand in the log before the first entry?
    #[serde(default)]
    pub earlier: bool,
    /// What the visitor found helpful.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub helpful: Vec<Cursor>,
    /// And what not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unhelpful: Vec<Cursor>,
    /// Was the window opened or closed last, in whichever tab?
    #[serde(default)]
    pub open: bool,
}

impl StoredConversation {
    /// The conversation, ready to be stored.
    #[must_use]
    pub fn of(conversation: &Conversation, visitor: Option<&str>, open: bool) -> Self {
        let log = conversation.log();
        let rated = |wanted: bool| {
            let those = conversation.feedback().iter().filter(|(_, helpful)| *helpful == wanted);
            those.map(|(cursor, _)| *cursor).collect()
        };
        let kept = &log[log.len().saturating_sub(ENTRIES_KEPT)..];
        Self {
            visitor: visitor.map(String::from),
            id: conversation.id().map(|id| String::from(&**id)),
            ended: conversation.phase() == Phase::Ended,
            entries: kept.to_vec(),
            cursor: conversation.cursor(),
            read: conversation.read(),
            assignee: conversation.assignee().map(|assignee| (**assignee).clone()),
            earlier: log.len() > kept.len() || conversation.earlier() != HistoryState::None,
            helpful: rated(true),
            unhelpful: rated(false),
            open,
        }
    }

    /// Was this written by another tab since the writer last saw the conversation `over`? Then it
    /// must not be overwritten: that tab has started, left or joined one, and the news is on its
    /// way.
    #[must_use]
    pub fn is_newer(&self, over: Option<&str>, ours: Option<&str>, visitor: Option<&str>) -> bool {
        let theirs = self.id.as_deref();
        self.visitor.as_deref() == visitor && theirs != over && theirs != ours
    }

    /// Which messages the visitor found helpful or not.
    pub fn feedback(&self) -> impl Iterator<Item = (Cursor, bool)> {
        let rated = |list: &[Cursor], helpful| list.iter().map(|at| (*at, helpful)).collect::<Vec<_>>();
        rated(&self.helpful, true).into_iter().chain(rated(&self.unhelpful, false))
    }

    /// What the conversation is made of again.
    #[must_use]
    pub fn into_restored(self) -> Restored {
        let phase = match (&self.id, self.ended) {
            (None, _) => Phase::New,
            (Some(_), false) => Phase::Active,
            (Some(_), true) => Phase::Ended,
        };
        Restored {
            feedback: self.feedback().collect(),
            // An earlier version kept as many entries and did not say whether there were more.
            earlier: self.earlier || self.entries.len() >= ENTRIES_KEPT,
            id: self.id.map(Rc::from),
            phase,
            entries: self.entries,
            cursor: self.cursor,
            read: self.read,
            assignee: self.assignee,
        }
    }
}

/// A message of the outbox as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPending {
    /// What was said.
    pub text: String,
    /// An answer in its own form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<String>,
    /// When.
    pub at: u64,
    /// How it stands.
    pub state: StoredState,
}

/// How a stored message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredState {
    /// To be sent, or on its way: the same key may be asked for again.
    Queued,
    /// Nobody knows.
    Unknown,
    /// Failed for now.
    Failed,
    /// Failed because the conversation had ended.
    Ended,
    /// Failed for good.
    Refused,
    /// Taken back; written for the other tabs just before it is removed.
    Discarded,
}

impl StoredPending {
    /// The message, ready to be stored.
    #[must_use]
    pub fn of(pending: &OutboxMessage) -> Self {
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

    /// May this message still turn out to have started a conversation?
    #[must_use]
    pub fn may_start(&self) -> bool {
        match self.state {
            StoredState::Queued | StoredState::Unknown | StoredState::Failed => true,
            StoredState::Ended | StoredState::Refused | StoredState::Discarded => false,
        }
    }

    /// The message again; `None` when it was taken back.
    #[must_use]
    pub fn into_pending(self, id: &str) -> Option<OutboxMessage> {
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

/// Everything storage held when the page came.
#[derive(Clone, Debug, Default)]
pub struct StoredSession {
    /// The visitor.
    pub credentials: Option<Credentials>,
    /// The conversation.
    pub conversation: Option<StoredConversation>,
    /// The outbox, in order.
    pub outbox: Vec<OutboxMessage>,
    /// How far the visitor is with the onboarding.
    pub passed: Option<Progress>,
    /// What stood in the composer.
    pub draft: Option<String>,
    /// Do the browser's tabs have a lock and a channel to agree by?
    pub shared: bool,
}
