//! The chat machine: every decision once something was said. A pure state machine put together from smaller ones; inputs go in,
//! effects come out, and the runtime runs them.
//!
//! It owns no socket, clock, storage or random numbers, so tests drive it through years of faults in milliseconds.

mod onboarding;
pub(super) mod outputs;
mod pagination;
mod promote;
mod remote_changes;
mod tab_sync;
mod user_actions;

use std::rc::Rc;

use outputs::{ErrorSource, Reported, Saved};
use tab_sync::Synced;

use super::{
    ChatLogic, Core,
    connection::{Connection, ConnectionEvent, Context},
    effect::{ChatEffect, CoreEffect, Effect, PageEvent},
    input::{Frame, Input, Now},
    leader_election::LeaderElection,
    log_reader::{LogReader, ReadResult},
    send_queue::{SendOutcome, SendQueue},
    storage_schema::{StoredConversation, StoredSession},
};
use crate::{
    api::{ApiError, Credentials},
    conversation::{Action, OutboxMessage, Phase, SendState},
};
use chataibot_wire::{Cursor, error::code};

/// The machine once something was said.
#[derive(Clone, Debug, Default)]
pub struct ChatMachine {
    core: Core,
    send_queue: SendQueue,
    connection: Connection,
    log_reader: LogReader,
    /// Who holds the stream, when it is not each tab for itself.
    election: LeaderElection,
    /// Whose conversation it is.
    owner: Option<String>,
    /// The token of the current request to the log.
    connection_token: Rc<str>,
    /// The page of the log that is asked for: what comes before here.
    page: Option<Cursor>,
    /// The token it is asked for with.
    page_token: Rc<str>,
    saved: Saved,
    reported: Reported,
    synced: Synced,
    /// The page has slept, and may have missed that the visitor is to be forgotten: the proxy knows.
    doubted: bool,
    /// Has the input that is being handled changed the conversation?
    changed: bool,
}

impl ChatLogic for ChatMachine {
    fn core(&self) -> &Core {
        &self.core
    }

    fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> bool {
        let before = self.core.state.clone();
        self.changed = false;
        // What is stored again because of this is not looked for once more.
        let checked = matches!(input, Input::StorageCleared);
        self.dispatch(input, now, effects);
        self.advance(now, effects);
        if self.changed {
            self.emit_page_events(&before, effects);
        } else {
            self.core.state = before;
        }
        self.sync_tabs(effects);
        let before = effects.len();
        let due = self.core.save_due.is_some_and(|due| due <= now.monotonic);
        self.save(now, effects);
        if (due || effects.len() > before) && !checked && self.core.token_refresh.credentials().is_some() {
            effects.push(Effect::Chat(ChatEffect::CheckStorage));
        }
        self.changed
    }

    fn to_store(&self) -> StoredConversation {
        let visitor = self.core.token_refresh.credentials().map(|credentials| credentials.visitor.as_str());
        StoredConversation::of(&self.core.state, visitor, self.core.opens)
    }

    fn due(&self, now: u64) -> Option<u64> {
        let token = if self.needs_token(now) { self.core.token_refresh.due() } else { None };
        let line = if self.connection.wants_attempt(now) { None } else { self.connection.due() };
        let send = if self.core.state.next_to_send().is_some() && !self.send_queue.is_free(now) {
            self.send_queue.due()
        } else {
            None
        };
        let others = [self.log_reader.due(), self.election.due(), self.core.state.typing_until(), self.core.save_due];
        [token, line, send].into_iter().chain(others).flatten().min()
    }
}

impl ChatMachine {
    /// A machine without any input yet. `listens` unless the host page receives replies itself.
    #[must_use]
    pub fn new(listens: bool) -> Self {
        Self { core: Core { listens, ..Core::default() }, ..Self::default() }
    }

    /// Is this call to the log still the current one?
    #[must_use]
    pub fn is_current(&self, generation: u32) -> bool {
        self.connection.is_current(generation)
    }

    fn dispatch(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) {
        match input {
            Input::Loaded(found) => self.load(*found, now, effects),
            Input::User(action, new_id) => self.user_action(action, new_id, now, effects),
            Input::RequirementsSet(requirements) => self.apply(Action::RequirementsSet(requirements)),

            Input::TokenAnswered(result) => self.token_answered(result, now, effects),
            Input::StartAnswered { id, result } => {
                if self.send_queue.in_flight() == Some(&id) {
                    match result {
                        Ok(conversation) => {
                            self.owner =
                                self.core.token_refresh.credentials().map(|credentials| credentials.visitor.clone());
                            self.apply(Action::Started { conversation: conversation.clone() });
                            self.accepted(id, now);
                            effects.push(Effect::Core(CoreEffect::Emit(PageEvent::Started { conversation })));
                        }
                        Err(failure) => self.send_failed(&failure, true, now, effects),
                    }
                }
            }
            Input::SendAnswered { id, result } => match result {
                Ok(()) => self.accepted(id, now),
                Err(failure) if self.send_queue.in_flight() == Some(&id) => {
                    self.send_failed(&failure, false, now, effects);
                }
                Err(_) => {}
            },
            Input::SettledRemotely { id } => self.settled_remotely(id, now),

            Input::StreamOpened { generation } => {
                self.connection_event(generation, ConnectionEvent::Opened, now, effects)
            }
            Input::StreamFrames { generation, frames } => self.streamed(generation, frames, now, effects),
            Input::StreamEnded { generation } => {
                self.connection_event(generation, ConnectionEvent::Ended { expected: false }, now, effects);
            }
            Input::LogFailed { generation, failure } => self.log_failed(generation, &failure, now, effects),
            Input::Polled { generation, frames } => self.polled(generation, frames, now, effects),

            Input::PageAnswered { before, result } => self.page_answered(before, result, now),

            Input::LockAcquired => self.lock_acquired(),
            Input::LockLost => self.election.lock_lost(),
            Input::TabsUnavailable => self.leave_tabs(effects),
            Input::TabMessage(word) => self.tab_message(word, now, effects),
            Input::RemoteConversation(stored) => self.remote_conversation(stored, effects),
            Input::RemoteVisitor(credentials) => self.remote_visitor(credentials, now, effects),
            Input::RemoteOutbox { id, stored } => self.remote_outbox(id, stored, now),
            Input::RemoteProgress(passed) => {
                self.apply(Action::ProgressChanged(passed));
                self.saved.progress = self.core.state.progress().clone();
            }
            Input::StorageCleared => self.store_again(now, effects),
            Input::StorageLost => {
                self.apply(Action::StorageLost);
                self.leave_tabs(effects);
            }

            Input::Online => {
                self.retry_now(now);
                self.handle_connection(ConnectionEvent::Online, now, effects);
            }
            Input::Offline => {
                self.send_queue.pause(now.monotonic);
                self.handle_connection(ConnectionEvent::Offline, now, effects);
            }
            Input::Shown => {
                self.apply(Action::PageShown);
                // A page that is seen does not sleep, whatever was said of it.
                if self.connection.is_frozen() {
                    self.wake(now, effects);
                } else {
                    self.nudge(now, effects);
                }
            }
            Input::Hidden => {
                self.apply(Action::PageHidden);
                self.core.save_due = Some(now.monotonic);
            }
            Input::Resumed => self.wake(now, effects),
            Input::Frozen => self.sleep(now, effects),
            Input::Ticked => {
                self.apply(Action::Ticked { now: now.monotonic });
                if self.log_reader.due().is_some_and(|due| due <= now.monotonic) {
                    self.settle_reader();
                }
                self.tick_leader(now, effects);
                self.handle_connection(ConnectionEvent::Ticked, now, effects);
            }
        }
    }

    /// Changes the state; those who hold the old one keep it.
    fn apply(&mut self, action: Action) {
        self.changed |= Rc::make_mut(&mut self.core.state).apply(action);
    }

    fn settle_reader(&mut self) {
        self.changed |= self.log_reader.settle(Rc::make_mut(&mut self.core.state));
    }

    fn load(&mut self, found: StoredSession, now: Now, effects: &mut Vec<Effect>) {
        if found.shared && self.core.listens {
            self.election.join();
            effects.push(Effect::Core(CoreEffect::JoinTabs));
        }
        let visitor = found.credentials.as_ref().map(|credentials| credentials.visitor.clone());
        if let Some(credentials) = found.credentials {
            self.core.token_refresh.adopt(Rc::new(credentials), now);
        }
        if let Some(stored) = found.conversation {
            let open = stored.open;
            self.core.opens = open;
            if visitor.is_some() && stored.visitor == visitor {
                self.owner = visitor;
                self.apply(Action::Restored(Box::new(stored.into_restored())));
            }
            if open {
                self.apply(Action::WindowOpened);
            }
        }
        if let Some(passed) = found.passed {
            self.apply(Action::ProgressChanged(passed));
        }
        let stored: Vec<Rc<OutboxMessage>> = found.outbox.iter().cloned().map(Rc::new).collect();
        self.apply(Action::OutboxFound(found.outbox));
        if let Some(draft) = found.draft {
            self.apply(Action::Drafted(draft.into()));
        }
        self.core.awake = self.core.state.window_open()
            || self.core.state.phase() == Phase::Active
            || !self.core.state.outbox().is_empty();
        self.mark_saved();
        // What the log has settled meanwhile is not taken up again: its copy in storage goes.
        self.saved.outbox = stored;
        self.reported.phase = self.core.state.phase();
    }

    /// Sets everything in motion that can be: the connection, the token, the next message, the next call.
    fn advance(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.drop_settled_flight();
        self.connect(now, effects);
        let now = now.monotonic;
        if self.needs_token(now) {
            effects.extend(self.core.token_refresh.authorize(now));
        }
        if let Some(credentials) = self.core.token_refresh.ready(now).cloned() {
            if self.send_queue.is_free(now)
                && let Some(message) = self.core.state.next_to_send().cloned()
            {
                self.send_queue.began(message.id.clone(), &credentials.token);
                self.apply(Action::SendBegan { id: message.id.clone() });
                let credentials = credentials.clone();
                effects.push(match self.core.state.id() {
                    Some(conversation) => {
                        Effect::Chat(ChatEffect::Send { message, conversation: conversation.clone(), credentials })
                    }
                    None => Effect::Chat(ChatEffect::Start { message, credentials }),
                });
            }
            if let (Some((generation, attempt)), Some(conversation)) =
                (self.connection.next_attempt(now), self.core.state.id().cloned())
            {
                let after = self.log_reader.begin(&self.core.state, now);
                self.connection_token = Rc::from(credentials.token.as_str());
                effects.push(Effect::Chat(ChatEffect::Connect {
                    generation,
                    attempt,
                    conversation,
                    after,
                    credentials: credentials.clone(),
                }));
            }
            self.ask_for_page(&credentials, effects);
        }
        self.apply(Action::ConnectionChanged(self.status()));
    }

    fn needs_token(&self, now: u64) -> bool {
        let to_send = self.core.state.next_to_send().is_some() && self.send_queue.is_free(now);
        to_send || self.connection.wants_attempt(now) || self.wants_page() || self.core.wants_token()
    }

    /// When the log, or another tab, has settled the message on its way, its own answer is not waited for.
    fn drop_settled_flight(&mut self) {
        if let Some(id) = self.send_queue.in_flight() {
            let on_its_way = |p: &Rc<OutboxMessage>| p.id == *id && p.state == SendState::Sending;
            if !self.core.state.outbox().iter().any(on_its_way) {
                self.send_queue.done();
            }
        }
    }

    fn token_answered(&mut self, result: Result<Rc<Credentials>, ApiError>, now: Now, effects: &mut Vec<Effect>) {
        if self.core.token_refresh.is_stale() {
            return;
        }
        match result {
            Ok(credentials) => {
                self.adopt(credentials.clone(), now, effects);
                // What the site offers is told with it.
                self.changed = true;
                effects.extend([
                    Effect::Core(CoreEffect::SaveCredentials(credentials)),
                    Effect::Chat(ChatEffect::CheckStorage),
                ]);
                self.clear_error(ErrorSource::Token);
            }
            Err(failure) => {
                self.core.token_refresh.failed(&failure, self.core.state.is_watched(), now);
                self.report_error(ErrorSource::Token, &failure, effects);
            }
        }
    }

    fn accepted(&mut self, id: Rc<str>, now: Now) {
        if self.send_queue.in_flight() == Some(&id) {
            self.send_queue.done();
        }
        self.core.token_refresh.accepted();
        self.apply(Action::SendAccepted { id, now: now.monotonic });
        self.clear_error(ErrorSource::Send);
    }

    fn send_failed(&mut self, failure: &ApiError, starts: bool, now: Now, effects: &mut Vec<Effect>) {
        // Not what is said may be wrong with it, but its form, or that forms are not taken any more.
        if matches!(failure, ApiError::Refused { code } if **code == *code::BAD_REQUEST)
            && let Some(id) = self.send_queue.in_flight().cloned()
            && Rc::make_mut(&mut self.core.state).apply(Action::FormRefused { id })
        {
            self.changed = true;
            return self.send_queue.done();
        }
        let watched = self.core.state.is_watched();
        let Some(verdict) = self.send_queue.failed(failure, starts, watched, now) else { return };
        match verdict {
            SendOutcome::Apply(action) => self.apply(action),
            SendOutcome::Unauthorized(action) => {
                let token = String::from(self.send_queue.token());
                self.core.token_refresh.rejected(&token, watched, now);
                self.apply(action);
            }
            SendOutcome::Ended(action) => {
                self.apply(action);
                self.apply(Action::Ended);
            }
            SendOutcome::Lost(action) => {
                self.apply(action);
                self.leave(effects);
            }
            SendOutcome::Report(action) => {
                self.apply(action);
                self.report_error(ErrorSource::Send, failure, effects);
            }
        }
    }

    fn streamed(&mut self, generation: u32, frames: Vec<Frame>, now: Now, effects: &mut Vec<Effect>) {
        if !self.connection.is_current(generation) {
            return;
        }
        self.handle_connection(ConnectionEvent::BytesReceived, now, effects);
        self.core.token_refresh.accepted();
        self.send_queue.retry_now(now.monotonic);
        self.clear_error(ErrorSource::Log);
        for frame in &frames {
            if let Frame::Retry(milliseconds) = frame {
                self.connection.set_retry(*milliseconds);
            }
        }
        self.read(frames, now, effects);
        self.forward_heartbeat(effects);
    }

    fn polled(&mut self, generation: u32, frames: Vec<Frame>, now: Now, effects: &mut Vec<Effect>) {
        if !self.connection.is_current(generation) {
            return;
        }
        self.core.token_refresh.accepted();
        self.send_queue.retry_now(now.monotonic);
        self.clear_error(ErrorSource::Log);
        let empty = frames.is_empty();
        if self.read(frames, now, effects) == ReadResult::Continue {
            self.settle_reader();
            self.handle_connection(ConnectionEvent::Polled { empty }, now, effects);
            self.checked(effects);
            self.forward_heartbeat(effects);
        }
    }

    fn read(&mut self, frames: Vec<Frame>, now: Now, effects: &mut Vec<Effect>) -> ReadResult {
        let state = Rc::make_mut(&mut self.core.state);
        let (course, changed) = self.log_reader.read(frames, now.monotonic, state);
        self.changed |= changed;
        if self.log_reader.take_missed() {
            self.report_missed(effects);
        }
        match course {
            ReadResult::Continue => {}
            ReadResult::Broken => self.handle_connection(ConnectionEvent::Failed { retry_after: None }, now, effects),
            ReadResult::Reauth => {
                self.core.token_refresh.expire();
                self.handle_connection(ConnectionEvent::Ended { expected: true }, now, effects);
            }
        }
        course
    }

    fn log_failed(&mut self, generation: u32, failure: &ApiError, now: Now, effects: &mut Vec<Effect>) {
        if !self.connection.is_current(generation) {
            return;
        }
        match failure {
            ApiError::Unauthorized | ApiError::Challenged => {
                let token = self.connection_token.clone();
                self.core.token_refresh.rejected(&token, self.core.state.is_watched(), now);
                self.handle_connection(ConnectionEvent::Unauthorized, now, effects);
            }
            ApiError::NotFound => self.leave(effects),
            ApiError::Network
            | ApiError::Busy { .. }
            | ApiError::Unknown
            | ApiError::Ended
            | ApiError::Unavailable { .. }
            | ApiError::Refused { .. } => {
                self.handle_connection(ConnectionEvent::Failed { retry_after: failure.retry_after() }, now, effects);
                self.report_error(ErrorSource::Log, failure, effects);
            }
        }
    }

    fn connection_event(&mut self, generation: u32, event: ConnectionEvent, now: Now, effects: &mut Vec<Effect>) {
        if self.connection.is_current(generation) {
            self.handle_connection(event, now, effects);
        }
    }

    fn handle_connection(&mut self, event: ConnectionEvent, now: Now, effects: &mut Vec<Effect>) {
        let at = Context { now: now.monotonic, random: now.random, watched: self.core.state.is_watched() };
        if self.connection.handle(event, at) {
            self.log_reader.cut();
            effects.push(Effect::Core(CoreEffect::Disconnect));
        }
    }

    /// Now would be a good time to be connected.
    fn nudge(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.retry_now(now);
        self.handle_connection(ConnectionEvent::Nudged, now, effects);
        self.query_leader(now, effects);
    }

    fn retry_now(&mut self, now: Now) {
        self.core.token_refresh.retry_now();
        self.send_queue.retry_now(now.monotonic);
    }
}
