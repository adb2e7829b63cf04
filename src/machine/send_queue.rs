//! Send queue of the outbox: one message at a time, in order, with back-off; and the consequences
//! of a failed send. Pure.

use std::rc::Rc;

use super::input::Now;
use crate::{
    api::{
        ApiError,
        backoff::{MAX_DELAY, delay, server_wait},
    },
    conversation::{Action, SendError},
};

/// After this many "not now" answers in a row, the visitor is asked whether to try again.
const MAX_BUSY_ANSWERS: u32 = 5;

/// The message in flight, and when the next one may go.
#[derive(Clone, Debug, Default)]
pub struct SendQueue {
    in_flight: Option<Rc<str>>,
    token: Rc<str>,
    /// Failures of the message whose turn it is, for the back-off.
    failures: u32,
    /// How many of the last failures in a row were "not now" answers.
    busy_answers: u32,
    not_before: u64,
    earliest_retry: u64,
}

/// What a failed send means besides the action for its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing.
    None,
    /// The token was refused.
    Unauthorized,
    /// The conversation has ended.
    Ended,
    /// The conversation no longer exists.
    Lost,
    /// The error is to be reported: the operator must know.
    Report,
}

impl SendQueue {
    /// The message in flight.
    #[must_use]
    pub fn in_flight(&self) -> Option<&Rc<str>> {
        self.in_flight.as_ref()
    }

    /// The token it was sent with.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether a message may be sent now.
    #[must_use]
    pub fn is_free(&self, now: u64) -> bool {
        self.in_flight.is_none() && now >= self.not_before
    }

    /// When a waiting message may be sent; `None` while one is in flight.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        self.in_flight.is_none().then_some(self.not_before)
    }

    /// Records that a message is being sent.
    pub fn began(&mut self, id: Rc<str>, token: &str) {
        self.in_flight = Some(id);
        self.token = Rc::from(token);
    }

    /// Frees the queue: the message in flight was answered, settled by the log, or left behind with
    /// its conversation.
    pub fn release(&mut self) {
        self.in_flight = None;
        self.forget_failures();
    }

    fn forget_failures(&mut self) {
        self.failures = 0;
        self.busy_answers = 0;
    }

    /// Shortens the wait to what the proxy asked for, because the network is back or the visitor
    /// acts.
    pub fn retry_now(&mut self, now: u64) {
        self.not_before = self.not_before.min(self.earliest_retry.max(now));
    }

    /// Waits because the browser reports no network; not forever, since it may be wrong.
    pub fn pause(&mut self, now: u64) {
        self.not_before = self.not_before.max(now + MAX_DELAY);
    }

    /// Handles a failure of the message in flight; returns the action for it, and what else
    /// follows. `is_start`: whether it was to start the conversation.
    pub fn failed(
        &mut self,
        failure: &ApiError,
        is_start: bool,
        watched: bool,
        now: Now,
    ) -> Option<(Action, Consequence)> {
        let id = self.in_flight.take()?;
        let is_sent_again = match failure {
            ApiError::Unauthorized | ApiError::Challenged => {
                return Some((Action::SendDelayed(id), Consequence::Unauthorized));
            }
            // Sending again with the same idempotency key is safe, as often as needed.
            ApiError::Network => {
                self.busy_answers = 0;
                true
            }
            ApiError::Busy { .. } => {
                self.busy_answers += 1;
                self.busy_answers < MAX_BUSY_ANSWERS
            }
            // Only the answer to the same key has the conversation's id.
            ApiError::Unknown => is_start,
            ApiError::Ended | ApiError::NotFound | ApiError::Unavailable { .. } | ApiError::Refused { .. } => false,
        };
        if is_sent_again || matches!(failure, ApiError::Busy { .. }) {
            self.failures += 1;
            self.earliest_retry = now.monotonic + server_wait(failure.retry_after());
            self.not_before = now.monotonic + delay(self.failures, watched, now.random, failure.retry_after());
        }
        if !is_sent_again {
            self.forget_failures();
        }
        Some(match failure {
            ApiError::Unknown => (Action::SendUnknown(id), Consequence::None),
            ApiError::Ended => (Action::SendFailed { id, error: SendError::Ended }, Consequence::Ended),
            ApiError::Refused { .. } => (Action::SendFailed { id, error: SendError::Refused }, Consequence::Report),
            ApiError::NotFound if !is_start => (Action::SendDelayed(id), Consequence::Lost),
            ApiError::Network | ApiError::Busy { .. } if is_sent_again => (Action::SendDelayed(id), Consequence::None),
            ApiError::Network
            | ApiError::Unauthorized
            | ApiError::Challenged
            | ApiError::Busy { .. }
            | ApiError::NotFound
            | ApiError::Unavailable { .. } => {
                (Action::SendFailed { id, error: SendError::Temporary }, Consequence::Report)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(queue: &mut SendQueue, failure: &ApiError) -> Option<Consequence> {
        queue.began("1".into(), "token");
        queue.failed(failure, false, true, Now { monotonic: 0, unix: 0, random: 0 }).map(|(_, consequence)| consequence)
    }

    #[test]
    fn only_not_now_answers_in_a_row_ask_the_visitor() {
        let busy = ApiError::Busy { retry_after: None, code: "UNAVAILABLE".into() };
        let mut queue = SendQueue::default();
        for _ in 0..10 {
            assert_eq!(fail(&mut queue, &ApiError::Network), Some(Consequence::None));
        }
        for _ in 1..MAX_BUSY_ANSWERS {
            assert_eq!(fail(&mut queue, &busy), Some(Consequence::None));
        }
        assert_eq!(fail(&mut queue, &ApiError::Network), Some(Consequence::None));
        for _ in 1..MAX_BUSY_ANSWERS {
            assert_eq!(fail(&mut queue, &busy), Some(Consequence::None));
        }
        assert_eq!(fail(&mut queue, &busy), Some(Consequence::Report));
    }
}
