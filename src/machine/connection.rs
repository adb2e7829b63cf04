//! State machine of the connection to the log: when to connect, when a stream counts as dead, when
//! to fall back to long polling. Pure.
//!
//! One request at a time, stream or poll. Each has a generation number, by which late answers of a
//! cancelled request are recognised.

use crate::{
    api::backoff::{CAP, CAP_WATCHED, LONGEST_RETRY_AFTER, delay},
    conversation::ConnectionStatus,
};

/// Time limit for a stream's response head, in milliseconds: a buffering middlebox may hold back
/// even that.
const HEAD: u64 = 10_000;
/// Time limit from the head to the first byte: the proxy sends a comment at once.
const FIRST_BYTE: u64 = 8_000;
/// A stream without a byte for this long counts as dead. Heartbeats come every 15 to 25 s.
const SILENCE: u64 = 45_000;
/// A stream that lasted this long resets the back-off.
const GOOD: u64 = 10_000;
/// How long the proxy may hold a poll open, in seconds.
const POLL_WAIT: u32 = 25;
/// Time a poll may take beyond its wait.
const POLL_GRACE: u64 = 10_000;
/// The minimum time between two polls that bring nothing.
const POLL_PAUSE: u64 = 1_000;
/// After this long on polls, a stream is tried again.
const STREAM_AGAIN: u64 = 600_000;

/// An event of the connection or the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionEvent {
    /// The stream's response head came: 200 with the right media type.
    Opened,
    /// The stream brought bytes.
    BytesReceived,
    /// The stream ended.
    Ended {
        /// Whether the proxy announced it.
        expected: bool,
    },
    /// The request failed, or its answer made no sense.
    Failed {
        /// Whole seconds the proxy asked to wait.
        retry_after: Option<u32>,
    },
    /// The token was refused: the next attempt needs a new one.
    Unauthorized,
    /// A poll was answered.
    Polled {
        /// Whether it returned nothing.
        empty: bool,
    },
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
    Nudged,
}

/// A request to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Open the stream.
    Stream,
    /// Ask for entries; the proxy may hold the request this long.
    Poll {
        /// Seconds.
        wait: u32,
    },
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

/// Facts that decisions depend on besides the event: the time, a random number and whether the
/// visitor watches.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Monotonic milliseconds.
    pub now: u64,
    /// Uniform over `u32`.
    pub random: u32,
    /// Whether the visitor sees the window.
    pub watched: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Disconnected; tries again at `until`. The proxy asked to wait until `floor`.
    Down { until: u64, floor: u64 },
    /// Waits for the head of a stream or the answer of a poll, until `by`.
    Connecting { by: u64 },
    /// The head has arrived, but no byte yet.
    AwaitingFirstByte { by: u64 },
    /// A stream that delivers bytes.
    Live { since: u64, heard: u64 },
    /// The page is frozen.
    Frozen,
}

/// The connection to a conversation's log: at most one request at a time, stream or poll.
#[derive(Clone, Debug)]
pub struct Connection {
    state: State,
    wanted: Wanted,
    generation: u32,
    failures: u32,
    was_live: bool,
    offline: bool,
    /// Streams in a row that ended after the head without a byte.
    empty_streams: u32,
    /// Uses polls until then.
    polls_until: Option<u64>,
    attempted: u64,
    /// The delay that the proxy wants before an ended stream is opened again, in milliseconds.
    retry: u64,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            state: State::Down { until: 0, floor: 0 },
            wanted: Wanted::Nothing,
            generation: 0,
            failures: 0,
            was_live: false,
            offline: false,
            empty_streams: 0,
            polls_until: None,
            attempted: 0,
            retry: 0,
        }
    }
}

impl Connection {
    /// Sets what to connect for. `was_live`: whether the visitor has seen a live connection so far,
    /// possibly another tab's. Returns whether the current request must be aborted.
    pub fn want(&mut self, wanted: Wanted, was_live: bool) -> bool {
        if self.wanted == wanted {
            return false;
        }
        self.wanted = wanted;
        let busy = self.is_busy();
        self.was_live = was_live;
        self.failures = 0;
        if self.state != State::Frozen {
            self.down(0, 0);
        }
        busy
    }

    /// Sets the reconnection delay that the stream asked for, in milliseconds.
    pub fn set_retry(&mut self, milliseconds: u32) {
        self.retry = u64::from(milliseconds).min(LONGEST_RETRY_AFTER);
    }

    /// Whether this is the current request; results of others are ignored.
    #[must_use]
    pub fn is_current(&self, generation: u32) -> bool {
        generation == self.generation && self.is_busy()
    }

    /// Whether the page is frozen, as far as the browser reported.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.state == State::Frozen
    }

    /// Whether a request is in progress.
    fn is_busy(&self) -> bool {
        matches!(self.state, State::Connecting { .. } | State::AwaitingFirstByte { .. } | State::Live { .. })
    }

    /// Whether [`Self::next_attempt`] would make a request.
    #[must_use]
    pub fn wants_attempt(&self, now: u64) -> bool {
        self.wanted != Wanted::Nothing && matches!(self.state, State::Down { until, .. } if until <= now)
    }

    /// Returns the request to make now, if any, with its generation.
    pub fn next_attempt(&mut self, now: u64) -> Option<(u32, Attempt)> {
        if !self.wants_attempt(now) {
            return None;
        }
        self.generation += 1;
        self.attempted = now;
        if self.polls_until.is_some_and(|until| until <= now) {
            self.polls_until = None;
        }
        let attempt = match self.polls_until {
            _ if self.wanted == Wanted::Check => Attempt::Poll { wait: 0 },
            None => Attempt::Stream,
            // The first poll is answered at once, so that the visitor soon sees whether it works.
            Some(_) if !self.was_live || self.failures > 0 => Attempt::Poll { wait: 0 },
            Some(_) => Attempt::Poll { wait: POLL_WAIT },
        };
        let by = match attempt {
            Attempt::Stream => now + HEAD,
            Attempt::Poll { wait } => now + u64::from(wait) * 1_000 + POLL_GRACE,
        };
        self.state = State::Connecting { by };
        Some((self.generation, attempt))
    }

    /// Handles an event. Returns whether the current request must be aborted.
    pub fn handle(&mut self, event: ConnectionEvent, at: Context) -> bool {
        let busy = self.is_busy();
        let now = at.now;
        match event {
            ConnectionEvent::Opened => {
                if matches!(self.state, State::Connecting { .. }) {
                    self.state = State::AwaitingFirstByte { by: now + FIRST_BYTE };
                }
                false
            }
            ConnectionEvent::BytesReceived => {
                match &mut self.state {
                    State::Live { heard, .. } => *heard = now,
                    State::Connecting { .. } | State::AwaitingFirstByte { .. } => {
                        self.state = State::Live { since: now, heard: now };
                        self.was_live = true;
                        self.offline = false;
                        self.empty_streams = 0;
                    }
                    State::Down { .. } | State::Frozen => {}
                }
                false
            }
            ConnectionEvent::Polled { empty } => {
                self.was_live = true;
                self.offline = false;
                self.failures = 0;
                let until = if empty { now.max(self.attempted + POLL_PAUSE) } else { now };
                self.down(until, 0);
                false
            }
            ConnectionEvent::Ended { expected } => {
                match self.state {
                    State::Live { since, .. } if now.saturating_sub(since) >= GOOD => {
                        self.failures = 0;
                        if expected {
                            self.down(now, 0);
                            return busy;
                        }
                    }
                    State::AwaitingFirstByte { .. } => {
                        self.empty_streams += 1;
                        if self.empty_streams >= 2 {
                            self.polls_until = Some(now + STREAM_AGAIN);
                        }
                    }
                    State::Live { .. } | State::Down { .. } | State::Connecting { .. } | State::Frozen => {}
                }
                self.fail(None, at);
                busy
            }
            ConnectionEvent::Failed { retry_after } => {
                // If polls fail too, they are no better than the stream.
                self.polls_until = None;
                self.fail(retry_after, at);
                busy
            }
            ConnectionEvent::Unauthorized => {
                self.down(now, 0);
                busy
            }
            ConnectionEvent::Ticked => self.tick(at),
            ConnectionEvent::Online => {
                let was_offline = std::mem::replace(&mut self.offline, false);
                if was_offline {
                    self.nudge(now);
                }
                false
            }
            ConnectionEvent::Offline => {
                self.offline = true;
                // The browser may be wrong about this, so attempts go on at the longest interval.
                if self.state != State::Frozen {
                    self.down(now + CAP, 0);
                }
                busy
            }
            ConnectionEvent::Resumed => {
                self.down(now, 0);
                busy
            }
            ConnectionEvent::Frozen => {
                self.state = State::Frozen;
                busy
            }
            ConnectionEvent::Nudged => {
                self.nudge(now);
                false
            }
        }
    }

    fn tick(&mut self, at: Context) -> bool {
        let now = at.now;
        match self.state {
            State::Connecting { by } if by <= now => {
                if self.polls_until.is_none() {
                    self.fall_back(now);
                } else {
                    self.polls_until = None;
                    self.fail(None, at);
                }
                true
            }
            State::AwaitingFirstByte { by } if by <= now => {
                self.fall_back(now);
                true
            }
            State::Live { heard, .. } if heard + SILENCE <= now => {
                self.failures = 1;
                self.down(now, 0);
                true
            }
            State::Connecting { .. }
            | State::AwaitingFirstByte { .. }
            | State::Live { .. }
            | State::Down { .. }
            | State::Frozen => false,
        }
    }

    fn fall_back(&mut self, now: u64) {
        self.polls_until = Some(now + STREAM_AGAIN);
        self.down(now, 0);
    }

    fn fail(&mut self, retry_after: Option<u32>, at: Context) {
        if self.state == State::Frozen {
            return;
        }
        self.failures += 1;
        let cap = if at.watched { CAP_WATCHED } else { CAP };
        let floor = at.now + delay(0, 0, 0, retry_after);
        self.down(at.now + delay(self.failures, cap, at.random, retry_after).max(self.retry), floor);
    }

    fn down(&mut self, until: u64, floor: u64) {
        self.state = State::Down { until, floor };
    }

    fn nudge(&mut self, now: u64) {
        if let State::Down { until, floor } = &mut self.state {
            *until = (*until).min(now.max(*floor));
        }
    }

    /// The status to show the visitor.
    #[must_use]
    pub fn status(&self) -> ConnectionStatus {
        if self.offline {
            return ConnectionStatus::Offline;
        }
        if self.wanted == Wanted::Nothing {
            return ConnectionStatus::Idle;
        }
        match self.state {
            State::Live { .. } => ConnectionStatus::Live,
            State::Down { .. } | State::Connecting { .. } | State::AwaitingFirstByte { .. } | State::Frozen => {
                match self.failures {
                    0 if self.was_live => ConnectionStatus::Live,
                    0 => ConnectionStatus::Connecting,
                    attempt => ConnectionStatus::Reconnecting { attempt },
                }
            }
        }
    }

    /// When [`ConnectionEvent::Ticked`] or the next attempt is due, monotonic.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        if self.wanted == Wanted::Nothing {
            return None;
        }
        match self.state {
            State::Down { until, .. } => Some(until),
            State::Connecting { by } | State::AwaitingFirstByte { by } => Some(by),
            State::Live { heard, .. } => Some(heard + SILENCE),
            State::Frozen => None,
        }
    }
}

#[cfg(test)]
mod tests;
