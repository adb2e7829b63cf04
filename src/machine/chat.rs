//! The chat machine: the state machine once the visitor has said something. Pure, and composed of
//! smaller machines; inputs go in, effects come out, and the runtime runs them.
//!
//! It owns no socket, clock, storage or random numbers: tests run years in milliseconds.

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

use super::connection::{Connection, ConnectionEvent};
use super::effect::{ChatEffect, CoreEffect, Effect, PageEvent};
use super::input::{Frame, Input, Now};
use super::leader_election::LeaderElection;
use super::log_reader::{LogReader, ReadResult};
use super::send_queue::SendQueue;
use super::storage_schema::{StoredConversation, StoredSession};
use super::tab_message::TabMessage;
use super::{ChatLogic, Core};
use crate::api::{ApiError, Credentials};
use crate::conversation::{Action, OutboxMessage, Phase, SendState};
use chataibot_wire::{Cursor, error::code};

/// The state machine once the visitor has said something.
#[derive(Clone, Debug, Default)]
pub struct ChatMachine {
    core: Core,
    send_queue: SendQueue,
    connection: Connection,
    log_reader: LogReader,
    /// Which tab holds the stream, unless each has its own.
    election: LeaderElection,
    owner: Option<String>,
    /// The token of the current log request.
    connection_token: Rc<str>,
    /// The requested page of the log: the one before this cursor.
    page_before: Option<Cursor>,
    page_token: Rc<str>,
    saved: Saved,
    reported: Reported,
    synced: Synced,
    /// Whether a frozen page may have missed a reset; the next credentials clear this.
    may_have_missed_reset: bool,
    /// The clocks and the random number of the current input.
    now: Now,
    /// The effects of the current input so far.
    effects: Vec<Effect>,
    /// Whether the current input has changed the conversation.
    changed: bool,
}

impl ChatLogic for ChatMachine {
    fn core(&self) -> &Core {
        &self.core
    }

    fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> bool {
        let before = self.core.state.clone();
        (self.now, self.changed) = (now, false);
        // What is stored again in response to this input is not checked again.
        let was_cleared = matches!(input, Input::StorageCleared);
        self.dispatch(input);
        self.advance();
        if self.changed {
            self.emit_page_events(&before);
        } else {
            self.core.state = before;
        }
        self.sync_tabs();
        let old_len = self.effects.len();
        let due = self.is_save_due();
        self.save();
        if (due || self.effects.len() > old_len) && !was_cleared && self.core.token_refresh.credentials().is_some() {
            self.effects.push(Effect::Chat(ChatEffect::CheckStorage));
        }
        effects.append(&mut self.effects);
        self.changed
    }

    fn to_store(&self) -> StoredConversation {
        let visitor = self.core.token_refresh.credentials().map(|credentials| credentials.visitor.as_str());
        StoredConversation::from_state(&self.core.state, visitor, self.core.starts_open)
    }

    fn due(&self, now: u64) -> Option<u64> {
        let token = if self.needs_token(now) { self.core.token_refresh.due() } else { None };
        let connection = if self.connection.wants_attempt(now) { None } else { self.connection.due() };
        let send = if self.core.state.next_to_send().is_some() && !self.send_queue.is_free(now) {
            self.send_queue.due()
        } else {
            None
        };
        let others = [self.log_reader.due(), self.election.due(), self.core.state.typing_until(), self.core.save_due];
        [token, connection, send].into_iter().chain(others).flatten().min()
    }
}

impl ChatMachine {
    /// Creates a machine. `receives_replies`: whether it does, and not the host page.
    pub fn new(receives_replies: bool) -> Self {
        Self { core: Core { receives_replies, ..Core::default() }, ..Self::default() }
    }

    fn dispatch(&mut self, input: Input) {
        match input {
            Input::Loaded(found) => self.load(*found),
            Input::User(action, new_id) => self.user_action(action, new_id),
            Input::RequirementsSet(requirements) => self.apply(Action::RequirementsSet(requirements)),

            Input::TokenAnswered(result) => self.token_answered(result),
            Input::StartAnswered { id, result } => self.start_answered(id, result),
            Input::SendAnswered { id, result: Ok(()) } => self.send_accepted(id),
            Input::SendAnswered { id, result: Err(failure) } => {
                if self.send_queue.in_flight() == Some(&id) {
                    self.send_failed(&failure, false);
                }
            }
            Input::SettledRemotely { id } => self.settled_remotely(id),

            // The answer to a log request that is no longer wanted.
            Input::StreamOpened { generation }
            | Input::StreamFrames { generation, .. }
            | Input::StreamEnded { generation }
            | Input::LogFailed { generation, .. }
            | Input::Polled { generation, .. }
                if !self.connection.is_current(generation) => {}
            Input::StreamOpened { .. } => self.handle_connection(ConnectionEvent::Opened),
            Input::StreamFrames { frames, .. } => self.frames_received(frames),
            Input::StreamEnded { .. } => self.handle_connection(ConnectionEvent::Ended { expected: false }),
            Input::LogFailed { failure, .. } => self.log_failed(&failure),
            Input::Polled { frames, .. } => self.poll_answered(frames),

            Input::PageAnswered { before, result } => self.page_answered(before, result),

            Input::LockAcquired => self.lock_acquired(),
            Input::LockLost => self.election.lock_lost(),
            Input::TabsUnavailable => self.leave_tabs(),
            Input::TabMessage(message) => self.tab_message(message),
            Input::RemoteConversation(stored) => self.remote_conversation(stored),
            Input::RemoteVisitor(credentials) => self.remote_visitor(credentials),
            Input::RemoteOutbox { id, stored } => self.remote_outbox(id, stored),
            Input::RemoteProgress(progress) => {
                self.apply(Action::ProgressChanged(progress));
                self.saved.progress = self.core.state.progress().clone();
            }
            Input::StorageCleared => self.save_everything(),
            Input::StorageLost => {
                self.apply(Action::StorageLost);
                self.leave_tabs();
            }

            Input::Online => {
                self.retry_now();
                self.handle_connection(ConnectionEvent::Online);
            }
            Input::Offline => {
                self.send_queue.pause(self.now.monotonic);
                self.handle_connection(ConnectionEvent::Offline);
            }
            Input::Shown => {
                self.apply(Action::PageShown);
                // A visible page is not frozen, whatever the browser reported before.
                if self.connection.is_frozen() {
                    self.resume();
                } else {
                    self.retry_waiting();
                }
            }
            Input::Hidden => {
                self.apply(Action::PageHidden);
                self.core.save_due = Some(self.now.monotonic);
            }
            Input::Resumed => self.resume(),
            Input::Frozen => self.freeze(),
            Input::Ticked => {
                self.apply(Action::Ticked { now: self.now.monotonic });
                if self.log_reader.due().is_some_and(|due| due <= self.now.monotonic) {
                    self.finish_rebuild();
                }
                if self.election.ticked(self.now.monotonic) {
                    self.query_log();
                }
                self.handle_connection(ConnectionEvent::Ticked);
            }
        }
    }

    fn broadcast(&mut self, message: TabMessage) {
        self.effects.push(Effect::Core(CoreEffect::Broadcast(message)));
    }

    fn emit(&mut self, event: PageEvent) {
        self.effects.push(Effect::Core(CoreEffect::Emit(event)));
    }

    /// Changes the state; holders of the old `Rc` keep the old state.
    fn apply(&mut self, action: Action) {
        self.changed |= Rc::make_mut(&mut self.core.state).apply(action);
    }

    fn finish_rebuild(&mut self) {
        self.changed |= self.log_reader.finish_rebuild(Rc::make_mut(&mut self.core.state));
    }

    fn load(&mut self, found: StoredSession) {
        if found.can_coordinate_tabs && self.core.receives_replies {
            self.election.join();
            self.effects.push(Effect::Core(CoreEffect::JoinTabs));
        }
        let visitor = found.credentials.as_ref().map(|credentials| credentials.visitor.clone());
        if let Some(credentials) = found.credentials {
            self.core.token_refresh.adopt(Rc::new(credentials), self.now);
        }
        if let Some(stored) = found.conversation {
            let open = stored.open;
            self.core.starts_open = open;
            if visitor.is_some() && stored.visitor == visitor {
                self.owner = visitor;
                self.apply(Action::Restored(Box::new(stored.into_restored())));
            }
            if open {
                self.apply(Action::WindowOpened);
            }
        }
        if let Some(progress) = found.progress {
            self.apply(Action::ProgressChanged(progress));
        }
        let stored: Vec<Rc<OutboxMessage>> = found.outbox.iter().cloned().map(Rc::new).collect();
        self.apply(Action::OutboxFound(found.outbox));
        if let Some(draft) = found.draft {
            self.apply(Action::Drafted(draft.into()));
        }
        self.core.has_shown_intent = self.core.state.window_open()
            || self.core.state.phase() == Phase::Active
            || !self.core.state.outbox().is_empty();
        self.mark_saved();
        // What the log has settled counts as saved, so that `save` removes its stored copies.
        self.saved.outbox = stored;
        self.reported.phase = self.core.state.phase();
    }

    /// Starts what can start now: connection, token request, next send, next page request.
    fn advance(&mut self) {
        self.release_settled_send();
        self.connect();
        let now = self.now.monotonic;
        if self.needs_token(now) {
            self.effects.extend(self.core.token_refresh.authorize(now));
        }
        if let Some(credentials) = self.core.token_refresh.usable(now).cloned() {
            if self.send_queue.is_free(now)
                && let Some(message) = self.core.state.next_to_send().cloned()
            {
                self.send_queue.began(message.id.clone(), &credentials.token);
                self.apply(Action::SendBegan(message.id.clone()));
                let credentials = credentials.clone();
                self.effects.push(match self.core.state.id() {
                    Some(conversation) => {
                        Effect::Chat(ChatEffect::Send { message, conversation: conversation.clone(), credentials })
                    }
                    None => Effect::Chat(ChatEffect::Start { message, credentials }),
                });
            }
            if let (Some((generation, attempt)), Some(conversation)) =
                (self.connection.next_attempt(now), self.core.state.id().cloned())
            {
                let after = self.log_reader.begin_request(&self.core.state, now);
                self.connection_token = Rc::from(credentials.token.as_str());
                let credentials = credentials.clone();
                let request = ChatEffect::Connect { generation, attempt, conversation, after, credentials };
                self.effects.push(Effect::Chat(request));
            }
            self.ask_for_page(&credentials);
        }
        self.apply(Action::ConnectionChanged(self.status()));
    }

    fn needs_token(&self, now: u64) -> bool {
        let to_send = self.core.state.next_to_send().is_some() && self.send_queue.is_free(now);
        to_send || self.connection.wants_attempt(now) || self.wants_page() || self.core.wants_token()
    }

    /// Frees the send queue if the log or another tab has settled the message in flight.
    fn release_settled_send(&mut self) {
        if let Some(id) = self.send_queue.in_flight() {
            let is_sending = |p: &Rc<OutboxMessage>| p.id == *id && p.state == SendState::Sending;
            if !self.core.state.outbox().iter().any(is_sending) {
                self.send_queue.release();
            }
        }
    }

    fn token_answered(&mut self, result: Result<Rc<Credentials>, ApiError>) {
        if self.core.token_refresh.take_stale_answer() {
            return;
        }
        match result {
            Ok(credentials) => {
                self.adopt(credentials.clone());
                // The answer also says which features the site offers, so the views must update.
                self.changed = true;
                self.effects.extend([
                    Effect::Core(CoreEffect::SaveCredentials(credentials)),
                    Effect::Chat(ChatEffect::CheckStorage),
                ]);
                self.clear_error(ErrorSource::Token);
            }
            Err(failure) => {
                self.core.token_refresh.failed(&failure, self.core.state.is_watched(), self.now);
                self.report_error(ErrorSource::Token, &failure);
            }
        }
    }

    fn start_answered(&mut self, id: Rc<str>, result: Result<Rc<str>, ApiError>) {
        if self.send_queue.in_flight() != Some(&id) {
            return;
        }
        match result {
            Ok(conversation) => {
                self.owner = self.core.token_refresh.credentials().map(|credentials| credentials.visitor.clone());
                self.apply(Action::Started(conversation.clone()));
                self.send_accepted(id);
                self.emit(PageEvent::Started { conversation });
            }
            Err(failure) => self.send_failed(&failure, true),
        }
    }

    fn send_accepted(&mut self, id: Rc<str>) {
        if self.send_queue.in_flight() == Some(&id) {
            self.send_queue.release();
        }
        self.core.token_refresh.accepted();
        self.apply(Action::SendAccepted { id, now: self.now.monotonic });
        self.clear_error(ErrorSource::Send);
    }

    fn send_failed(&mut self, failure: &ApiError, is_start: bool) {
        // The typed form may be at fault: the message is sent again as text.
        if matches!(failure, ApiError::Refused { code } if **code == *code::BAD_REQUEST)
            && let Some(id) = self.send_queue.in_flight().cloned()
            && Rc::make_mut(&mut self.core.state).apply(Action::TypedAnswerRefused(id))
        {
            self.changed = true;
            return self.send_queue.release();
        }
        let watched = self.core.state.is_watched();
        let Some(action) = self.send_queue.failed(failure, is_start, watched, self.now) else { return };
        let has_failed = matches!(action, Action::SendFailed { .. });
        self.apply(action);
        if failure.is_unauthorized() {
            self.core.token_refresh.rejected(&self.send_queue.token, watched, self.now);
        } else if matches!(failure, ApiError::Ended) {
            self.apply(Action::Ended);
        } else if matches!(failure, ApiError::NotFound) && !is_start {
            self.leave();
        } else if has_failed {
            self.report_error(ErrorSource::Send, failure);
        }
    }

    fn frames_received(&mut self, frames: Vec<Frame>) {
        self.handle_connection(ConnectionEvent::BytesReceived);
        self.core.token_refresh.accepted();
        self.send_queue.retry_now(self.now.monotonic);
        self.clear_error(ErrorSource::Log);
        for frame in &frames {
            if let Frame::Retry(milliseconds) = frame {
                self.connection.set_retry_delay(*milliseconds);
            }
        }
        self.read(frames);
        self.forward_heartbeat();
    }

    fn poll_answered(&mut self, frames: Vec<Frame>) {
        self.core.token_refresh.accepted();
        self.send_queue.retry_now(self.now.monotonic);
        self.clear_error(ErrorSource::Log);
        let empty = frames.is_empty();
        if self.read(frames) == ReadResult::Continue {
            self.finish_rebuild();
            self.handle_connection(ConnectionEvent::Polled { empty });
            if self.election.log_checked() {
                self.effects.push(Effect::Chat(ChatEffect::RequestLock { steal: true }));
            }
            self.forward_heartbeat();
        }
    }

    fn read(&mut self, frames: Vec<Frame>) -> ReadResult {
        let state = Rc::make_mut(&mut self.core.state);
        let (result, changed) = self.log_reader.read(frames, self.now.monotonic, state);
        self.changed |= changed;
        if self.log_reader.take_skipped_unreadable() {
            self.report_unreadable_entry();
        }
        match result {
            ReadResult::Continue => {}
            ReadResult::Broken => self.handle_connection(ConnectionEvent::Failed { retry_after: None }),
            ReadResult::Reauth => {
                self.core.token_refresh.expire();
                self.handle_connection(ConnectionEvent::Ended { expected: true });
            }
        }
        result
    }

    fn log_failed(&mut self, failure: &ApiError) {
        if failure.is_unauthorized() {
            self.core.token_refresh.rejected(&self.connection_token, self.core.state.is_watched(), self.now);
            self.handle_connection(ConnectionEvent::Unauthorized);
        } else if matches!(failure, ApiError::NotFound) {
            self.leave();
        } else {
            self.handle_connection(ConnectionEvent::Failed { retry_after: failure.retry_after() });
            self.report_error(ErrorSource::Log, failure);
        }
    }

    fn handle_connection(&mut self, event: ConnectionEvent) {
        if self.connection.handle(event, self.now, self.core.state.is_watched()) {
            self.log_reader.stream_ended();
            self.effects.push(Effect::Core(CoreEffect::Disconnect));
        }
    }

    /// Retries everything that waits, because the visitor acted or the page became visible.
    fn retry_waiting(&mut self) {
        self.retry_now();
        self.handle_connection(ConnectionEvent::VisitorActed);
        if self.election.visitor_acted(self.now.monotonic) {
            self.query_log();
        }
    }

    fn retry_now(&mut self) {
        self.core.token_refresh.retry_now();
        self.send_queue.retry_now(self.now.monotonic);
    }
}
