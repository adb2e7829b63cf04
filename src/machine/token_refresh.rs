//! Keeps the visitor token valid: renews it when a request needs it and it is about to expire,
//! after a 401, and after sleep. Pure.

use std::rc::Rc;

use super::effect::{CoreEffect, Effect};
use super::input::Now;
use crate::api::backoff::{delay, server_wait};
use crate::api::{ApiError, Credentials};

/// A token with less time left than this is not used even if it cannot be renewed. In milliseconds.
const MIN_REMAINING: u64 = 5_000;
/// Wait between token requests while only the operator can fix the error, in milliseconds.
const OPERATOR_PAUSE: u64 = 60_000;

/// The visitor's credentials, and when they are renewed.
#[derive(Clone, Debug, Default)]
pub struct TokenRefresh {
    credentials: Option<Rc<Credentials>>,
    /// When the token expires, monotonic: the wall clock may be set at any time.
    expires_at: u64,
    is_requesting: bool,
    failures: u32,
    not_before: u64,
    /// The earliest retry, even if the visitor acts: the proxy asked for this wait.
    earliest_retry: u64,
    /// Whether the pending answer belongs to a visitor who was forgotten.
    is_answer_stale: bool,
    refused_renewal: Option<Rc<str>>,
    /// Tokens that got a 401 before their end, in a row.
    rejections: u32,
}

impl TokenRefresh {
    /// The visitor's credentials, whether or not the token is valid.
    pub fn credentials(&self) -> Option<&Rc<Credentials>> {
        self.credentials.as_ref()
    }

    /// The credentials, if their token can be used now.
    pub fn usable(&self, now: u64) -> Option<&Rc<Credentials>> {
        let min_remaining = if self.failures > 0 { MIN_REMAINING } else { u64::MAX };
        self.credentials
            .as_ref()
            .filter(|credentials| self.expires_at > now + credentials.renew_before().min(min_remaining))
    }

    pub fn adopt(&mut self, credentials: Rc<Credentials>, now: Now) {
        self.expires_at = now.monotonic + credentials.remaining(now.unix);
        self.credentials = Some(credentials);
        self.failures = 0;
        self.refused_renewal = None;
        self.is_requesting = false;
    }

    /// Marks the token as expired: it is about to end, or the page was asleep.
    pub fn expire(&mut self) {
        self.expires_at = 0;
    }

    pub fn rejected(&mut self, token: &str, watched: bool, now: Now) {
        if self.credentials.as_ref().is_some_and(|credentials| credentials.token == token) {
            self.expires_at = 0;
            self.rejections += 1;
            if self.rejections > 1 {
                // A new token did not help either, so the next request waits, to avoid a loop.
                self.not_before = now.monotonic + delay(self.rejections, watched, now.random, None);
            }
        }
    }

    pub fn accepted(&mut self) {
        self.rejections = 0;
    }

    /// Handles a failed token request. After a refused renewal, a new visitor begins.
    pub fn failed(&mut self, failure: &ApiError, watched: bool, now: Now) {
        self.is_requesting = false;
        if *failure == ApiError::Unauthorized
            && self.refused_renewal.is_none()
            && let Some(credentials) = &self.credentials
        {
            self.refused_renewal = Some(Rc::from(credentials.renewal.as_str()));
            self.expires_at = 0;
            return;
        }
        self.failures += 1;
        let needs_operator = matches!(failure, ApiError::Unavailable { .. } | ApiError::Refused { .. });
        let from = now.monotonic + if needs_operator { OPERATOR_PAUSE } else { 0 };
        self.earliest_retry = from + server_wait(failure.retry_after());
        self.not_before = from + delay(self.failures, watched, now.random, failure.retry_after());
    }

    /// Returns the request for a token, unless one is valid or pending or it is too early.
    pub fn authorize(&mut self, now: u64) -> Option<Effect> {
        let is_valid =
            self.credentials.as_ref().is_some_and(|credentials| self.expires_at > now + credentials.renew_before());
        if is_valid || self.is_requesting || now < self.not_before {
            return None;
        }
        self.is_requesting = true;
        Some(Effect::Core(CoreEffect::Authorize {
            held: self.credentials.clone(),
            refused: self.refused_renewal.clone(),
        }))
    }

    /// Ends the back-off, but not the wait that the proxy asked for.
    pub fn retry_now(&mut self) {
        if self.failures > 0 && self.rejections < 2 {
            self.not_before = self.not_before.min(self.earliest_retry);
        }
    }

    /// Forgets the visitor, and the pending answer for them.
    pub fn forget(&mut self) {
        *self = Self { is_requesting: self.is_requesting, is_answer_stale: self.is_requesting, ..Self::default() };
    }

    /// Whether this token answer is for a visitor who has been forgotten since. Clears the flag.
    pub fn take_stale_answer(&mut self) -> bool {
        if self.is_answer_stale {
            self.is_requesting = false;
        }
        std::mem::take(&mut self.is_answer_stale)
    }

    /// When [`Self::authorize`] may be called again, monotonic.
    pub fn due(&self) -> Option<u64> {
        (!self.is_requesting).then_some(self.not_before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_lives_shorter_than_a_minute_is_used_and_not_renewed_for_ever() {
        let credentials = Credentials {
            visitor: "v".into(),
            token: "short".into(),
            renewal: "secret".into(),
            from: 0,
            until: 30_000,
            uploads: None,
            typed: false,
        };
        let mut refresh = TokenRefresh::default();
        refresh.adopt(Rc::new(credentials), Now { monotonic: 0, unix: 0, random: 0 });
        assert!(refresh.usable(0).is_some());
        assert!(refresh.authorize(19_999).is_none(), "it is good still");
        assert!(refresh.authorize(20_000).is_some(), "its last third is for the renewal");
        refresh.failed(&ApiError::Network, true, Now { monotonic: 20_000, unix: 20_000, random: 0 });
        assert!(refresh.usable(24_999).is_some(), "used while no better one can be had");
        assert!(refresh.usable(25_000).is_none());
    }
}
