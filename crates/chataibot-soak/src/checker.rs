//! Checker of the properties that must hold, whatever happened: P1 no acknowledged message is lost,
//! P2 none is shown twice, P3 the order is the same in every tab and after a reload, P4 what the
//! visitor sees is the proxy's log.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chataibot_widget::conversation::{Conversation, MessageState, SendError, SendState};
use chataibot_wire::{Entry, Event, entry::DeliveryState};

/// Invariants of one tab, checked after each change.
#[derive(Clone, Debug, Default)]
pub struct Order {
    conversation: Option<Rc<str>>,
    /// Epoch and sequence number of each message that was shown.
    shown: BTreeSet<(u32, u32)>,
}

impl Order {
    pub fn check(&mut self, state: &Conversation) -> Result<(), String> {
        if self.conversation.as_ref() != state.id() {
            *self = Self { conversation: state.id().cloned(), shown: BTreeSet::new() };
        }
        let (mut ids, mut keys, mut last, mut is_local) = (BTreeSet::new(), BTreeSet::new(), None::<(u32, u32)>, false);
        let mut shown = BTreeSet::new();
        for row in state.rows() {
            if !keys.insert(row.key) {
                return Err(format!("the key {} is given twice", row.key));
            }
            let Some(message) = row.message() else { continue };
            if message.id.as_ref().is_some_and(|id| !ids.insert(id.clone())) {
                return Err(format!("P2: {:?} is shown twice", message.id));
            }
            match message.state {
                MessageState::Local(_) => is_local = true,
                MessageState::Logged(..) if is_local => {
                    return Err("P3: a logged row stands below a local one".to_owned());
                }
                MessageState::Logged(cursor, _) => {
                    let position = (cursor.epoch, cursor.seq);
                    if last.is_some_and(|last| last >= position) {
                        return Err(format!("P3: {position:?} stands below {last:?}"));
                    }
                    last = Some(position);
                    shown.insert(position);
                }
            }
        }
        let epoch = last.map(|(epoch, _)| epoch);
        if let Some(gone) = self.shown.iter().find(|position| Some(position.0) == epoch && !shown.contains(position)) {
            return Err(format!("P1: {gone:?} was shown and is gone"));
        }
        self.shown = shown;
        Ok(())
    }
}

#[derive(Debug, Default)]
pub struct Truth {
    /// The visitor's messages: client message ids and texts; no two have the same text.
    pub sent: Vec<(Rc<str>, String)>,
    /// Those of them that the host page was told were accepted.
    pub accepted: Vec<Rc<str>>,
    pub discarded: Vec<Rc<str>>,
    pub log: Vec<Entry>,
    /// The visitor's texts as the platform processed them, in order.
    pub processed: Vec<String>,
    /// Texts that the platform sent by webhook and got a 2xx for; no two are the same.
    pub acknowledged_replies: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    /// Delivery state as the visitor sees it; only on the visitor's own messages.
    pub state: Option<DeliveryState>,
}

/// Returns the messages of a log as a visitor should see them.
pub fn logged_lines(log: &[Entry]) -> Vec<Line> {
    let mut states: BTreeMap<&str, DeliveryState> = BTreeMap::new();
    for entry in log {
        if let Event::Delivery(delivery) = &entry.event {
            states.insert(&delivery.client_message_id, delivery.state);
        }
    }
    let line = |entry: &Entry| match &entry.event {
        Event::Message(message) => {
            let id = message.client_message_id.as_deref();
            let state = id.map(|id| states.get(id).copied().unwrap_or(DeliveryState::Sending));
            Some(Line { text: message.content.to_plain(), state })
        }
        Event::Delivery(_) | Event::Status(_) | Event::Assignee(_) => None,
    };
    log.iter().filter_map(line).collect()
}

pub fn displayed_lines(state: &Conversation) -> Vec<Line> {
    let line = |message: &chataibot_widget::conversation::MessageRow| {
        let state = match message.state.send_state() {
            SendState::Queued | SendState::Sending => DeliveryState::Sending,
            SendState::Sent => DeliveryState::Sent,
            SendState::Unknown => DeliveryState::Unknown,
            SendState::Failed(SendError::Temporary | SendError::Ended) => DeliveryState::Failed,
            SendState::Failed(SendError::Refused) => DeliveryState::Refused,
        };
        Line { text: message.content().to_plain(), state: message.id.as_ref().map(|_| state) }
    };
    state.rows().iter().filter_map(|row| row.message().map(line)).collect()
}

impl Truth {
    /// Returns all violations, each with the property that it breaks.
    pub fn findings(&self) -> Vec<String> {
        let mut violations = Vec::new();
        let mut count_by_id: BTreeMap<&str, usize> = BTreeMap::new();
        let mut count_by_text: BTreeMap<String, usize> = BTreeMap::new();
        for entry in &self.log {
            if let Event::Message(message) = &entry.event {
                *count_by_text.entry(message.content.to_plain()).or_default() += 1;
                if let Some(id) = &message.client_message_id {
                    *count_by_id.entry(id).or_default() += 1;
                }
            }
        }
        for (id, text) in &self.sent {
            let is_accepted = self.accepted.contains(id);
            violations.extend(match (count_by_id.get(&**id), count_by_text.get(text)) {
                (Some(1), Some(1)) => None,
                (None, None) if self.discarded.contains(id) => None,
                (None, None) if is_accepted => Some(format!("P1: {text:?} was accepted and is lost")),
                (None, None) => Some(format!("P1: {text:?} was said and went nowhere")),
                (id, by_text) => {
                    Some(format!("P2: {text:?} is in the log {id:?} times by its id, {by_text:?} by its text"))
                }
            });
            violations.extend(match self.processed.iter().filter(|one| *one == text).count() {
                0 if is_accepted => Some(format!("P1: {text:?} was accepted and the platform never had it")),
                0 | 1 => None,
                count => Some(format!("P2: the platform got {text:?} {count} times")),
            });
        }
        for text in &self.acknowledged_replies {
            violations.extend(match count_by_text.get(text) {
                Some(1) => None,
                None => Some(format!("P1: the reply {text:?} was acknowledged and is lost")),
                Some(count) => Some(format!("P2: the reply {text:?} is in the log {count} times")),
            });
        }
        let first_gap = self.log.iter().zip(1..).find(|(entry, at)| entry.cursor.seq != *at);
        violations
            .extend(first_gap.map(|(entry, at)| format!("P3: entry {at} of the log has the cursor {}", entry.cursor)));
        violations
    }
}
