//! Send queue of the outbox: one message at a time, in order, with back-off; and what a failed
//! send leads to. Pure.

use std::rc::Rc;

use super::input::Now;
use crate::{
    api::{
        ApiError,
        backoff::{CAP, CAP_WATCHED, delay},
    },
    conversation::{Action, SendError},
};

/// So many "not now" answers in a row, and the visitor is asked whether to try again.
const PATIENCE: u32 = 5;

/// The message in flight, and when the next one may go.
#[derive(Clone, Debug, Default)]
pub struct SendQueue {
    in_flight: Option<Rc<str>>,
    token: Rc<str>,
    /// Failures of the message whose turn it is.
    failures: u32,
    not_before: u64,
    floor: u64,
}

/// What a failed send leads to.
#[derive(Clone, Debug)]
pub enum SendOutcome {
    /// Only this.
    Apply(Action),
    /// The token was not good.
    Unauthorized(Action),
    /// The conversation is over; this comes before the news.
    Ended(Action),
    /// The conversation is gone; this comes before the news.
    Lost(Action),
    /// The operator must know.
    Report(Action),
}

impl SendQueue {
    /// The message on its way.
    #[must_use]
    pub fn in_flight(&self) -> Option<&Rc<str>> {
        self.in_flight.as_ref()
    }

    /// The token it went with.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// May a message go now?
    #[must_use]
    pub fn is_free(&self, now: u64) -> bool {
        self.in_flight.is_none() && now >= self.not_before
    }

    /// When a waiting message may go; `None` while one is on its way.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        self.in_flight.is_none().then_some(self.not_before)
    }

    /// A message goes.
    pub fn began(&mut self, id: Rc<str>, token: &str) {
        self.in_flight = Some(id);
        self.token = Rc::from(token);
    }

    /// The message on its way is none of our business any more: answered, settled by the log, or
    /// left behind.
    pub fn done(&mut self) {
        self.in_flight = None;
        self.failures = 0;
    }

    /// The network is back or the visitor insists: waits no longer than the proxy asked for.
    pub fn retry_now(&mut self, now: u64) {
        self.not_before = self.not_before.min(self.floor.max(now));
    }

    /// The browser has no network: it may be wrong about it, so waiting ends one day.
    pub fn pause(&mut self, now: u64) {
        self.not_before = self.not_before.max(now + CAP);
    }

    /// Judges a failure of the message on its way. `starts` when it was to start the conversation.
    pub fn failed(&mut self, failure: &ApiError, starts: bool, watched: bool, now: Now) -> Option<SendOutcome> {
        let id = self.in_flight.take()?;
        let again = Action::SendDelayed { id: id.clone() };
        Some(match failure {
            ApiError::Unauthorized | ApiError::Challenged => return Some(SendOutcome::Unauthorized(again)),
            ApiError::Network => {
                // The same key is safe to send again, as often as it takes.
                self.wait(failure, watched, now);
                SendOutcome::Apply(again)
            }
            ApiError::Unknown if starts => {
                // Only the answer to the same key tells where the conversation is.
                self.wait(failure, watched, now);
                SendOutcome::Apply(Action::SendUnknown { id })
            }
            ApiError::Busy { .. } => {
                self.wait(failure, watched, now);
                if self.failures < PATIENCE {
                    SendOutcome::Apply(again)
                } else {
                    self.failures = 0;
                    SendOutcome::Report(Action::SendFailed { id, error: SendError::Temporary })
                }
            }
            ApiError::NotFound if !starts => {
                self.failures = 0;
                SendOutcome::Lost(again)
            }
            ApiError::Unknown => {
                self.failures = 0;
                SendOutcome::Apply(Action::SendUnknown { id })
            }
            ApiError::Ended => {
                self.failures = 0;
                SendOutcome::Ended(Action::SendFailed { id, error: SendError::Ended })
            }
            ApiError::Unavailable { .. } | ApiError::NotFound => {
                self.failures = 0;
                SendOutcome::Report(Action::SendFailed { id, error: SendError::Temporary })
            }
            ApiError::Refused { .. } => {
                self.failures = 0;
                SendOutcome::Report(Action::SendFailed { id, error: SendError::Refused })
            }
        })
    }

    fn wait(&mut self, failure: &ApiError, watched: bool, now: Now) {
        self.failures += 1;
        let cap = if watched { CAP_WATCHED } else { CAP };
        self.floor = now.monotonic + delay(0, 0, 0, failure.retry_after());
        self.not_before = now.monotonic + delay(self.failures, cap, now.random, failure.retry_after());
    }
}
