//! Leader election among the tabs of one browser: the leader holds the stream. Where tabs cannot
//! coordinate, each has its own stream. Pure.
//!
//! A Web Lock decides: its holder leads, and the browser passes the lock on when the leader's tab
//! closes. If the holder stays silent, a follower queries it, then checks the log, and finally
//! steals the lock.

use super::connection::Wanted;
use crate::conversation::ConnectionStatus;

/// A leader that sent nothing for this long is queried, in milliseconds. It forwards the stream's
/// heartbeats, 15 to 25 s apart, so two were missed. Forwarding needs no timer of the leader, which
/// in a hidden page would be up to a minute late.
const QUIET: u64 = 50_000;
/// Time a working leader has to answer.
const PATIENCE: u64 = 1_500;
/// Range of the random extra wait of each tab. Their time-outs then differ, so that one tab takes
/// over and the others hear of it.
const SPREAD: u64 = 8_192;
/// When the visitor acts, a leader not heard for this long is queried, too.
const FRESH: u64 = 5_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    /// Tabs cannot coordinate here: this one has its own connection.
    #[default]
    Alone,
    /// There is no log to read.
    Idle,
    /// The page is frozen.
    Asleep,
    /// Waits for the lock; another tab presumably leads.
    Follows { heard: u64, health: LeaderHealth },
    /// Holds the lock.
    Leads,
}

/// How far a follower trusts the leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeaderHealth {
    Trusted,
    /// Queried at this time, no answer yet.
    Asked(u64),
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
    /// Extra wait of this tab.
    spread: u64,
}

impl LeaderElection {
    /// Enables coordination with other tabs.
    pub fn join(&mut self) {
        if matches!(self.role, Role::Alone | Role::Asleep) {
            self.role = Role::Idle;
        }
    }

    /// Disables coordination with other tabs. Returns whether it was enabled.
    pub fn leave(&mut self) -> bool {
        std::mem::replace(&mut self.role, Role::Alone) != Role::Alone
    }

    /// Called when the page is being frozen. Returns whether other tabs can take over.
    pub fn sleep(&mut self) -> bool {
        let shared = self.is_shared();
        if shared {
            self.role = Role::Asleep;
        }
        shared
    }

    /// Whether the page is frozen and has left the other tabs for that time.
    #[must_use]
    pub fn is_asleep(&self) -> bool {
        self.role == Role::Asleep
    }

    /// Whether tabs can coordinate.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.role != Role::Alone
    }

    /// Whether this tab holds the stream for all tabs.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.role == Role::Leads
    }

    /// Updates the role. `wanted`: whether there is a log to read; `chance` is uniform over `u32`.
    /// Returns the effect to run.
    pub fn update(&mut self, wanted: bool, now: u64, chance: u32) -> Option<ElectionEffect> {
        match (self.role, wanted) {
            (Role::Idle, true) => {
                self.spread = u64::from(chance) % SPREAD;
                self.role = Role::Follows { heard: now, health: LeaderHealth::Asked(now) };
                Some(ElectionEffect::RequestLock)
            }
            (Role::Follows { .. } | Role::Leads, false) => {
                self.role = Role::Idle;
                self.status = ConnectionStatus::Idle;
                Some(ElectionEffect::ReleaseLock)
            }
            (Role::Alone | Role::Asleep, _) | (Role::Idle, false) | (Role::Follows { .. } | Role::Leads, true) => None,
        }
    }

    /// Called when this tab got the lock. Returns whether it still wants it.
    pub fn lock_acquired(&mut self) -> bool {
        let stands = matches!(self.role, Role::Follows { .. });
        if stands {
            self.role = Role::Leads;
        }
        stands
    }

    /// Called when another tab took the lock away.
    pub fn lock_lost(&mut self) {
        if matches!(self.role, Role::Leads | Role::Follows { health: LeaderHealth::Stealing, .. }) {
            self.role = Role::Idle;
        }
    }

    /// Handles a message from the leader.
    pub fn heard(&mut self, now: u64) {
        if let Role::Follows { heard, health } = &mut self.role {
            *heard = now;
            *health = LeaderHealth::Trusted;
        }
    }

    /// Called when data is missing here. Returns whether to query the leader; `false` while an
    /// earlier query is unanswered.
    pub fn ask(&mut self, now: u64) -> bool {
        match &mut self.role {
            Role::Follows { health: health @ LeaderHealth::Trusted, .. } => {
                *health = LeaderHealth::Asked(now);
                true
            }
            Role::Alone | Role::Idle | Role::Asleep | Role::Follows { .. } | Role::Leads => false,
        }
    }

    /// Called when the visitor acts. Returns whether to query the leader.
    pub fn nudged(&mut self, now: u64) -> bool {
        self.is_quiet_for(FRESH, now) && self.ask(now)
    }

    /// Called when the timer fires. Returns whether to query the leader.
    pub fn ticked(&mut self, now: u64) -> bool {
        let patience = self.patience();
        if let Role::Follows { health, .. } = &mut self.role
            && matches!(health, LeaderHealth::Asked(at) if *at + patience <= now)
        {
            *health = LeaderHealth::Checking;
        }
        self.is_quiet_for(self.quiet(), now) && self.ask(now)
    }

    /// Called after a check of the log. Returns whether to steal the lock from a leader that is
    /// still silent.
    pub fn checked(&mut self) -> bool {
        match &mut self.role {
            Role::Follows { health: health @ LeaderHealth::Checking, .. } => {
                *health = LeaderHealth::Stealing;
                true
            }
            Role::Alone | Role::Idle | Role::Asleep | Role::Follows { .. } | Role::Leads => false,
        }
    }

    fn quiet(&self) -> u64 {
        QUIET + self.spread
    }

    fn patience(&self) -> u64 {
        PATIENCE + self.spread / 8
    }

    fn is_quiet_for(&self, time: u64, now: u64) -> bool {
        matches!(self.role, Role::Follows { heard, .. } if heard + time <= now)
    }

    /// What this tab itself should connect for.
    #[must_use]
    pub fn wants(&self, wanted: bool) -> Wanted {
        match self.role {
            Role::Alone | Role::Leads if wanted => Wanted::Stream,
            Role::Follows { health: LeaderHealth::Checking, .. } => Wanted::Check,
            Role::Alone | Role::Leads | Role::Idle | Role::Asleep | Role::Follows { .. } => Wanted::Nothing,
        }
    }

    /// Status of another tab's stream, to show the visitor: connecting until the leader reports
    /// one.
    #[must_use]
    pub fn status(&self) -> ConnectionStatus {
        match (self.role, self.status) {
            (Role::Follows { .. }, ConnectionStatus::Idle) => ConnectionStatus::Connecting,
            (Role::Follows { .. } | Role::Asleep, link) => link,
            (Role::Alone | Role::Idle | Role::Leads, _) => ConnectionStatus::Idle,
        }
    }

    /// Sets the status of the stream as the visitor sees it, whichever tab holds it.
    pub fn set_status(&mut self, status: ConnectionStatus) {
        self.status = status;
    }

    /// Whether the visitor has seen a live stream so far, of this tab or another.
    #[must_use]
    pub fn was_live(&self) -> bool {
        self.is_shared() && self.status == ConnectionStatus::Live
    }

    /// When [`Self::ticked`] is due, monotonic.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        match self.role {
            Role::Follows { heard, health: LeaderHealth::Trusted } => Some(heard + self.quiet()),
            Role::Follows { health: LeaderHealth::Asked(at), .. } => Some(at + self.patience()),
            Role::Follows { health: LeaderHealth::Checking | LeaderHealth::Stealing, .. }
            | Role::Alone
            | Role::Idle
            | Role::Asleep
            | Role::Leads => None,
        }
    }
}
