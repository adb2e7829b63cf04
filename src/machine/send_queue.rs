//! Send queue of the outbox: one message at a time, in order, with back-off. Pure.

use std::rc::Rc;

use super::input::Now;
use crate::api::ApiError;
use crate::api::backoff::{MAX_DELAY, delay, server_wait};
use crate::conversation::{Action, SendError};

/// After this many "not now" answers in a row, the visitor is asked whether to try again.
const MAX_BUSY_ANSWERS: u32 = 5;

/// The message in flight, and when the next one may go.
#[derive(Clone, Debug, Default)]
pub struct SendQueue {
    in_flight: Option<Rc<str>>,
    pub(super) token: Rc<str>,
    /// Failures of the message whose turn it is, for the back-off.
    failures: u32,
    /// How many of the last failures in a row were "not now" answers.
    busy_answers: u32,
    not_before: u64,
    earliest_retry: u64,
}

impl SendQueue {
    pub fn in_flight(&self) -> Option<&Rc<str>> {
        self.in_flight.as_ref()
    }

    pub fn is_free(&self, now: u64) -> bool {
        self.in_flight.is_none() && now >= self.not_before
    }

    /// When a waiting message may be sent; `None` while one is in flight.
    pub fn due(&self) -> Option<u64> {
        self.in_flight.is_none().then_some(self.not_before)
    }

    pub fn began(&mut self, id: Rc<str>, token: &str) {
        self.in_flight = Some(id);
        self.token = Rc::from(token);
    }

    /// Frees the queue: the message in flight was answered, settled or left behind.
    pub fn release(&mut self) {
        self.in_flight = None;
        self.forget_failures();
    }

    fn forget_failures(&mut self) {
        self.failures = 0;
        self.busy_answers = 0;
    }

    /// Shortens the wait to what the proxy asked for: the network is back, or the visitor acts.
    pub fn retry_now(&mut self, now: u64) {
        self.not_before = self.not_before.min(self.earliest_retry.max(now));
    }

    /// Waits because the browser reports no network; not forever, since it may be wrong.
    pub fn pause(&mut self, now: u64) {
        self.not_before = self.not_before.max(now + MAX_DELAY);
    }

    /// Handles a failure of the message in flight; returns the action for it. `is_start`: whether
    /// it was to start the conversation.
    pub fn failed(&mut self, failure: &ApiError, is_start: bool, watched: bool, now: Now) -> Option<Action> {
        let id = self.in_flight.take()?;
        let (is_sent_again, error) = match failure {
            ApiError::Unauthorized | ApiError::Challenged => return Some(Action::SendDelayed(id)),
            // Sending again with the same idempotency key is safe, as often as needed.
            ApiError::Network => {
                self.busy_answers = 0;
                (true, SendError::Temporary)
            }
            ApiError::Busy { .. } => {
                self.busy_answers += 1;
                (self.busy_answers < MAX_BUSY_ANSWERS, SendError::Temporary)
            }
            // Only the answer to the same key has the conversation's id.
            ApiError::Unknown => (is_start, SendError::Temporary),
            ApiError::NotFound | ApiError::Unavailable { .. } => (false, SendError::Temporary),
            ApiError::Ended => (false, SendError::Ended),
            ApiError::Refused { .. } => (false, SendError::Refused),
        };
        if is_sent_again || matches!(failure, ApiError::Busy { .. }) {
            self.failures += 1;
            self.earliest_retry = now.monotonic + server_wait(failure.retry_after());
            self.not_before = now.monotonic + delay(self.failures, watched, now.random, failure.retry_after());
        }
        if !is_sent_again {
            self.forget_failures();
        }
        Some(if matches!(failure, ApiError::Unknown) {
            Action::SendUnknown(id)
        } else if is_sent_again || (matches!(failure, ApiError::NotFound) && !is_start) {
            Action::SendDelayed(id)
        } else {
            Action::SendFailed { id, error }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails a message. Returns whether the visitor is asked whether to try again.
    fn fail(queue: &mut SendQueue, failure: &ApiError) -> bool {
        queue.began("1".into(), "token");
        let action = queue.failed(failure, false, true, Now { monotonic: 0, unix: 0, random: 0 });
        matches!(action.expect("a message was in flight"), Action::SendFailed { .. })
    }

    #[test]
    fn only_not_now_answers_in_a_row_ask_the_visitor() {
        let busy = ApiError::Busy { retry_after: None, code: "UNAVAILABLE".into() };
        let mut queue = SendQueue::default();
        for _ in 0..10 {
            assert!(!fail(&mut queue, &ApiError::Network));
        }
        for _ in 1..MAX_BUSY_ANSWERS {
            assert!(!fail(&mut queue, &busy));
        }
        assert!(!fail(&mut queue, &ApiError::Network));
        for _ in 1..MAX_BUSY_ANSWERS {
            assert!(!fail(&mut queue, &busy));
        }
        assert!(fail(&mut queue, &busy));
    }
}
