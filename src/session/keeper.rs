//! Keeps the visitor's token good: renewed when it is needed and nearly over, on a 401, and after sleep. Pure.

use std::rc::Rc;

use super::{fact::Moment, order::Order};
use crate::api::{
    Failure, Identity,
    backoff::{CAP, CAP_WATCHED, delay},
};

/// A token with less left than this is of no use even if no better one can be had.
const LAST_USE: u64 = 5_000;
/// When the operator must act, it is asked this seldom.
const OPERATOR_PAUSE: u64 = 60_000;

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub struct Keeper {
    identity: Option<Rc<Identity>>,
    /// Monotonic: the wall clock may be set at any time.
    ends: u64,
    asking: bool,
    failures: u32,
    not_before: u64,
    /// Before that not even an impatient visitor helps: the proxy asked for it.
    floor: u64,
    /// The answer that is on its way belongs to a visitor who was forgotten.
    stale: bool,
    refused: Option<Rc<str>>,
    /// Good tokens that got a 401, in a row.
    disliked: u32,
}

impl Keeper {
    /// Who the visitor is, good token or not.
    #[must_use]
    pub fn identity(&self) -> Option<&Rc<Identity>> {
        self.identity.as_ref()
    }

    /// The identity with a token that can be used now.
    #[must_use]
    pub fn ready(&self, now: u64) -> Option<&Rc<Identity>> {
        let last_use = if self.failures > 0 { LAST_USE } else { u64::MAX };
        self.identity.as_ref().filter(|identity| self.ends > now + identity.renew_before().min(last_use))
    }

    /// Takes an identity, from an answer or from another tab.
    pub fn adopt(&mut self, identity: Rc<Identity>, moment: Moment) {
        self.ends = moment.now + identity.left(moment.wall);
        self.identity = Some(identity);
        self.failures = 0;
        self.refused = None;
        self.asking = false;
    }

    /// The token is not to be used again: it is about to end, or the page was asleep.
    pub fn expire(&mut self) {
        self.ends = 0;
    }

    /// The proxy did not take this token.
    pub fn disliked(&mut self, token: &str, watched: bool, moment: Moment) {
        if self.identity.as_ref().is_some_and(|identity| identity.token == token) {
            self.ends = 0;
            self.disliked += 1;
            if self.disliked > 1 {
                // A new token does not help either: not in a loop.
                let cap = if watched { CAP_WATCHED } else { CAP };
                self.not_before = moment.now + delay(self.disliked, cap, moment.chance, None);
            }
        }
    }

    /// The proxy took a token.
    pub fn liked(&mut self) {
        self.disliked = 0;
    }

    /// The token call failed. A renewal secret that was refused is not used again: a new visitor begins.
    pub fn failed(&mut self, failure: &Failure, watched: bool, moment: Moment) {
        self.asking = false;
        if *failure == Failure::Unauthorized
            && self.refused.is_none()
            && let Some(identity) = &self.identity
        {
            self.refused = Some(Rc::from(identity.renewal.as_str()));
            self.ends = 0;
            return;
        }
        self.failures += 1;
        let cap = if watched { CAP_WATCHED } else { CAP };
        let pause = match failure {
            Failure::Unavailable { .. } | Failure::Refused { .. } => OPERATOR_PAUSE,
            Failure::Network
            | Failure::Unauthorized
            | Failure::Challenged
            | Failure::Busy { .. }
            | Failure::Unknown
            | Failure::Ended
            | Failure::NotFound => 0,
        };
        self.floor = moment.now + pause + delay(0, 0, 0, failure.retry_after());
        self.not_before = moment.now + pause + delay(self.failures, cap, moment.chance, failure.retry_after());
    }

    /// The order to get a good token, unless there is one, or one is being asked for, or it is too early to ask again.
    pub fn authorize(&mut self, now: u64) -> Option<Order> {
        let good = self.identity.as_ref().is_some_and(|identity| self.ends > now + identity.renew_before());
        if good || self.asking || now < self.not_before {
            return None;
        }
        self.asking = true;
        Some(Order::Authorize { held: self.identity.clone(), refused: self.refused.clone() })
    }

    /// Nobody is waiting any more: the network is back, or the page woke.
    pub fn hurry(&mut self) {
        if self.failures > 0 && self.disliked < 2 {
            self.not_before = self.not_before.min(self.floor);
        }
    }

    /// Forgets the visitor, and the answer that may still come for them.
    pub fn forget(&mut self) {
        *self = Self { asking: self.asking, stale: self.asking, ..Self::default() };
    }

    /// Is this answer of the token call for somebody who was forgotten meanwhile?
    pub fn is_stale(&mut self) -> bool {
        if self.stale {
            self.asking = false;
        }
        std::mem::take(&mut self.stale)
    }

    /// When [`Self::authorize`] may be asked again, monotonic.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        (!self.asking).then_some(self.not_before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_lives_shorter_than_a_minute_is_used_and_not_renewed_for_ever() {
        let identity = Identity {
            visitor: "v".into(),
            token: "short".into(),
            renewal: "secret".into(),
            from: 0,
            until: 30_000,
            uploads: None,
            typed: false,
        };
        let mut keeper = Keeper::default();
        keeper.adopt(Rc::new(identity), Moment { now: 0, wall: 0, chance: 0 });
        assert!(keeper.ready(0).is_some());
        assert!(keeper.authorize(19_999).is_none(), "it is good still");
        assert!(keeper.authorize(20_000).is_some(), "its last third is for the renewal");
        keeper.failed(&Failure::Network, true, Moment { now: 20_000, wall: 20_000, chance: 0 });
        assert!(keeper.ready(24_999).is_some(), "used while no better one can be had");
        assert!(keeper.ready(25_000).is_none());
    }
}
