//! Derives the outputs of a change by comparing the state with what was last reported and stored:
//! page events, errors, values to store.

use std::rc::Rc;

use chataibot_wire::{Author, Cursor, entry::Status, error::code};

use super::ChatMachine;
use crate::{
    api::ApiError,
    conversation::{Action, Conversation, OutboxMessage, Phase, Problem, SendState, onboarding::Progress},
    machine::{
        effect::{ChatEffect, CoreEffect, Effect, PageEvent},
        tab_message::TabMessage,
    },
};

/// Delay before a change that can wait is stored, in milliseconds.
pub(in crate::machine) const SAVE_LAZILY: u64 = 400;
/// The same in a follower: it leaves storing to the leader, which has the same data, and stores
/// only what no tab has stored by then.
const SAVE_FOLLOWING: u64 = 3_000;

/// A message for the host page's developer, and whether the error blocks the visitor; `None` for
/// plain network errors.
pub(in crate::machine) fn named(failure: &ApiError) -> Option<(&'static str, bool)> {
    Some(match failure {
        ApiError::Unavailable { .. } => ("the operator must act: see the proxy's log", true),
        ApiError::Refused { code } => ("the request was refused for good", &**code == code::CONTACT_IS_BLOCKED),
        ApiError::Busy { .. } => ("not possible for now", false),
        ApiError::Unauthorized | ApiError::Challenged => ("the visitor token was refused", false),
        ApiError::Network | ApiError::Unknown | ApiError::Ended | ApiError::NotFound => return None,
    })
}

/// State that can be stored later: up to where the log was read, up to where the visitor has read,
/// and the feedback.
pub(super) type Lazy = (Option<Cursor>, Option<Cursor>, Rc<Vec<(Cursor, bool)>>);

/// State that was last ordered to be stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Saved {
    pub(super) urgent: (Option<Rc<str>>, Phase, bool),
    pub(super) lazy: Lazy,
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
    pub(super) settled: Vec<Rc<OutboxMessage>>,
    /// Whether an unreadable entry was reported.
    missed: bool,
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
        let Some((message, blocks)) = named(failure) else { return };
        if blocks {
            self.apply(Action::ProblemChanged(Some(Problem::Unavailable)));
        }
        let code: Rc<str> = Rc::from(failure.code());
        let told = Some((source, code.clone()));
        if self.reported.error != told {
            self.reported.error = told;
            self.emit(PageEvent::Error { code, message: Rc::from(message) });
        }
    }

    /// Reports an unreadable entry of the log to the host page. Only once: the same fault affects
    /// many entries.
    pub(super) fn report_missed(&mut self) {
        if !std::mem::replace(&mut self.reported.missed, true) {
            let message = Rc::from("an entry of the log is too long or no entry, and was left out");
            self.emit(PageEvent::Error { code: Rc::from("UNREADABLE_ENTRY"), message });
        }
    }

    /// Clears the error of a call that has now succeeded.
    pub(super) fn clear_error(&mut self, source: ErrorSource) {
        if self.reported.error.as_ref().is_some_and(|(from, _)| *from == source) {
            self.reported.error = None;
            self.apply(Action::ProblemChanged(None));
        }
    }

    /// Emits page events for what changed.
    pub(super) fn emit_page_events(&mut self, before: &Rc<Conversation>) {
        let state = self.core.state.clone();
        let settled = std::mem::take(&mut self.reported.settled);
        let elsewhere = |id: &Rc<str>| settled.iter().any(|pending| pending.id == *id);
        for pending in before.outbox().iter().filter(|pending| !elsewhere(&pending.id)).chain(&settled) {
            let id = &pending.id;
            let now = state.message(id).map(|message| message.delivery.state());
            if !state.outbox().iter().any(|p| p.id == *id) && now == Some(SendState::Sent) {
                self.emit(PageEvent::Sent { id: id.clone(), text: pending.text.clone() });
            } else if elsewhere(id) && matches!(now, Some(SendState::Queued | SendState::Sending)) {
                self.reported.settled.push(pending.clone());
            }
        }
        if state.newest_key() > self.reported.newest_row {
            let newest = std::mem::replace(&mut self.reported.newest_row, state.newest_key());
            let new = state.rows().iter().filter(|row| row.key > newest && row.fresh);
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

    /// Orders changes to be stored: at once if another tab or a reload must know them, otherwise a
    /// little later.
    pub(super) fn save(&mut self) {
        if !self.core.awake || !self.core.state.may_call() {
            self.core.save_due = None;
            return;
        }
        self.save_progress();
        for pending in self.core.state.outbox() {
            if !self.saved.outbox.iter().any(|saved| same_in_storage(saved, pending)) {
                self.effects.push(Effect::Core(CoreEffect::SaveMessage(pending.clone())));
            }
        }
        for saved in &self.saved.outbox {
            if !self.core.state.outbox().iter().any(|pending| pending.id == saved.id) {
                self.effects.push(Effect::Chat(ChatEffect::RemoveMessage { id: saved.id.clone(), discarded: false }));
            }
        }
        self.saved.outbox = self.core.state.outbox().to_vec();
        let due = self.core.save_due.is_some_and(|due| due <= self.now.monotonic);
        let (urgent, lazy) = (self.urgent(), lazy(&self.core.state));
        let own =
            *self.core.state.draft() != self.saved.draft || lazy.1 != self.saved.lazy.1 || lazy.2 != self.saved.lazy.2;
        let waits = lazy != self.saved.lazy || *self.core.state.draft() != self.saved.draft;
        if urgent != self.saved.urgent || (due && lazy != self.saved.lazy) {
            self.effects.push(Effect::Chat(ChatEffect::SaveConversation { over: self.saved.urgent.0.clone() }));
            self.saved.urgent = urgent;
            self.saved.lazy = lazy;
        }
        if due && *self.core.state.draft() != self.saved.draft {
            self.effects.push(Effect::Core(CoreEffect::SaveDraft));
            self.saved.draft = self.core.state.draft().clone();
            if self.election.is_shared() {
                self.broadcast(TabMessage::Draft(self.saved.draft.clone()));
            }
        }
        let pause = if self.follows() && !own { SAVE_FOLLOWING } else { SAVE_LAZILY };
        self.core.save_due = if due || !waits { None } else { self.core.save_due.or(Some(self.now.monotonic + pause)) };
    }

    /// Orders everything known to be stored again, as if storage were empty; but not while it is
    /// unknown whether the visitor has left.
    pub(super) fn store_again(&mut self) {
        let Some(credentials) =
            self.core.token_refresh.credentials().filter(|_| !self.doubted && self.core.state.may_call())
        else {
            return;
        };
        self.effects.push(Effect::Core(CoreEffect::SaveCredentials(credentials.clone())));
        self.core.awake |= self.core.state.id().is_some();
        self.saved = Saved::default();
        self.saved.urgent.2 = !self.core.opens;
        self.core.save_due = Some(self.now.monotonic);
    }

    pub(super) fn urgent(&self) -> (Option<Rc<str>>, Phase, bool) {
        (self.core.state.id().cloned(), self.core.state.phase(), self.core.opens)
    }

    /// Records that storage holds exactly the current state.
    pub(super) fn mark_saved(&mut self) {
        self.saved = Saved {
            urgent: self.urgent(),
            lazy: lazy(&self.core.state),
            outbox: self.core.state.outbox().to_vec(),
            draft: self.core.state.draft().clone(),
            progress: self.core.state.progress().clone(),
        };
    }
}

pub(super) fn lazy(state: &Conversation) -> Lazy {
    (state.cursor(), state.read(), state.feedback().clone())
}

/// Whether both are the same in storage, which does not distinguish queued from in flight.
fn same_in_storage(a: &OutboxMessage, b: &OutboxMessage) -> bool {
    let waits = |state| matches!(state, SendState::Queued | SendState::Sending);
    a.id == b.id && a.typed.is_some() == b.typed.is_some() && (a.state == b.state || (waits(a.state) && waits(b.state)))
}
