//! State machine of the connection to the log: when to connect, when a stream counts as dead, when
//! to fall back to long polling. Pure.
//!
//! One request at a time, stream or poll, with a generation to recognise late answers.

use super::input::Now;
use crate::api::backoff::{MAX_DELAY, MAX_RETRY_AFTER, delay, server_wait};
use crate::conversation::ConnectionStatus;

/// Time limit for a stream's head, in milliseconds: a buffering middlebox holds back even that.
const HEAD_TIMEOUT: u64 = 10_000;
/// Time limit from the head to the first byte: the proxy sends a comment at once.
const FIRST_BYTE_TIMEOUT: u64 = 8_000;
/// A stream without a byte for this long counts as dead. Heartbeats come every 15 to 25 s.
const SILENCE_TIMEOUT: u64 = 45_000;
/// A stream that lasted this long resets the back-off.
const STABLE_AFTER: u64 = 10_000;
/// How long the proxy may hold a poll open, in seconds.
const POLL_WAIT: u32 = 25;
/// Time a poll may take beyond its wait.
const POLL_GRACE: u64 = 10_000;
/// The minimum time between two polls that bring nothing.
const POLL_PAUSE: u64 = 1_000;
/// After this long on polls, a stream is tried again.
const STREAM_RETRY_INTERVAL: u64 = 600_000;

/// An event of the connection or the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum ConnectionEvent {
    /// The stream's response head came: 200 with the right media type.
    Opened,
    /// The stream brought bytes.
    BytesReceived,
    /// The stream ended, as the proxy announced or not.
    Ended { expected: bool },
    /// The request failed, or its answer made no sense. The proxy may ask to wait whole seconds.
    Failed { retry_after: Option<u32> },
    /// The token was refused: the next attempt needs a new one.
    Unauthorized,
    /// A poll was answered, perhaps with nothing.
    Polled { empty: bool },
    /// The timer fired.
    Ticked,
    /// The browser has a network again.
    Online,
    /// The browser lost its network.
    Offline,
    /// The page was frozen: the connection is probably dead.
    Resumed,
    /// The page is being frozen.
    Frozen,
    /// The visitor acted: reconnecting is worth a try now.
    VisitorActed,
}

/// A request to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum Attempt {
    /// Open the stream.
    Stream,
    /// Ask for entries; the proxy may hold the request this many seconds.
    Poll { wait: u32 },
}

/// What the connection is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing: there is no log, or another tab reads it for this one.
    #[default]
    Nothing,
    /// A single check of the log, by a poll that is answered at once.
    Check,
    /// The stream, or polls where it fails.
    Stream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Disconnected; tries again at `retry_at`. The proxy asked to wait until `earliest_retry`.
    Down { retry_at: u64, earliest_retry: u64 },
    /// Waits for the head of a stream or the answer of a poll, until `deadline`.
    Connecting { deadline: u64 },
    /// The head has arrived, but no byte yet.
    AwaitingFirstByte { deadline: u64 },
    /// A stream that delivers bytes.
    Live { since: u64, last_byte_at: u64 },
    /// The page is frozen.
    Frozen,
}

impl Default for State {
    fn default() -> Self {
        Self::Down { retry_at: 0, earliest_retry: 0 }
    }
}

/// The connection to a conversation's log: at most one request at a time, stream or poll.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    state: State,
    wanted: Wanted,
    generation: u32,
    failures: u32,
    was_live: bool,
    is_offline: bool,
    /// Streams in a row that ended after the head without a byte.
    empty_streams: u32,
    /// Uses polls until then.
    polls_until: Option<u64>,
    last_attempt_at: u64,
    /// The delay that the proxy wants before an ended stream is opened again, in milliseconds.
    retry_delay: u64,
}

impl Connection {
    /// Sets what to connect for. `was_live`: whether the visitor has seen a live connection so far,
    /// possibly another tab's. Returns whether the current request must be aborted.
    pub fn set_wanted(&mut self, wanted: Wanted, was_live: bool) -> bool {
        if self.wanted == wanted {
            return false;
        }
        self.wanted = wanted;
        let was_busy = self.is_busy();
        self.was_live = was_live;
        self.failures = 0;
        if self.state != State::Frozen {
            self.wait_until(0, 0);
        }
        was_busy
    }

    /// Sets the reconnection delay that the stream asked for, in milliseconds.
    pub fn set_retry_delay(&mut self, milliseconds: u32) {
        self.retry_delay = u64::from(milliseconds).min(MAX_RETRY_AFTER);
    }

    /// Whether this is the current request; results of others are ignored.
    pub fn is_current(&self, generation: u32) -> bool {
        generation == self.generation && self.is_busy()
    }

    /// Whether the page is frozen, as far as the browser reported.
    pub fn is_frozen(&self) -> bool {
        self.state == State::Frozen
    }

    fn is_busy(&self) -> bool {
        matches!(self.state, State::Connecting { .. } | State::AwaitingFirstByte { .. } | State::Live { .. })
    }

    /// Whether [`Self::next_attempt`] would make a request.
    pub fn wants_attempt(&self, now: u64) -> bool {
        self.wanted != Wanted::Nothing && matches!(self.state, State::Down { retry_at, .. } if retry_at <= now)
    }

    /// Returns the request to make now, if any, with its generation.
    pub fn next_attempt(&mut self, now: u64) -> Option<(u32, Attempt)> {
        if !self.wants_attempt(now) {
            return None;
        }
        self.generation += 1;
        self.last_attempt_at = now;
        self.polls_until = self.polls_until.filter(|until| *until > now);
        let attempt = match self.polls_until {
            _ if self.wanted == Wanted::Check => Attempt::Poll { wait: 0 },
            None => Attempt::Stream,
            // The first poll is answered at once, so that the visitor soon sees whether it works.
            Some(_) if !self.was_live || self.failures > 0 => Attempt::Poll { wait: 0 },
            Some(_) => Attempt::Poll { wait: POLL_WAIT },
        };
        let deadline = match attempt {
            Attempt::Stream => now + HEAD_TIMEOUT,
            Attempt::Poll { wait } => now + u64::from(wait) * 1_000 + POLL_GRACE,
        };
        self.state = State::Connecting { deadline };
        Some((self.generation, attempt))
    }

    /// Handles an event. `watched`: whether the visitor sees the window. Returns whether the current
    /// request must be aborted.
    pub fn handle(&mut self, event: ConnectionEvent, at: Now, watched: bool) -> bool {
        let was_busy = self.is_busy();
        let now = at.monotonic;
        match event {
            ConnectionEvent::Opened => {
                if matches!(self.state, State::Connecting { .. }) {
                    self.state = State::AwaitingFirstByte { deadline: now + FIRST_BYTE_TIMEOUT };
                }
            }
            ConnectionEvent::BytesReceived => match &mut self.state {
                State::Live { last_byte_at, .. } => *last_byte_at = now,
                State::Connecting { .. } | State::AwaitingFirstByte { .. } => {
                    self.state = State::Live { since: now, last_byte_at: now };
                    self.was_live = true;
                    self.is_offline = false;
                    self.empty_streams = 0;
                }
                State::Down { .. } | State::Frozen => {}
            },
            ConnectionEvent::Polled { empty } => {
                self.was_live = true;
                self.is_offline = false;
                self.failures = 0;
                let retry_at = if empty { now.max(self.last_attempt_at + POLL_PAUSE) } else { now };
                self.wait_until(retry_at, 0);
                // With its answer, the request has ended.
                return false;
            }
            ConnectionEvent::Ended { expected } => {
                match self.state {
                    State::Live { since, .. } if now.saturating_sub(since) >= STABLE_AFTER => {
                        self.failures = 0;
                        if expected {
                            self.wait_until(now, 0);
                            return was_busy;
                        }
                    }
                    State::AwaitingFirstByte { .. } => {
                        self.empty_streams += 1;
                        if self.empty_streams >= 2 {
                            self.polls_until = Some(now + STREAM_RETRY_INTERVAL);
                        }
                    }
                    State::Live { .. } | State::Down { .. } | State::Connecting { .. } | State::Frozen => {}
                }
                self.attempt_failed(None, at, watched);
            }
            ConnectionEvent::Failed { retry_after } => {
                // If polls fail too, they are no better than the stream.
                self.polls_until = None;
                self.attempt_failed(retry_after, at, watched);
            }
            ConnectionEvent::Unauthorized | ConnectionEvent::Resumed => self.wait_until(now, 0),
            ConnectionEvent::Ticked => self.tick(at, watched),
            ConnectionEvent::Online => {
                if std::mem::take(&mut self.is_offline) {
                    self.shorten_wait(now);
                }
            }
            ConnectionEvent::Offline => {
                self.is_offline = true;
                // The browser may be wrong about this, so attempts go on at the longest interval.
                if self.state != State::Frozen {
                    self.wait_until(now + MAX_DELAY, 0);
                }
            }
            ConnectionEvent::Frozen => self.state = State::Frozen,
            ConnectionEvent::VisitorActed => self.shorten_wait(now),
        }
        was_busy && !self.is_busy()
    }

    fn tick(&mut self, at: Now, watched: bool) {
        let now = at.monotonic;
        if self.due().is_none_or(|due| due > now) {
            return;
        }
        match self.state {
            // A check is a poll itself, and shows nothing about streams.
            State::Connecting { .. } if self.wanted != Wanted::Stream || self.polls_until.is_some() => {
                self.polls_until = None;
                self.attempt_failed(None, at, watched);
            }
            State::Connecting { .. } | State::AwaitingFirstByte { .. } => {
                self.polls_until = Some(now + STREAM_RETRY_INTERVAL);
                self.wait_until(now, 0);
            }
            State::Live { .. } => {
                self.failures = 1;
                self.wait_until(now, 0);
            }
            State::Down { .. } | State::Frozen => {}
        }
    }

    fn attempt_failed(&mut self, retry_after: Option<u32>, at: Now, watched: bool) {
        if self.state == State::Frozen {
            return;
        }
        self.failures += 1;
        let wait = delay(self.failures, watched, at.random, retry_after).max(self.retry_delay);
        self.wait_until(at.monotonic + wait, at.monotonic + server_wait(retry_after));
    }

    fn wait_until(&mut self, retry_at: u64, earliest_retry: u64) {
        self.state = State::Down { retry_at, earliest_retry };
    }

    fn shorten_wait(&mut self, now: u64) {
        if let State::Down { retry_at, earliest_retry } = &mut self.state {
            *retry_at = (*retry_at).min(now.max(*earliest_retry));
        }
    }

    /// The status to show the visitor.
    pub fn status(&self) -> ConnectionStatus {
        if self.is_offline {
            return ConnectionStatus::Offline;
        }
        if self.wanted == Wanted::Nothing {
            return ConnectionStatus::Idle;
        }
        match (self.state, self.failures) {
            (State::Live { .. }, _) => ConnectionStatus::Live,
            (_, 0) if self.was_live => ConnectionStatus::Live,
            (_, 0) => ConnectionStatus::Connecting,
            (_, attempt) => ConnectionStatus::Reconnecting { attempt },
        }
    }

    /// When [`ConnectionEvent::Ticked`] or the next attempt is due, monotonic.
    pub fn due(&self) -> Option<u64> {
        if self.wanted == Wanted::Nothing {
            return None;
        }
        match self.state {
            State::Down { retry_at, .. } => Some(retry_at),
            State::Connecting { deadline } | State::AwaitingFirstByte { deadline } => Some(deadline),
            State::Live { last_byte_at, .. } => Some(last_byte_at + SILENCE_TIMEOUT),
            State::Frozen => None,
        }
    }
}

#[cfg(test)]
mod tests;
