//! Leader election among the tabs of one browser: the leader holds the stream. Where tabs cannot
//! coordinate, each has its own stream. Pure.
//!
//! A Web Lock decides: its holder leads, and a closing tab passes it on. If the holder stays
//! silent, a follower queries it, then checks the log, and finally steals the lock.

use super::connection::Wanted;
use crate::conversation::ConnectionStatus;

/// A leader that sent nothing for this long is queried, in milliseconds. It forwards the stream's
/// heartbeats, 15 to 25 s apart, so two were missed. Forwarding needs no timer of the leader, which
/// in a hidden page would be up to a minute late.
const LEADER_TIMEOUT: u64 = 50_000;
/// Time a working leader has to answer.
const QUERY_TIMEOUT: u64 = 1_500;
/// Range of the random extra wait of each tab. Their time-outs then differ, so that one tab takes
/// over and the others hear of it.
const MAX_JITTER: u64 = 8_192;
/// When the visitor acts, a leader not heard for this long is queried, too.
const RECENTLY_HEARD: u64 = 5_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    /// Tabs cannot coordinate here: this one has its own connection.
    #[default]
    Alone,
    /// There is no log to read.
    Idle,
    /// The page is frozen.
    Frozen,
    /// Waits for the lock; another tab presumably leads.
    Follower { last_heard: u64, health: LeaderHealth },
    /// Holds the lock.
    Leader,
}

/// How far a follower trusts the leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeaderHealth {
    Trusted,
    /// Queried at this time, no answer yet.
    Queried(u64),
    /// Did not answer: this tab checks the log itself.
    Checking,
    /// This tab is taking the lock from it.
    Stealing,
}

/// An effect of a change of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElectionEffect {
    /// Wait for the lock, and query whether another tab leads.
    RequestLock,
    /// Release the lock or the place in its queue.
    ReleaseLock,
}

/// The role of this tab, and how far it trusts the leader.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeaderElection {
    role: Role,
    status: ConnectionStatus,
    jitter: u64,
}

impl LeaderElection {
    /// Enables coordination with other tabs.
    pub fn join(&mut self) {
        if matches!(self.role, Role::Alone | Role::Frozen) {
            self.role = Role::Idle;
        }
    }

    /// Disables coordination with other tabs. Returns whether it was enabled.
    pub fn leave(&mut self) -> bool {
        std::mem::replace(&mut self.role, Role::Alone) != Role::Alone
    }

    /// Called when the page is being frozen. Returns whether other tabs can take over.
    pub fn freeze(&mut self) -> bool {
        let shared = self.coordinates();
        if shared {
            self.role = Role::Frozen;
        }
        shared
    }

    /// Whether the page is frozen and has left the other tabs for that time.
    pub fn is_frozen(&self) -> bool {
        self.role == Role::Frozen
    }

    /// Whether tabs can coordinate.
    pub fn coordinates(&self) -> bool {
        self.role != Role::Alone
    }

    /// Whether this tab holds the stream for all tabs.
    pub fn is_leader(&self) -> bool {
        self.role == Role::Leader
    }

    /// Updates the role. `has_log`: whether there is a log to read. Returns the effect to run.
    pub fn update(&mut self, has_log: bool, now: u64, random: u32) -> Option<ElectionEffect> {
        match (self.role, has_log) {
            (Role::Idle, true) => {
                self.jitter = u64::from(random) % MAX_JITTER;
                self.role = Role::Follower { last_heard: now, health: LeaderHealth::Queried(now) };
                Some(ElectionEffect::RequestLock)
            }
            (Role::Follower { .. } | Role::Leader, false) => {
                self.role = Role::Idle;
                self.status = ConnectionStatus::Idle;
                Some(ElectionEffect::ReleaseLock)
            }
            (Role::Alone | Role::Frozen, _) | (Role::Idle, false) | (Role::Follower { .. } | Role::Leader, true) => {
                None
            }
        }
    }

    /// Called when this tab got the lock. Returns whether it still wants it.
    pub fn lock_acquired(&mut self) -> bool {
        let still_wanted = matches!(self.role, Role::Follower { .. });
        if still_wanted {
            self.role = Role::Leader;
        }
        still_wanted
    }

    /// Called when another tab took the lock away.
    pub fn lock_lost(&mut self) {
        if matches!(self.role, Role::Leader | Role::Follower { health: LeaderHealth::Stealing, .. }) {
            self.role = Role::Idle;
        }
    }

    /// Handles a message from the leader.
    pub fn heard_from_leader(&mut self, now: u64) {
        if let Role::Follower { last_heard, health } = &mut self.role {
            *last_heard = now;
            *health = LeaderHealth::Trusted;
        }
    }

    /// Called when data is missing. Returns whether to query: not while a query is unanswered.
    pub fn start_query(&mut self, now: u64) -> bool {
        self.change_health(LeaderHealth::Trusted, LeaderHealth::Queried(now))
    }

    /// As a follower, changes how far the leader is trusted. Returns whether `from` was the case.
    fn change_health(&mut self, from: LeaderHealth, to: LeaderHealth) -> bool {
        if let Role::Follower { health, .. } = &mut self.role
            && *health == from
        {
            *health = to;
            return true;
        }
        false
    }

    /// Called when the visitor acts. Returns whether to query the leader.
    pub fn visitor_acted(&mut self, now: u64) -> bool {
        self.is_leader_silent_for(RECENTLY_HEARD, now) && self.start_query(now)
    }

    /// Called when the timer fires. Returns whether to query the leader.
    pub fn ticked(&mut self, now: u64) -> bool {
        let query_timeout = self.query_timeout();
        if let Role::Follower { health, .. } = &mut self.role
            && matches!(health, LeaderHealth::Queried(at) if *at + query_timeout <= now)
        {
            *health = LeaderHealth::Checking;
        }
        self.is_leader_silent_for(self.leader_timeout(), now) && self.start_query(now)
    }

    /// Called after a check of the log. Returns whether to steal a silent leader's lock.
    pub fn log_checked(&mut self) -> bool {
        self.change_health(LeaderHealth::Checking, LeaderHealth::Stealing)
    }

    fn leader_timeout(&self) -> u64 {
        LEADER_TIMEOUT + self.jitter
    }

    fn query_timeout(&self) -> u64 {
        QUERY_TIMEOUT + self.jitter / 8
    }

    fn is_leader_silent_for(&self, time: u64, now: u64) -> bool {
        matches!(self.role, Role::Follower { last_heard, .. } if last_heard + time <= now)
    }

    /// What this tab itself should connect for.
    pub fn wanted_connection(&self, has_log: bool) -> Wanted {
        match self.role {
            Role::Alone | Role::Leader if has_log => Wanted::Stream,
            Role::Follower { health: LeaderHealth::Checking, .. } => Wanted::Check,
            Role::Alone | Role::Leader | Role::Idle | Role::Frozen | Role::Follower { .. } => Wanted::Nothing,
        }
    }

    /// Status of another tab's stream; connecting until the leader reports one.
    pub fn status(&self) -> ConnectionStatus {
        match (self.role, self.status) {
            (Role::Follower { .. }, ConnectionStatus::Idle) => ConnectionStatus::Connecting,
            (Role::Follower { .. } | Role::Frozen, status) => status,
            (Role::Alone | Role::Idle | Role::Leader, _) => ConnectionStatus::Idle,
        }
    }

    /// Sets the status of the stream as the visitor sees it, whichever tab holds it.
    pub fn set_status(&mut self, status: ConnectionStatus) {
        self.status = status;
    }

    /// Whether the visitor has seen a live stream so far, of this tab or another.
    pub fn was_live(&self) -> bool {
        self.coordinates() && self.status == ConnectionStatus::Live
    }

    /// When [`Self::ticked`] is due, monotonic.
    pub fn due(&self) -> Option<u64> {
        let Role::Follower { last_heard, health } = self.role else { return None };
        match health {
            LeaderHealth::Trusted => Some(last_heard + self.leader_timeout()),
            LeaderHealth::Queried(at) => Some(at + self.query_timeout()),
            LeaderHealth::Checking | LeaderHealth::Stealing => None,
        }
    }
}
