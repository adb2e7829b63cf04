//! When the next message may go, and what a failed one means: one at a time, in order, with patience. Pure.

use std::rc::Rc;

use super::fact::Moment;
use crate::{
    api::{
        Failure,
        backoff::{CAP, CAP_WATCHED, delay},
    },
    conversation::{Action, SendError},
};

/// So many "not now" answers in a row, and the visitor is asked whether to try again.
const PATIENCE: u32 = 5;

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    in_flight: Option<Rc<str>>,
    token: Rc<str>,
    /// Failures of the message whose turn it is.
    failures: u32,
    not_before: u64,
    floor: u64,
}

/// What a failed send leads to.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Only this.
    Only(Action),
    /// The token was not good.
    Unauthorized(Action),
    /// The conversation is over; this comes before the news.
    Ended(Action),
    /// The conversation is gone; this comes before the news.
    Lost(Action),
    /// The operator must know.
    Trouble(Action),
}

impl Sender {
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

    /// The message on its way is none of our business any more: answered, settled by the log, or left behind.
    pub fn done(&mut self) {
        self.in_flight = None;
        self.failures = 0;
    }

    /// The network is back or the visitor insists: waits no longer than the proxy asked for.
    pub fn hurry(&mut self, now: u64) {
        self.not_before = self.not_before.min(self.floor.max(now));
    }

    /// The browser has no network: it may be wrong about it, so waiting ends one day.
    pub fn pause(&mut self, now: u64) {
        self.not_before = self.not_before.max(now + CAP);
    }

    /// Judges a failure of the message on its way. `starts` when it was to start the conversation.
    pub fn failed(&mut self, failure: &Failure, starts: bool, watched: bool, moment: Moment) -> Option<Verdict> {
        let id = self.in_flight.take()?;
        let again = Action::SendDelayed { id: id.clone() };
        Some(match failure {
            Failure::Unauthorized | Failure::Challenged => return Some(Verdict::Unauthorized(again)),
            Failure::Network => {
                // The same key is safe to send again, as often as it takes.
                self.wait(failure, watched, moment);
                Verdict::Only(again)
            }
            Failure::Unknown if starts => {
                // Only the answer to the same key tells where the conversation is.
                self.wait(failure, watched, moment);
                Verdict::Only(Action::SendUnknown { id })
            }
            Failure::Busy { .. } => {
                self.wait(failure, watched, moment);
                if self.failures < PATIENCE {
                    Verdict::Only(again)
                } else {
                    self.failures = 0;
                    Verdict::Trouble(Action::SendFailed { id, error: SendError::Temporary })
                }
            }
            Failure::NotFound if !starts => {
                self.failures = 0;
                Verdict::Lost(again)
            }
            Failure::Unknown => {
                self.failures = 0;
                Verdict::Only(Action::SendUnknown { id })
            }
            Failure::Ended => {
                self.failures = 0;
                Verdict::Ended(Action::SendFailed { id, error: SendError::Ended })
            }
            Failure::Unavailable { .. } | Failure::NotFound => {
                self.failures = 0;
                Verdict::Trouble(Action::SendFailed { id, error: SendError::Temporary })
            }
            Failure::Refused { .. } => {
                self.failures = 0;
                Verdict::Trouble(Action::SendFailed { id, error: SendError::Refused })
            }
        })
    }

    fn wait(&mut self, failure: &Failure, watched: bool, moment: Moment) {
        self.failures += 1;
        let cap = if watched { CAP_WATCHED } else { CAP };
        self.floor = moment.now + delay(0, 0, 0, failure.retry_after());
        self.not_before = moment.now + delay(self.failures, cap, moment.chance, failure.retry_after());
    }
}
