//! Leader election among the tabs of one browser: who holds the stream. Where tabs cannot
//! coordinate, each has its own. Pure.
//!
//! A Web Lock decides: its holder leads, and the browser passes it on when the leader's tab goes.
//! A leader that holds the lock but stays silent is queried, then checked against the log, and
//! finally loses the lock by stealing.

use super::connection::Wanted;
use crate::conversation::ConnectionStatus;

/// The leader passes on the stream's heartbeats, 15 to 25 s apart. After two of them unheard it is
/// asked whether it lives. It need not count them by a timer, which a hidden page gets a minute
/// late.
const QUIET: u64 = 50_000;
/// So long a living leader may take to answer.
const PATIENCE: u64 = 1_500;
/// Tabs lose their patience one after the other, so that one of them takes over and the rest hear
/// of it: spread over so long.
const SPREAD: u64 = 8_192;
/// When the visitor does something, a leader that was not heard for this long is asked, too.
const FRESH: u64 = 5_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    /// Tabs cannot coordinate here: this one has its own connection.
    #[default]
    Alone,
    /// Nothing to connect to.
    Idle,
    /// The page sleeps.
    Asleep,
    /// Waits for the lock; another tab leads, as far as is known.
    Follows { heard: u64, health: LeaderHealth },
    /// Holds the lock.
    Leads,
}

/// How far the leader is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeaderHealth {
    Trusted,
    /// It was asked at this time and has not answered yet.
    Asked(u64),
    /// It did not answer: a look at the log shows how things stand.
    Checking,
    /// The lock is being taken from it.
    Stealing,
}

/// What a change of roles asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElectionEffect {
    /// Wait for the lock, and ask whether another tab leads.
    RequestLock,
    /// Release the lock or the place in its queue.
    ReleaseLock,
}

/// The role of this tab, and how far it trusts the leader.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeaderElection {
    role: Role,
    status: ConnectionStatus,
    /// How much longer than others this tab waits.
    spread: u64,
}

impl LeaderElection {
    /// Tabs can coordinate from now on.
    pub fn join(&mut self) {
        if matches!(self.role, Role::Alone | Role::Asleep) {
            self.role = Role::Idle;
        }
    }

    /// Tabs cannot coordinate any more. Returns whether they could.
    pub fn leave(&mut self) -> bool {
        std::mem::replace(&mut self.role, Role::Alone) != Role::Alone
    }

    /// The page goes to sleep. Returns whether other tabs can take over.
    pub fn sleep(&mut self) -> bool {
        let shared = self.is_shared();
        if shared {
            self.role = Role::Asleep;
        }
        shared
    }

    /// Does the page sleep, and have the tabs parted for that time?
    #[must_use]
    pub fn is_asleep(&self) -> bool {
        self.role == Role::Asleep
    }

    /// Can tabs coordinate?
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.role != Role::Alone
    }

    /// Does this tab hold the stream for all?
    #[must_use]
    pub fn leads(&self) -> bool {
        self.role == Role::Leads
    }

    /// Is there a log to read? Says what is to be done about it. `chance` is uniform over `u32`.
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

    /// This tab holds the lock. Returns whether that is still wanted.
    pub fn lock_acquired(&mut self) -> bool {
        let stands = matches!(self.role, Role::Follows { .. });
        if stands {
            self.role = Role::Leads;
        }
        stands
    }

    /// Another tab took the lock away.
    pub fn lock_lost(&mut self) {
        if matches!(self.role, Role::Leads | Role::Follows { health: LeaderHealth::Stealing, .. }) {
            self.role = Role::Idle;
        }
    }

    /// A message of the leader came.
    pub fn heard(&mut self, now: u64) {
        if let Role::Follows { heard, health } = &mut self.role {
            *heard = now;
            *health = LeaderHealth::Trusted;
        }
    }

    /// Something is missing here. Returns whether to ask the leader; when that was done before, its
    /// answer is awaited.
    pub fn ask(&mut self, now: u64) -> bool {
        match &mut self.role {
            Role::Follows { health: health @ LeaderHealth::Trusted, .. } => {
                *health = LeaderHealth::Asked(now);
                true
            }
            Role::Alone | Role::Idle | Role::Asleep | Role::Follows { .. } | Role::Leads => false,
        }
    }

    /// The visitor did something. Returns whether to ask the leader.
    pub fn nudged(&mut self, now: u64) -> bool {
        self.is_quiet_for(FRESH, now) && self.ask(now)
    }

    /// The timer fired. Returns whether to ask the leader.
    pub fn ticked(&mut self, now: u64) -> bool {
        let patience = self.patience();
        if let Role::Follows { health, .. } = &mut self.role
            && matches!(health, LeaderHealth::Asked(at) if *at + patience <= now)
        {
            *health = LeaderHealth::Checking;
        }
        self.is_quiet_for(self.quiet(), now) && self.ask(now)
    }

    /// The log was looked at. Returns whether to take the lock away from a leader that still says
    /// nothing.
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

    /// What this tab itself is to connect.
    #[must_use]
    pub fn wants(&self, wanted: bool) -> Wanted {
        match self.role {
            Role::Alone | Role::Leads if wanted => Wanted::Stream,
            Role::Follows { health: LeaderHealth::Checking, .. } => Wanted::Check,
            Role::Alone | Role::Leads | Role::Idle | Role::Asleep | Role::Follows { .. } => Wanted::Nothing,
        }
    }

    /// What the visitor should know of the stream another tab holds; nothing is known to be wrong
    /// until somebody says so.
    #[must_use]
    pub fn status(&self) -> ConnectionStatus {
        match (self.role, self.status) {
            (Role::Follows { .. }, ConnectionStatus::Idle) => ConnectionStatus::Connecting,
            (Role::Follows { .. } | Role::Asleep, link) => link,
            (Role::Alone | Role::Idle | Role::Leads, _) => ConnectionStatus::Idle,
        }
    }

    /// What the visitor sees of the stream, whoever holds it.
    pub fn set_status(&mut self, status: ConnectionStatus) {
        self.status = status;
    }

    /// Did the visitor see a live stream so far, this tab's or another's?
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
