//! Tab sync: the leader broadcasts what it reads; followers apply it and query what they miss.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::ChatMachine;
use crate::conversation::{Action, ConnectionStatus, CursorOrder, Phase};
use crate::machine::connection::{ConnectionEvent, Wanted};
use crate::machine::effect::{ChatEffect, CoreEffect, Effect};
use crate::machine::leader_election::ElectionEffect;
use crate::machine::tab_message::{LogSlice, TabMessage};

/// For this long after typing, in milliseconds, a visible composer ignores drafts of other tabs.
const RECENT_TYPING: u64 = 10_000;

/// What was last sent to other tabs.
#[derive(Clone, Debug, Default)]
pub(super) struct Synced {
    conversation: Option<Rc<str>>,
    cursor: Option<Cursor>,
    status: ConnectionStatus,
    read: Option<Cursor>,
}

impl ChatMachine {
    /// Connects what this tab's role requires, or leaves the connection to the leader.
    pub(super) fn connect(&mut self) {
        let running = match self.core.state.phase() {
            Phase::New => false,
            Phase::Active => true,
            // It may be reopened while the visitor watches.
            Phase::Ended => self.core.state.window_open(),
        };
        let may_read = self.core.receives_replies && self.core.has_shown_intent;
        let has_log = self.core.state.id().is_some() && may_read && running && self.core.state.has_required_consent();
        let is_sending = self.send_queue.in_flight().is_some() || self.core.state.next_to_send().is_some();
        // Before the start, so that the log has a reader at once.
        let will_start = self.core.state.id().is_none() && may_read && is_sending;
        // Another conversation has another log, so its reader is elected again.
        let conversation_changed = self.synced.conversation.as_ref() != self.core.state.id();
        let left_conversation = conversation_changed && self.synced.conversation.is_some();
        if left_conversation && let Some(effect) = self.election.update(false, self.now.monotonic, self.now.random) {
            self.run_election_effect(effect);
        }
        if conversation_changed {
            self.synced = Synced {
                conversation: self.core.state.id().cloned(),
                cursor: self.core.state.cursor(),
                status: ConnectionStatus::Idle,
                read: self.core.state.read_cursor(),
            };
        }
        if let Some(effect) = self.election.update(has_log || will_start, self.now.monotonic, self.now.random) {
            self.run_election_effect(effect);
        } else if conversation_changed && !left_conversation {
            self.query_log();
        }
        let wanted = if has_log { self.election.wanted_connection(true) } else { Wanted::Nothing };
        if self.connection.set_wanted(wanted, self.election.was_live()) {
            self.log_reader.stream_ended();
            self.effects.push(Effect::Core(CoreEffect::Disconnect));
        }
    }

    fn run_election_effect(&mut self, effect: ElectionEffect) {
        match effect {
            ElectionEffect::RequestLock => {
                self.effects.push(Effect::Chat(ChatEffect::RequestLock { steal: false }));
                self.query_log();
            }
            ElectionEffect::ReleaseLock => self.effects.push(Effect::Core(CoreEffect::ReleaseLock)),
        }
    }

    /// Status of the connection, here or in the leader's tab.
    pub(super) fn status(&self) -> ConnectionStatus {
        let own = self.connection.status();
        if own == ConnectionStatus::Idle { self.election.status() } else { own }
    }

    /// Called when this tab got the lock: from now on it reads the log for all tabs.
    pub(super) fn lock_acquired(&mut self) {
        if self.election.lock_acquired() {
            self.synced.cursor = self.core.state.cursor();
            // Makes the stream's next status count as a change.
            self.synced.status = ConnectionStatus::Idle;
        }
    }

    /// Releases what would keep the browser from freezing the page, or others from leading.
    pub(super) fn freeze(&mut self) {
        self.core.save_due = Some(self.now.monotonic);
        self.handle_connection(ConnectionEvent::Frozen);
        if self.election.freeze() {
            self.effects.push(Effect::Core(CoreEffect::LeaveTabs));
        }
    }

    /// Called after the page, or the whole computer, was asleep.
    pub(super) fn resume(&mut self) {
        self.core.token_refresh.expire();
        self.may_have_missed_reset = true;
        self.retry_now();
        self.handle_connection(ConnectionEvent::Resumed);
        if self.election.is_frozen() {
            self.election.join();
            self.effects.push(Effect::Core(CoreEffect::JoinTabs));
        } else if self.election.start_query(self.now.monotonic) {
            self.query_log();
        }
    }

    /// Stops coordinating with other tabs: each now has its own connection.
    pub(super) fn leave_tabs(&mut self) {
        if self.election.leave() {
            self.effects.push(Effect::Core(CoreEffect::LeaveTabs));
        }
    }

    pub(super) fn query_log(&mut self) {
        if let Some(conversation) = self.core.state.id().cloned() {
            self.broadcast(TabMessage::Query { conversation, cursor: self.core.state.cursor() });
        }
    }

    fn heartbeat(&mut self) {
        if let Some(conversation) = self.core.state.id().cloned() {
            let status = self.connection.status();
            self.synced.status = status;
            self.broadcast(TabMessage::Heartbeat { conversation, status, cursor: self.core.state.cursor() });
        }
    }

    /// Passes a heartbeat of the stream on to all tabs.
    pub(super) fn forward_heartbeat(&mut self) {
        if self.election.is_leader() {
            self.heartbeat();
        }
    }

    pub(super) fn sync_tabs(&mut self) {
        if !self.election.coordinates() || self.election.is_frozen() {
            return;
        }
        if self.election.is_leader() {
            if self.core.state.cursor() != self.synced.cursor {
                self.forward_log(self.synced.cursor, false);
                self.synced.cursor = self.core.state.cursor();
            }
            if self.connection.status() != self.synced.status {
                self.heartbeat();
            }
        }
        let read = self.core.state.read_cursor();
        if std::mem::replace(&mut self.synced.read, read) != read
            && let (Some(cursor), Some(conversation)) = (read, self.core.state.id().cloned())
        {
            self.broadcast(TabMessage::Read { conversation, cursor });
        }
        // `Offline` is this browser's status, not the leader's, and ends when the browser says so.
        if self.connection.status() != ConnectionStatus::Offline {
            self.election.set_status(self.core.state.connection());
        }
    }

    /// Broadcasts the entries after this cursor, or the whole log if they do not follow it.
    fn forward_log(&mut self, after: Option<Cursor>, is_answer: bool) {
        let (Some(conversation), Some(up_to)) = (self.core.state.id().cloned(), self.core.state.cursor()) else {
            return;
        };
        let log = self.core.state.log();
        let (begin, is_complete) = match after {
            // A follower with an empty log gets everything as history: it was there before.
            None => (0, is_answer),
            Some(after) => {
                let is_contiguous = after.epoch == up_to.epoch && after.seq <= up_to.seq;
                let begin = log.partition_point(|entry| entry.cursor.seq <= after.seq);
                // Entries before the first one may be missing here.
                let is_contiguous =
                    is_contiguous && (begin > 0 || log.first().is_none_or(|first| first.cursor.seq == after.seq + 1));
                if is_contiguous { (begin, false) } else { (0, true) }
            }
        };
        self.broadcast(TabMessage::Log(LogSlice {
            conversation,
            after: after.filter(|_| !is_complete),
            entries: log[begin..].to_vec(),
            up_to: Some(up_to),
            is_complete,
            has_earlier: self.core.state.history() != crate::conversation::HistoryState::None,
        }));
    }

    pub(super) fn tab_message(&mut self, message: TabMessage) {
        if !self.election.coordinates() {
            return;
        }
        let is_current = |conversation: &Rc<str>| self.core.state.id() == Some(conversation);
        match message {
            TabMessage::Query { conversation, cursor } => {
                if is_current(&conversation) && self.election.is_leader() {
                    if cursor != self.core.state.cursor() {
                        self.forward_log(cursor, true);
                    }
                    self.heartbeat();
                }
            }
            TabMessage::Heartbeat { conversation, status, cursor } => {
                if is_current(&conversation) && !self.election.is_leader() {
                    self.election.heard_from_leader(self.now.monotonic);
                    self.election.set_status(status);
                    let is_unread = |cursor| self.core.state.order_of(cursor) != CursorOrder::Known;
                    if cursor.is_some_and(is_unread) && self.election.start_query(self.now.monotonic) {
                        self.query_log();
                    }
                }
            }
            TabMessage::Log(slice) => {
                if is_current(&slice.conversation) && !self.election.is_leader() {
                    self.election.heard_from_leader(self.now.monotonic);
                    self.receive_slice(slice);
                }
            }
            TabMessage::Read { conversation, cursor } => {
                if is_current(&conversation) && self.core.state.cursor().is_some_and(|own| own.epoch == cursor.epoch) {
                    self.apply(Action::Read { up_to: Some(cursor) });
                    self.synced.read = self.core.state.read_cursor();
                }
            }
            TabMessage::Draft(draft) => {
                let is_typing = self.core.last_typed_at.is_some_and(|at| self.now.monotonic < at + RECENT_TYPING)
                    && self.core.state.is_watched();
                if !is_typing {
                    self.apply(Action::Drafted(draft.clone()));
                    self.saved.draft = draft;
                }
            }
            TabMessage::Opened(open) => {
                self.core.starts_open = open;
                self.saved.urgent = self.urgent_state();
            }
        }
    }

    fn receive_slice(&mut self, slice: LogSlice) {
        let Some(up_to) = slice.up_to else { return };
        // The cursor before its first entry, in case `after` is missing.
        let first =
            slice.entries.first().map(|entry| Cursor { seq: entry.cursor.seq.saturating_sub(1), ..entry.cursor });
        let is_contiguous = match (self.core.state.cursor(), slice.after.or(first)) {
            (None, _) => slice.after.is_none() && !slice.is_complete,
            (Some(own), Some(begin)) => own.epoch == begin.epoch && own.epoch == up_to.epoch && begin.seq <= own.seq,
            (Some(_), None) => false,
        };
        if is_contiguous {
            if self.core.state.cursor().is_none() {
                self.apply(Action::EarlierKnown(slice.has_earlier));
            }
            for entry in slice.entries {
                if self.core.state.cursor().is_some() {
                    self.skip_to(Cursor { seq: entry.cursor.seq.saturating_sub(1), ..entry.cursor });
                }
                self.apply(Action::Received { entry, now: self.now.monotonic });
            }
            self.skip_to(up_to);
        } else if slice.is_complete || slice.after.is_none() {
            self.apply(Action::Rebuilt { entries: slice.entries, has_earlier: slice.has_earlier });
            self.skip_to(up_to);
        } else if self.election.start_query(self.now.monotonic) {
            self.query_log();
        }
    }

    /// Skips to this cursor: the leader could read no entry up to it.
    fn skip_to(&mut self, up_to: Cursor) {
        while let Some(at) = self.core.state.cursor().filter(|at| at.epoch == up_to.epoch && at.seq < up_to.seq) {
            self.apply(Action::Skipped(Cursor { seq: at.seq + 1, ..at }));
        }
    }

    /// Whether another tab reads the log for this one.
    pub(super) fn is_follower(&self) -> bool {
        self.election.coordinates()
            && !self.election.is_leader()
            && self.election.wanted_connection(true) != Wanted::Stream
    }
}
