//! The client: every decision of a running widget, pure. Facts go in, effects come out; the rim carries them out.
//!
//! It owns no socket, no clock, no storage and no chance, so a test can drive it through years of faults in milliseconds.

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
    connection::{Connection, ConnectionEvent, Context},
    effect::{Effect, PageEvent},
    input::{Frame, Input, Now},
    leader_election::LeaderElection,
    log_reader::{LogReader, ReadResult},
    send_queue::{SendOutcome, SendQueue},
    storage_schema::{StoredConversation, StoredSession},
    token_refresh::TokenRefresh,
};
use crate::{
    api::{ApiError, Credentials},
    conversation::{Action, Conversation, OutboxMessage, Phase, SendState},
};
use chataibot_wire::{Cursor, error::code};

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub struct ChatMachine {
    state: Rc<Conversation>,
    token_refresh: TokenRefresh,
    send_queue: SendQueue,
    connection: Connection,
    log_reader: LogReader,
    /// Replies come by stream or poll.
    listens: bool,
    /// Did the visitor show intent? Before that nothing is connected, fetched or stored.
    awake: bool,
    /// Whose conversation it is.
    owner: Option<String>,
    /// The token of the current call to the log.
    connection_token: Rc<str>,
    saved: Saved,
    reported: Reported,
    /// Who holds the stream, when it is not each tab for itself.
    election: LeaderElection,
    synced: Synced,
    /// Was the window opened or closed last, in whichever tab? New tabs begin so.
    opens: bool,
    /// When the composer was written in, monotonic; an empty one does not count.
    wrote: Option<u64>,
    /// The page of the log that is asked for: what stands before here.
    page: Option<Cursor>,
    /// The token it is asked for with.
    page_token: Rc<str>,
    save_due: Option<u64>,
    /// The page has slept, and may have missed that the visitor is to be forgotten: the proxy knows.
    doubted: bool,
    /// Whether the input that is being heard has changed the conversation.
    changed: bool,
}

impl ChatMachine {
    /// A client that was told nothing yet. `listens` unless replies are the page's own affair.
    #[must_use]
    pub fn new(listens: bool) -> Self {
        Self { listens, ..Self::default() }
    }

    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> &Rc<Conversation> {
        &self.state
    }

    /// The visitor, once there is one.
    #[must_use]
    pub fn credentials(&self) -> Option<&Rc<Credentials>> {
        self.token_refresh.credentials()
    }

    /// The conversation as it is to be stored.
    #[must_use]
    pub fn to_store(&self) -> StoredConversation {
        let visitor = self.token_refresh.credentials().map(|credentials| credentials.visitor.as_str());
        StoredConversation::of(&self.state, visitor, self.opens)
    }

    /// Is this call to the log still the current one?
    #[must_use]
    pub fn is_current(&self, generation: u32) -> bool {
        self.connection.is_current(generation)
    }

    /// Handles an input and adds to `effects` what is to be done about it. Returns whether the conversation changed.
    pub fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) -> bool {
        let before = self.state.clone();
        self.changed = false;
        // What is stored again because of this is not looked for once more.
        let checked = matches!(input, Input::StorageCleared);
        self.dispatch(input, now, effects);
        self.advance(now, effects);
        if self.changed {
            self.emit_page_events(&before, effects);
        } else {
            self.state = before;
        }
        self.sync_tabs(effects);
        let before = effects.len();
        let due = self.save_due.is_some_and(|due| due <= now.monotonic);
        self.save(now, effects);
        if (due || effects.len() > before) && !checked && self.token_refresh.credentials().is_some() {
            effects.push(Effect::CheckStorage);
        }
        self.changed
    }

    fn dispatch(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) {
        match input {
            Input::Loaded(found) => self.load(*found, now, effects),
            Input::Said { id, text, typed } => self.say(id, text, typed, now, effects),
            Input::RetryAsked { id, new_id } => self.retry(&id, new_id, now, effects),
            Input::DiscardAsked { id } => self.discard(id, effects),
            Input::Drafted(draft) => self.draft(draft, now),
            Input::Opened => self.open(now, effects),
            Input::Closed => self.close(effects),
            Input::RequirementsSet(gate) => self.apply(Action::RequirementsSet(gate)),
            Input::Stepped(step) => self.step(step, now, effects),
            Input::ReadAll => self.apply(Action::Read { up_to: None }),
            Input::EarlierAsked => self.apply(Action::EarlierAsked),
            Input::Rated { key, helpful } => self.rate(key, helpful, effects),
            Input::EndAsked => self.apply(Action::Ended),
            Input::RestartAsked => self.leave(effects),
            Input::ResetAsked => self.reset(effects),

            Input::TokenAnswered(result) => self.token_answered(result, now, effects),
            Input::StartAnswered { id, result } => {
                if self.send_queue.in_flight() == Some(&id) {
                    match result {
                        Ok(conversation) => {
                            self.owner =
                                self.token_refresh.credentials().map(|credentials| credentials.visitor.clone());
                            self.apply(Action::Started { conversation: conversation.clone() });
                            self.accepted(id, now);
                            effects.push(Effect::Emit(PageEvent::Started { conversation }));
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
                self.saved.progress = self.state.progress().clone();
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
                self.save_due = Some(now.monotonic);
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
        self.changed |= Rc::make_mut(&mut self.state).apply(action);
    }

    fn settle_reader(&mut self) {
        self.changed |= self.log_reader.settle(Rc::make_mut(&mut self.state));
    }

    fn load(&mut self, found: StoredSession, now: Now, effects: &mut Vec<Effect>) {
        if found.shared && self.listens {
            self.election.join();
            effects.push(Effect::JoinTabs);
        }
        let visitor = found.credentials.as_ref().map(|credentials| credentials.visitor.clone());
        if let Some(credentials) = found.credentials {
            self.token_refresh.adopt(Rc::new(credentials), now);
        }
        if let Some(stored) = found.conversation {
            let open = stored.open;
            self.opens = open;
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
        self.awake = self.state.window_open() || self.state.phase() == Phase::Active || !self.state.outbox().is_empty();
        self.mark_saved();
        // What the log has settled meanwhile is not taken up again: its copy in storage goes.
        self.saved.outbox = stored;
        self.reported.phase = self.state.phase();
    }

    /// Sets everything in motion that can be: the connection, the token, the next message, the next call.
    fn advance(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.drop_settled_flight();
        self.connect(now, effects);
        let now = now.monotonic;
        if self.needs_token(now) {
            effects.extend(self.token_refresh.authorize(now));
        }
        if let Some(credentials) = self.token_refresh.ready(now).cloned() {
            if self.send_queue.is_free(now)
                && let Some(message) = self.state.next_to_send().cloned()
            {
                self.send_queue.began(message.id.clone(), &credentials.token);
                self.apply(Action::SendBegan { id: message.id.clone() });
                let credentials = credentials.clone();
                effects.push(match self.state.id() {
                    Some(conversation) => Effect::Send { message, conversation: conversation.clone(), credentials },
                    None => Effect::Start { message, credentials },
                });
            }
            if let (Some((generation, attempt)), Some(conversation)) =
                (self.connection.next_attempt(now), self.state.id().cloned())
            {
                let after = self.log_reader.begin(&self.state, now);
                self.connection_token = Rc::from(credentials.token.as_str());
                effects.push(Effect::Connect {
                    generation,
                    attempt,
                    conversation,
                    after,
                    credentials: credentials.clone(),
                });
            }
            self.ask_for_page(&credentials, effects);
        }
        self.apply(Action::ConnectionChanged(self.status()));
    }

    fn needs_token(&self, now: u64) -> bool {
        let to_send = self.state.next_to_send().is_some() && self.send_queue.is_free(now);
        // An opened window will need one soon: the first message should not wait for it.
        let soon = self.awake
            && self.state.may_call()
            && self.state.window_open()
            && self.token_refresh.credentials().is_none();
        to_send || self.connection.wants_attempt(now) || self.wants_page() || soon
    }

    /// When the log, or another tab, has settled the message on its way, its own answer is not waited for.
    fn drop_settled_flight(&mut self) {
        if let Some(id) = self.send_queue.in_flight() {
            let on_its_way = |p: &Rc<OutboxMessage>| p.id == *id && p.state == SendState::Sending;
            if !self.state.outbox().iter().any(on_its_way) {
                self.send_queue.done();
            }
        }
    }

    fn token_answered(&mut self, result: Result<Rc<Credentials>, ApiError>, now: Now, effects: &mut Vec<Effect>) {
        if self.token_refresh.is_stale() {
            return;
        }
        match result {
            Ok(credentials) => {
                self.adopt(credentials.clone(), now, effects);
                // What the site offers is told with it.
                self.changed = true;
                effects.extend([Effect::SaveCredentials(credentials), Effect::CheckStorage]);
                self.clear_error(ErrorSource::Token);
            }
            Err(failure) => {
                self.token_refresh.failed(&failure, self.state.is_watched(), now);
                self.report_error(ErrorSource::Token, &failure, effects);
            }
        }
    }

    fn accepted(&mut self, id: Rc<str>, now: Now) {
        if self.send_queue.in_flight() == Some(&id) {
            self.send_queue.done();
        }
        self.token_refresh.accepted();
        self.apply(Action::SendAccepted { id, now: now.monotonic });
        self.clear_error(ErrorSource::Send);
    }

    fn send_failed(&mut self, failure: &ApiError, starts: bool, now: Now, effects: &mut Vec<Effect>) {
        // Not what is said may be wrong with it, but its form, or that forms are not taken any more.
        if matches!(failure, ApiError::Refused { code } if **code == *code::BAD_REQUEST)
            && let Some(id) = self.send_queue.in_flight().cloned()
            && Rc::make_mut(&mut self.state).apply(Action::FormRefused { id })
        {
            self.changed = true;
            return self.send_queue.done();
        }
        let watched = self.state.is_watched();
        let Some(verdict) = self.send_queue.failed(failure, starts, watched, now) else { return };
        match verdict {
            SendOutcome::Apply(action) => self.apply(action),
            SendOutcome::Unauthorized(action) => {
                let token = String::from(self.send_queue.token());
                self.token_refresh.rejected(&token, watched, now);
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
        self.token_refresh.accepted();
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
        self.token_refresh.accepted();
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
        let state = Rc::make_mut(&mut self.state);
        let (course, changed) = self.log_reader.read(frames, now.monotonic, state);
        self.changed |= changed;
        if self.log_reader.take_missed() {
            self.report_missed(effects);
        }
        match course {
            ReadResult::Continue => {}
            ReadResult::Broken => self.handle_connection(ConnectionEvent::Failed { retry_after: None }, now, effects),
            ReadResult::Reauth => {
                self.token_refresh.expire();
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
                self.token_refresh.rejected(&token, self.state.is_watched(), now);
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
        let at = Context { now: now.monotonic, random: now.random, watched: self.state.is_watched() };
        if self.connection.handle(event, at) {
            self.log_reader.cut();
            effects.push(Effect::Disconnect);
        }
    }

    /// Now would be a good time to be connected.
    fn nudge(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.retry_now(now);
        self.handle_connection(ConnectionEvent::Nudged, now, effects);
        self.query_leader(now, effects);
    }

    fn retry_now(&mut self, now: Now) {
        self.token_refresh.retry_now();
        self.send_queue.retry_now(now.monotonic);
    }

    /// When [`Input::Ticked`] is due, monotonic. What cannot go on without something else is not waited for.
    #[must_use]
    pub fn due(&self, now: u64) -> Option<u64> {
        let token = if self.needs_token(now) { self.token_refresh.due() } else { None };
        let line = if self.connection.wants_attempt(now) { None } else { self.connection.due() };
        let send = if self.state.next_to_send().is_some() && !self.send_queue.is_free(now) {
            self.send_queue.due()
        } else {
            None
        };
        let others = [self.log_reader.due(), self.election.due(), self.state.typing_until(), self.save_due];
        [token, line, send].into_iter().chain(others).flatten().min()
    }
}
