//! Which of a browser's tabs holds the stream: this one, another, or each its own where tabs cannot agree. Pure.
//!
//! A lock decides: whoever holds it leads. The browser gives it to the next tab when the leader goes, however it goes. A leader that
//! holds it and says nothing is asked, doubted, and in the end robbed of it.

use super::line::Wanted;
use crate::conversation::Link;

/// The leader passes on the stream's heartbeats, 15 to 25 s apart. After two of them unheard it is asked whether it lives. It need
/// not count them by a timer, which a hidden page gets a minute late.
const QUIET: u64 = 50_000;
/// So long a living leader may take to answer.
const PATIENCE: u64 = 1_500;
/// Tabs lose their patience one after the other, so that one of them takes over and the rest hear of it: spread over so long.
const SPREAD: u64 = 8_192;
/// When the visitor does something, a leader that was not heard for this long is asked, too.
const FRESH: u64 = 5_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    /// Tabs cannot agree here: this one cares for itself.
    #[default]
    Alone,
    /// Nothing to connect to.
    Idle,
    /// The page sleeps.
    Asleep,
    /// Stands in line for the lock; another tab leads, as far as is known.
    Follows { heard: u64, doubt: Doubt },
    /// Holds the lock.
    Leads,
}

/// How far the leader is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    None,
    /// It was asked at this time and has not answered yet.
    Asked(u64),
    /// It did not answer: a look at the log shows how things stand.
    Looks,
    /// The lock is being taken from it.
    Steals,
}

/// What a change of roles asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Stand in line for the lock, and ask whether somebody leads.
    Stand,
    /// Let go of the lock or of the place in its line.
    StepDown,
}

/// See the file's head.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leader {
    role: Role,
    link: Link,
    /// How much longer than others this tab waits.
    spread: u64,
}

impl Leader {
    /// Tabs can agree from now on.
    pub fn join(&mut self) {
        if matches!(self.role, Role::Alone | Role::Asleep) {
            self.role = Role::Idle;
        }
    }

    /// Tabs cannot agree any more. Returns whether they could.
    pub fn part(&mut self) -> bool {
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

    /// Can tabs agree?
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
    pub fn turn(&mut self, wanted: bool, now: u64, chance: u32) -> Option<Turn> {
        match (self.role, wanted) {
            (Role::Idle, true) => {
                self.spread = u64::from(chance) % SPREAD;
                self.role = Role::Follows { heard: now, doubt: Doubt::Asked(now) };
                Some(Turn::Stand)
            }
            (Role::Follows { .. } | Role::Leads, false) => {
                self.role = Role::Idle;
                self.link = Link::Idle;
                Some(Turn::StepDown)
            }
            (Role::Alone | Role::Asleep, _) | (Role::Idle, false) | (Role::Follows { .. } | Role::Leads, true) => None,
        }
    }

    /// This tab holds the lock. Returns whether that is still wanted.
    pub fn chosen(&mut self) -> bool {
        let stands = matches!(self.role, Role::Follows { .. });
        if stands {
            self.role = Role::Leads;
        }
        stands
    }

    /// Another tab took the lock away.
    pub fn deposed(&mut self) {
        if matches!(self.role, Role::Leads | Role::Follows { doubt: Doubt::Steals, .. }) {
            self.role = Role::Idle;
        }
    }

    /// The leader spoke.
    pub fn heard(&mut self, now: u64) {
        if let Role::Follows { heard, doubt } = &mut self.role {
            *heard = now;
            *doubt = Doubt::None;
        }
    }

    /// Something is missing here. Returns whether to ask the leader; when that was done before, its answer is awaited.
    pub fn ask(&mut self, now: u64) -> bool {
        match &mut self.role {
            Role::Follows { doubt: doubt @ Doubt::None, .. } => {
                *doubt = Doubt::Asked(now);
                true
            }
            Role::Alone | Role::Idle | Role::Asleep | Role::Follows { .. } | Role::Leads => false,
        }
    }

    /// The visitor did something. Returns whether to ask the leader.
    pub fn nudged(&mut self, now: u64) -> bool {
        self.is_quiet_for(FRESH, now) && self.ask(now)
    }

    /// Time went by. Returns whether to ask the leader.
    pub fn ticked(&mut self, now: u64) -> bool {
        let patience = self.patience();
        if let Role::Follows { doubt, .. } = &mut self.role
            && matches!(doubt, Doubt::Asked(at) if *at + patience <= now)
        {
            *doubt = Doubt::Looks;
        }
        self.is_quiet_for(self.quiet(), now) && self.ask(now)
    }

    /// The log was looked at. Returns whether to take the lock away from a leader that still says nothing.
    pub fn looked(&mut self) -> bool {
        match &mut self.role {
            Role::Follows { doubt: doubt @ Doubt::Looks, .. } => {
                *doubt = Doubt::Steals;
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
            Role::Follows { doubt: Doubt::Looks, .. } => Wanted::Look,
            Role::Alone | Role::Leads | Role::Idle | Role::Asleep | Role::Follows { .. } => Wanted::Nothing,
        }
    }

    /// What the visitor should know of the stream another tab holds; nothing is known to be wrong until somebody says so.
    #[must_use]
    pub fn link(&self) -> Link {
        match (self.role, self.link) {
            (Role::Follows { .. }, Link::Idle) => Link::Connecting,
            (Role::Follows { .. } | Role::Asleep, link) => link,
            (Role::Alone | Role::Idle | Role::Leads, _) => Link::Idle,
        }
    }

    /// What the visitor sees of the stream, whoever holds it.
    pub fn link_is(&mut self, link: Link) {
        self.link = link;
    }

    /// Did the visitor see a live stream so far, this tab's or another's?
    #[must_use]
    pub fn was_live(&self) -> bool {
        self.is_shared() && self.link == Link::Live
    }

    /// When [`Self::ticked`] is due, monotonic.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        match self.role {
            Role::Follows { heard, doubt: Doubt::None } => Some(heard + self.quiet()),
            Role::Follows { doubt: Doubt::Asked(at), .. } => Some(at + self.patience()),
            Role::Follows { doubt: Doubt::Looks | Doubt::Steals, .. }
            | Role::Alone
            | Role::Idle
            | Role::Asleep
            | Role::Leads => None,
        }
    }
}
