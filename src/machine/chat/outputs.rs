//! Derives page events, errors and values to store from what was last reported and stored.

use std::rc::Rc;

use chataibot_wire::{Author, Cursor, entry::Status, error::code};

use super::ChatMachine;
use crate::api::ApiError;
use crate::conversation::onboarding::Progress;
use crate::conversation::{Action, Conversation, OutboxMessage, Phase, SendState};
use crate::machine::effect::{ChatEffect, CoreEffect, Effect, PageEvent};
use crate::machine::tab_message::TabMessage;

/// Delay before a change that can wait is stored, in milliseconds.
pub(in crate::machine) const SAVE_DELAY: u64 = 400;
/// The delay in a follower, which stores only what no tab has stored by then.
const FOLLOWER_SAVE_DELAY: u64 = 3_000;

/// A message for developers, and whether it blocks the visitor; `None` for network errors.
pub(in crate::machine) fn describe_error(failure: &ApiError) -> Option<(&'static str, bool)> {
    Some(match failure {
        ApiError::Unavailable { .. } => ("the operator must act: see the proxy's log", true),
        ApiError::Refused { code } => ("the request was refused for good", &**code == code::CONTACT_IS_BLOCKED),
        ApiError::Busy { .. } => ("not possible for now", false),
        ApiError::Unauthorized | ApiError::Challenged => ("the visitor token was refused", false),
        ApiError::Network | ApiError::Unknown | ApiError::Ended | ApiError::NotFound => return None,
    })
}

/// State that is stored at once, because another tab or a reload must know it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct UrgentState {
    pub(super) id: Option<Rc<str>>,
    pub(super) phase: Phase,
    pub(super) starts_open: bool,
}

/// State that can be stored later.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct DeferredState {
    /// Up to where the log was read.
    cursor: Option<Cursor>,
    /// Up to where the visitor has read.
    read: Option<Cursor>,
    feedback: Rc<Vec<(Cursor, bool)>>,
}

/// State that was last ordered to be stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Saved {
    pub(super) urgent: UrgentState,
    pub(super) deferred: DeferredState,
    pub(super) outbox: Vec<Rc<OutboxMessage>>,
    pub(super) draft: Rc<str>,
    pub(super) progress: Rc<Progress>,
}

/// State that was last reported to the host page.
#[derive(Clone, Debug, Default)]
pub(super) struct Reported {
    pub(super) phase: Phase,
    pub(super) unread: u32,
    pub(super) newest_row: u32,
    pub(super) error: Option<(ErrorSource, Rc<str>)>,
    /// Messages that other tabs have settled and whose outcome the log has not reported yet.
    pub(super) settled_remotely: Vec<Rc<OutboxMessage>>,
    /// Whether an unreadable entry was reported.
    unreadable_entry: bool,
}

/// Which call an error came from: only a success of the same call clears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorSource {
    Token,
    Send,
    Log,
}

impl ChatMachine {
    /// Reports an error to the host page and the visitor, once, unless it is a plain network error.
    pub(super) fn report_error(&mut self, source: ErrorSource, failure: &ApiError) {
        let Some((message, blocks)) = describe_error(failure) else { return };
        if blocks {
            self.apply(Action::UnavailableChanged(true));
        }
        let code: Rc<str> = Rc::from(failure.code());
        let error = Some((source, code.clone()));
        if self.reported.error != error {
            self.reported.error = error;
            self.emit(PageEvent::Error { code, message: Rc::from(message) });
        }
    }

    /// Reports an unreadable entry. Only once: the same fault affects many entries.
    pub(super) fn report_unreadable_entry(&mut self) {
        if !std::mem::replace(&mut self.reported.unreadable_entry, true) {
            let message = Rc::from("an entry of the log is too long or no entry, and was left out");
            self.emit(PageEvent::Error { code: Rc::from("UNREADABLE_ENTRY"), message });
        }
    }

    /// Clears the error of a call that has now succeeded.
    pub(super) fn clear_error(&mut self, source: ErrorSource) {
        if self.reported.error.as_ref().is_some_and(|(from, _)| *from == source) {
            self.reported.error = None;
            self.apply(Action::UnavailableChanged(false));
        }
    }

    pub(super) fn emit_page_events(&mut self, before: &Rc<Conversation>) {
        let state = self.core.state.clone();
        let settled = std::mem::take(&mut self.reported.settled_remotely);
        let is_settled_remotely = |id: &Rc<str>| settled.iter().any(|pending| pending.id == *id);
        for pending in before.outbox().iter().filter(|pending| !is_settled_remotely(&pending.id)).chain(&settled) {
            let id = &pending.id;
            let now = state.message(id).map(|message| message.state.send_state());
            if !state.outbox().iter().any(|p| p.id == *id) && now == Some(SendState::Sent) {
                self.emit(PageEvent::Sent { id: id.clone(), text: pending.text.clone() });
            } else if is_settled_remotely(id) && matches!(now, Some(SendState::Queued | SendState::Sending)) {
                self.reported.settled_remotely.push(pending.clone());
            }
        }
        if state.newest_key() > self.reported.newest_row {
            let newest = std::mem::replace(&mut self.reported.newest_row, state.newest_key());
            let new = state.rows().iter().filter(|row| row.key > newest && row.is_new);
            for message in new.filter_map(|row| row.message()).filter(|m| m.author != Author::Visitor) {
                self.emit(PageEvent::Received(message.clone()));
            }
        }
        match (std::mem::replace(&mut self.reported.phase, state.phase()), state.phase()) {
            (Phase::Active, Phase::Ended) => self.emit(PageEvent::Status(Status::Closed)),
            (Phase::Ended, Phase::Active) => self.emit(PageEvent::Status(Status::Open)),
            (Phase::New | Phase::Active | Phase::Ended, _) => {}
        }
        let unread = state.unread();
        if std::mem::replace(&mut self.reported.unread, unread) != unread {
            self.emit(PageEvent::Unread(unread));
        }
    }

    /// Orders changes to be stored: at once if a tab or a reload must know, else later.
    pub(super) fn save(&mut self) {
        if !self.core.has_shown_intent || !self.core.state.has_required_consent() {
            self.core.save_due = None;
            return;
        }
        self.save_progress();
        self.save_outbox();
        let due = self.is_save_due();
        let (urgent, deferred) = (self.urgent_state(), self.deferred_state());
        let has_new_draft = *self.core.state.draft() != self.saved.draft;
        let has_own_changes = has_new_draft
            || deferred.read != self.saved.deferred.read
            || deferred.feedback != self.saved.deferred.feedback;
        let has_unsaved = has_new_draft || deferred != self.saved.deferred;
        if urgent != self.saved.urgent || (due && deferred != self.saved.deferred) {
            self.effects.push(Effect::Chat(ChatEffect::SaveConversation { expected_id: self.saved.urgent.id.clone() }));
            self.saved.urgent = urgent;
            self.saved.deferred = deferred;
        }
        if due && has_new_draft {
            self.effects.push(Effect::Core(CoreEffect::SaveDraft));
            self.saved.draft = self.core.state.draft().clone();
            if self.election.coordinates() {
                self.broadcast(TabMessage::Draft(self.saved.draft.clone()));
            }
        }
        let delay = if self.is_follower() && !has_own_changes { FOLLOWER_SAVE_DELAY } else { SAVE_DELAY };
        self.core.save_due =
            if due || !has_unsaved { None } else { self.core.save_due.or(Some(self.now.monotonic + delay)) };
    }

    /// Whether the changes that could wait are to be stored now.
    pub(super) fn is_save_due(&self) -> bool {
        self.core.save_due.is_some_and(|due| due <= self.now.monotonic)
    }

    /// Orders changed messages to be stored, and stored ones that left the outbox to be removed.
    fn save_outbox(&mut self) {
        let outbox = self.core.state.outbox();
        for pending in outbox {
            if !self.saved.outbox.iter().any(|saved| same_in_storage(saved, pending)) {
                self.effects.push(Effect::Core(CoreEffect::SaveMessage(pending.clone())));
            }
        }
        for saved in &self.saved.outbox {
            if !outbox.iter().any(|pending| pending.id == saved.id) {
                self.effects.push(Effect::Chat(ChatEffect::RemoveMessage { id: saved.id.clone(), discarded: false }));
            }
        }
        self.saved.outbox = outbox.to_vec();
    }

    /// Orders everything to be stored again, unless the visitor may have left.
    pub(super) fn save_everything(&mut self) {
        if self.may_have_missed_reset || !self.core.state.has_required_consent() {
            return;
        }
        let Some(credentials) = self.core.credentials().cloned() else { return };
        self.effects.push(Effect::Core(CoreEffect::SaveCredentials(credentials)));
        self.core.has_shown_intent |= self.core.state.id().is_some();
        self.saved = Saved::default();
        self.saved.urgent.starts_open = !self.core.starts_open;
        self.core.save_due = Some(self.now.monotonic);
    }

    pub(super) fn urgent_state(&self) -> UrgentState {
        let state = &self.core.state;
        UrgentState { id: state.id().cloned(), phase: state.phase(), starts_open: self.core.starts_open }
    }

    pub(super) fn deferred_state(&self) -> DeferredState {
        let state = &self.core.state;
        DeferredState { cursor: state.cursor(), read: state.read_cursor(), feedback: state.feedback().clone() }
    }

    /// Records that storage holds exactly the current state.
    pub(super) fn mark_saved(&mut self) {
        self.saved = Saved {
            urgent: self.urgent_state(),
            deferred: self.deferred_state(),
            outbox: self.core.state.outbox().to_vec(),
            draft: self.core.state.draft().clone(),
            progress: self.core.state.progress().clone(),
        };
    }
}

/// Whether both are the same in storage, which does not distinguish queued from in flight.
fn same_in_storage(a: &OutboxMessage, b: &OutboxMessage) -> bool {
    let is_waiting = |state| matches!(state, SendState::Queued | SendState::Sending);
    a.id == b.id
        && a.typed.is_some() == b.typed.is_some()
        && (a.state == b.state || (is_waiting(a.state) && is_waiting(b.state)))
}
