//! Tab sync: one stream for all tabs. The leader broadcasts what it reads; followers take it in
//! and ask for what they miss.

use std::rc::Rc;

use chataibot_wire::Cursor;

use super::ChatMachine;
use crate::{
    conversation::{Action, ConnectionStatus, CursorOrder, Phase},
    machine::{
        connection::{ConnectionEvent, Wanted},
        effect::{ChatEffect, CoreEffect, Effect},
        leader_election::ElectionEffect,
        tab_message::{LogSlice, TabMessage},
    },
};

/// A composer that was written in so lately, and is seen, keeps what stands in it.
const WRITING: u64 = 10_000;

/// What other tabs were told.
#[derive(Clone, Debug, Default)]
pub(super) struct Synced {
    conversation: Option<Rc<str>>,
    cursor: Option<Cursor>,
    status: ConnectionStatus,
    read: Option<Cursor>,
}

impl ChatMachine {
    /// Connects what is to be connected here, or lets another tab do it for all.
    pub(super) fn connect(&mut self) {
        let running = match self.core.state.phase() {
            Phase::New => false,
            Phase::Active => true,
            // It may be opened again while somebody looks.
            Phase::Ended => self.core.state.window_open(),
        };
        let log = self
            .core
            .state
            .id()
            .filter(|_| self.core.awake && self.core.state.may_call() && self.core.listens && running);
        let exists = log.is_some();
        let is_sending = self.send_queue.in_flight().is_some() || self.core.state.next_to_send().is_some();
        // A conversation that is about to begin has its reader as soon as it is there.
        let begins = self.core.state.id().is_none() && self.core.listens && self.core.awake && is_sending;
        // Another conversation is another log: who reads it is found out anew.
        let other = self.synced.conversation.as_ref() != self.core.state.id();
        let left = other && self.synced.conversation.is_some();
        if left && let Some(turn) = self.election.update(false, self.now.monotonic, self.now.random) {
            self.run_election_effect(turn);
        }
        if other {
            self.synced = Synced {
                conversation: self.core.state.id().cloned(),
                cursor: self.core.state.cursor(),
                status: ConnectionStatus::Idle,
                read: self.core.state.read(),
            };
        }
        if let Some(turn) = self.election.update(exists || begins, self.now.monotonic, self.now.random) {
            self.run_election_effect(turn);
        } else if other && !left {
            self.query_log();
        }
        let wants = if exists { self.election.wants(true) } else { Wanted::Nothing };
        if self.connection.want(wants, self.election.was_live()) {
            self.log_reader.cut();
            self.effects.push(Effect::Core(CoreEffect::Disconnect));
        }
    }

    fn run_election_effect(&mut self, turn: ElectionEffect) {
        match turn {
            ElectionEffect::RequestLock => {
                self.effects.push(Effect::Chat(ChatEffect::RequestLock { steal: false }));
                self.query_log();
            }
            ElectionEffect::ReleaseLock => self.effects.push(Effect::Core(CoreEffect::ReleaseLock)),
        }
    }

    /// How the connection stands, here or in the tab that has it.
    pub(super) fn status(&self) -> ConnectionStatus {
        match self.connection.status() {
            ConnectionStatus::Idle => self.election.status(),
            own @ (ConnectionStatus::Connecting
            | ConnectionStatus::Live
            | ConnectionStatus::Reconnecting { .. }
            | ConnectionStatus::Offline) => own,
        }
    }

    /// This tab got the lock: from now on it reads the log for all tabs.
    pub(super) fn lock_acquired(&mut self) {
        if self.election.lock_acquired() {
            self.synced.cursor = self.core.state.cursor();
            // Whatever the stream's state will be in a moment, it is news.
            self.synced.status = ConnectionStatus::Idle;
        }
    }

    /// The leader should be asked, unless it was heard just now.
    pub(super) fn query_leader(&mut self) {
        if self.election.nudged(self.now.monotonic) {
            self.query_log();
        }
    }

    /// The timer fired.
    pub(super) fn tick_leader(&mut self) {
        if self.election.ticked(self.now.monotonic) {
            self.query_log();
        }
    }

    /// The log was looked at while the leader says nothing.
    pub(super) fn checked(&mut self) {
        if self.election.checked() {
            self.effects.push(Effect::Chat(ChatEffect::RequestLock { steal: true }));
        }
    }

    /// The page sleeps: the browser must be free to keep it as it is, and another tab to lead.
    pub(super) fn sleep(&mut self) {
        self.core.save_due = Some(self.now.monotonic);
        self.handle_connection(ConnectionEvent::Frozen);
        if self.election.sleep() {
            self.effects.push(Effect::Core(CoreEffect::LeaveTabs));
        }
    }

    /// The page, or the whole machine, slept.
    pub(super) fn wake(&mut self) {
        self.core.token_refresh.expire();
        self.doubted = true;
        self.retry_now();
        self.handle_connection(ConnectionEvent::Resumed);
        if self.election.is_asleep() {
            self.election.join();
            self.effects.push(Effect::Core(CoreEffect::JoinTabs));
        } else if self.election.ask(self.now.monotonic) {
            self.query_log();
        }
    }

    /// Tabs cannot coordinate any more: each has its own connection.
    pub(super) fn leave_tabs(&mut self) {
        if self.election.leave() {
            self.effects.push(Effect::Core(CoreEffect::LeaveTabs));
        }
    }

    fn query_log(&mut self) {
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

    /// A heartbeat of the stream is passed on to all tabs.
    pub(super) fn forward_heartbeat(&mut self) {
        if self.election.leads() {
            self.heartbeat();
        }
    }

    /// Tells the other tabs what is new here.
    pub(super) fn sync_tabs(&mut self) {
        if !self.election.is_shared() || self.election.is_asleep() {
            return;
        }
        if self.election.leads() {
            if self.core.state.cursor() != self.synced.cursor {
                self.forward_log(self.synced.cursor, false);
                self.synced.cursor = self.core.state.cursor();
            }
            if self.connection.status() != self.synced.status {
                self.heartbeat();
            }
        }
        let read = self.core.state.read();
        if std::mem::replace(&mut self.synced.read, read) != read
            && let (Some(cursor), Some(conversation)) = (read, self.core.state.id().cloned())
        {
            self.broadcast(TabMessage::Read { conversation, cursor });
        }
        // That this browser is offline is no news of the leader's, and over when the browser says
        // so.
        if self.connection.status() != ConnectionStatus::Offline {
            self.election.set_status(self.core.state.connection());
        }
    }

    /// Passes on what stands after this place, or all there is when it does not follow on it.
    fn forward_log(&mut self, after: Option<Cursor>, answers: bool) {
        let (Some(conversation), Some(up_to)) = (self.core.state.id().cloned(), self.core.state.cursor()) else {
            return;
        };
        let log = self.core.state.log();
        let (begin, whole) = match after {
            // A follower that knows nothing gets all there is as history: it was there before.
            None => (0, answers),
            Some(after) => {
                let follows = after.epoch == up_to.epoch && after.seq <= up_to.seq;
                let begin = log.partition_point(|entry| entry.cursor.seq <= after.seq);
                // Before the first entry there may be some that are not here.
                let follows =
                    follows && (begin > 0 || log.first().is_none_or(|first| first.cursor.seq == after.seq + 1));
                if follows { (begin, false) } else { (0, true) }
            }
        };
        self.broadcast(TabMessage::Log(LogSlice {
            conversation,
            after: after.filter(|_| !whole),
            entries: log[begin..].to_vec(),
            up_to: Some(up_to),
            whole,
            earlier: self.core.state.earlier() != crate::conversation::HistoryState::None,
        }));
    }

    /// A message of another tab came.
    pub(super) fn tab_message(&mut self, message: TabMessage) {
        if !self.election.is_shared() {
            return;
        }
        let ours = |conversation: &Rc<str>| self.core.state.id() == Some(conversation);
        match message {
            TabMessage::Query { conversation, cursor } => {
                if ours(&conversation) && self.election.leads() {
                    if cursor != self.core.state.cursor() {
                        self.forward_log(cursor, true);
                    }
                    self.heartbeat();
                }
            }
            TabMessage::Heartbeat { conversation, status, cursor } => {
                if ours(&conversation) && !self.election.leads() {
                    self.election.heard(self.now.monotonic);
                    self.election.set_status(status);
                    let behind = cursor.is_some_and(|cursor| match self.core.state.order_of(cursor) {
                        CursorOrder::Known => false,
                        CursorOrder::Next | CursorOrder::Gap => true,
                    });
                    if behind && self.election.ask(self.now.monotonic) {
                        self.query_log();
                    }
                }
            }
            TabMessage::Log(slice) => {
                if ours(&slice.conversation) && !self.election.leads() {
                    self.election.heard(self.now.monotonic);
                    self.receive_slice(slice);
                }
            }
            TabMessage::Read { conversation, cursor } => {
                if ours(&conversation) && self.core.state.cursor().is_some_and(|ours| ours.epoch == cursor.epoch) {
                    self.apply(Action::Read { up_to: Some(cursor) });
                    self.synced.read = self.core.state.read();
                }
            }
            TabMessage::Draft(draft) => {
                let writes = self.core.wrote.is_some_and(|wrote| self.now.monotonic < wrote + WRITING)
                    && self.core.state.is_watched();
                if !writes {
                    self.apply(Action::Drafted(draft.clone()));
                    self.saved.draft = draft;
                }
            }
            TabMessage::Opened(open) => {
                self.core.opens = open;
                self.saved.urgent = self.urgent();
            }
        }
    }

    fn receive_slice(&mut self, slice: LogSlice) {
        let Some(up_to) = slice.up_to else { return };
        // Where it begins, if it does not say so itself.
        let first =
            slice.entries.first().map(|entry| Cursor { seq: entry.cursor.seq.saturating_sub(1), ..entry.cursor });
        let follows = match (self.core.state.cursor(), slice.after.or(first)) {
            (None, _) => slice.after.is_none() && !slice.whole,
            (Some(ours), Some(begin)) => {
                ours.epoch == begin.epoch && ours.epoch == up_to.epoch && begin.seq <= ours.seq
            }
            (Some(_), None) => false,
        };
        if follows {
            if self.core.state.cursor().is_none() {
                self.apply(Action::EarlierKnown(slice.earlier));
            }
            for entry in slice.entries {
                if self.core.state.cursor().is_some() {
                    self.skip_to(Cursor { seq: entry.cursor.seq.saturating_sub(1), ..entry.cursor });
                }
                self.apply(Action::Received { entry, now: self.now.monotonic });
            }
            self.skip_to(up_to);
        } else if slice.whole || slice.after.is_none() {
            self.apply(Action::Rebuilt { entries: slice.entries, earlier: slice.earlier });
            self.skip_to(up_to);
        } else if self.election.ask(self.now.monotonic) {
            self.query_log();
        }
    }

    /// The leader could read no entry up to this cursor.
    fn skip_to(&mut self, up_to: Cursor) {
        while let Some(at) = self.core.state.cursor().filter(|at| at.epoch == up_to.epoch && at.seq < up_to.seq) {
            self.apply(Action::Skipped { cursor: Cursor { seq: at.seq + 1, ..at } });
        }
    }

    /// Does another tab read the log for this one?
    pub(super) fn follows(&self) -> bool {
        self.election.is_shared() && !self.election.leads() && self.election.wants(true) != Wanted::Stream
    }
}
