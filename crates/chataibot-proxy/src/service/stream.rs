//! Delivery of a conversation's log to one browser: as server-sent events, as a poll, or by pages.
//!
//! The [`log_reader`](crate::log_reader) decides which entries come in which order; this module
//! frames them, adds heartbeats, and ends streams. Each end is counted and logged with its reason.

use std::{convert::Infallible, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use chataibot_wire::entry::{Begin, Message, Poll};
use chataibot_wire::{Author, Cursor, Entry, Event};
use futures_util::stream::{self, Stream};
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::reload::LiveSites;
use super::token::{Tokens, Visitor};
use crate::clock::Clock;
use crate::concurrency::{ConcurrencyLimit, Permit};
use crate::hub::Hub;
use crate::ids::{ConversationId, VisitorId};
use crate::log_reader::{LogReader, LogSource, LogUpdate};
use crate::metrics::{GaugeGuard, Metrics, StreamEnd};
use crate::store::{ReadFrom, Replay, Store, StoreError};

/// Entries read from the log at one time.
const PAGE_ENTRIES: u32 = 200;
/// The longest that a long poll waits.
pub const LONGEST_POLL: Duration = Duration::from_secs(25);
/// How long before its token expires a stream asks for a new one; at most half of the time left.
const REAUTH_MARGIN: Duration = Duration::from_secs(30);
/// Heartbeats come after 15 to 25 seconds: a fixed part and a random one.
const HEARTBEAT: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(10));

/// Sends logs to browsers. Shared by the tasks of all streams.
pub struct Streams {
    pub(crate) store: Store,
    pub(crate) hub: Hub,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) sites: Arc<LiveSites>,
    /// The streams and polls of one visitor. One more evicts the oldest: the newest is in use.
    pub permits: ConcurrencyLimit<VisitorId>,
    pub(crate) shutdown: CancellationToken,
}

impl Streams {
    /// Returns a conversation's log as the body of an event stream. It ends with `reauth` before
    /// the visitor's token expires and at a revocation, and without an event at the proxy's
    /// shutdown and when the reader was too slow: the browser then comes back with its cursor.
    pub fn events(
        self: &Arc<Self>,
        visitor: Visitor,
        conversation: ConversationId,
        from: ReadFrom,
    ) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<> {
        self.metrics.streams_opened.inc();
        let time_left = Duration::from_millis(visitor.expires_at.saturating_sub(self.clock.now()));
        let margin = REAUTH_MARGIN.min(time_left / 2);
        let stream = EventStream {
            reauth_at: Instant::now() + time_left - margin.mul_f64(0.5 + 0.5 * random_fraction()),
            heartbeat: Box::pin(sleep(Duration::ZERO)),
            is_open: false,
            end: None,
            _open: GaugeGuard::new(&self.metrics.streams),
            permit: self.permits.acquire_evicting(visitor.visitor.clone()),
            log_reader: LogReader::new(self.hub.clone(), conversation, from),
            streams: Arc::clone(self),
            visitor,
        };
        stream::unfold(stream, |mut stream| async move { stream.next().await.map(|chunk| (Ok(chunk), stream)) })
    }

    /// A long poll: returns at most a page of the log after the cursor, as soon as there is
    /// something, at the latest after `wait` or when the visitor's token expires. The rest follows
    /// from the page's last cursor. `None` if the visitor was revoked while waiting.
    pub async fn poll(
        &self,
        visitor: &Visitor,
        conversation: ConversationId,
        from: ReadFrom,
        wait: Duration,
    ) -> Result<Option<Poll>, StoreError> {
        let time_left = Duration::from_millis(visitor.expires_at.saturating_sub(self.clock.now()));
        let permit = self.permits.acquire_evicting(visitor.visitor.clone());
        let mut log_reader = LogReader::new(self.hub.clone(), conversation, from);
        let mut replay = log_reader.replay(&self.store).await?;
        if replay.entries.is_empty() && replay.reset.is_none() && !wait.is_zero() {
            tokio::select! {
                biased;
                () = self.sites.until_revoked(&self.tokens, visitor) => return Ok(None),
                () = permit.evict.cancelled() => {}
                () = log_reader.changed() => replay = log_reader.replay(&self.store).await?,
                () = sleep(wait.min(LONGEST_POLL).min(time_left)) => {}
                () = self.shutdown.cancelled() => {}
            }
        }
        Ok(Some(self.poll_answer(replay)))
    }

    /// The page of a log before a cursor.
    pub async fn page(&self, conversation: ConversationId, before: Cursor, limit: u32) -> Result<Poll, StoreError> {
        Ok(self.poll_answer(self.store.read_before(conversation, before, limit).await?))
    }

    fn poll_answer(&self, replay: Replay) -> Poll {
        if replay.reset.is_some() {
            self.metrics.streams_reset.inc();
        }
        Poll { ok: true, reset: replay.reset, earlier: replay.earlier, entries: replay.entries }
    }

    /// Measures how long a reply took from the log to here.
    fn observe_delay(&self, entry: &Entry) {
        if let Event::Message(Message { author: Author::Bot | Author::Agent, .. }) = &entry.event {
            let took = Duration::from_millis(self.clock.now().saturating_sub(entry.at));
            self.metrics.reply_to_stream.observe(took.as_secs_f64());
        }
    }
}

impl LogSource for Store {
    type Error = StoreError;

    async fn read_after(&self, conversation: ConversationId, from: ReadFrom) -> Result<Replay, StoreError> {
        self.read_after(conversation, from, PAGE_ENTRIES).await
    }
}

/// One event stream. Owned by the body of its response, and dropped with it.
struct EventStream {
    streams: Arc<Streams>,
    _open: GaugeGuard,
    visitor: Visitor,
    log_reader: LogReader,
    is_open: bool,
    /// Why the stream ended. If it is dropped before anything else ended it, the browser hung up.
    end: Option<StreamEnd>,
    /// One of the visitor's permits; evicted if the visitor opens too many streams.
    permit: Permit<VisitorId>,
    heartbeat: Pin<Box<Sleep>>,
    reauth_at: Instant,
}

impl EventStream {
    async fn next(&mut self) -> Option<Bytes> {
        if self.end.is_some() {
            return None;
        }
        if !self.is_open {
            self.is_open = true;
            // Sent at once, so that the browser and buffering intermediaries see the open stream.
            return Some(Bytes::from_static(b": welcome\n\n"));
        }
        loop {
            if !self.log_reader.is_live() {
                let chunk = self.replay().await?;
                self.schedule_heartbeat();
                if !chunk.is_empty() {
                    return Some(chunk);
                }
                continue;
            }
            let streams = &self.streams;
            // In this order: a reader that was blocked must not get entries after its token's end.
            let end = tokio::select! {
                biased;
                () = streams.shutdown.cancelled() => StreamEnd::Shutdown,
                () = sleep_until(self.reauth_at) => StreamEnd::TokenExpiring,
                () = streams.sites.until_revoked(&streams.tokens, &self.visitor) => StreamEnd::Revoked,
                () = self.permit.evict.cancelled() => StreamEnd::TooMany,
                update = self.log_reader.next() => match update {
                    LogUpdate::Entry(entry) => {
                        self.schedule_heartbeat();
                        self.streams.observe_delay(&entry);
                        return frame(&entry).ok();
                    }
                    // The next iteration reads the log.
                    LogUpdate::Gap => continue,
                    LogUpdate::Cut => StreamEnd::Cut,
                },
                () = self.heartbeat.as_mut() => {
                    self.schedule_heartbeat();
                    return Some(Bytes::from_static(b":\n\n"));
                }
            };
            return self.end_with(end);
        }
    }

    /// The last bytes of a stream that ends for this reason.
    fn end_with(&mut self, end: StreamEnd) -> Option<Bytes> {
        self.end = Some(end);
        if matches!(end, StreamEnd::Cut | StreamEnd::TooMany) {
            self.streams.metrics.streams_cut.inc();
        }
        let may_renew = matches!(end, StreamEnd::TokenExpiring | StreamEnd::Revoked);
        may_renew.then(|| Bytes::from_static(b"event: reauth\ndata: {}\n\n"))
    }

    async fn replay(&mut self) -> Option<Bytes> {
        let page = match self.log_reader.replay(&self.streams.store).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "a stream ended because its log can't be read");
                return self.end_with(StreamEnd::StoreFailed);
            }
        };
        let mut chunk = Vec::new();
        if let Some(reset) = &page.reset {
            self.streams.metrics.streams_reset.inc();
            chunk.extend_from_slice(&unlogged_event("reset", reset).ok()?);
        }
        if let Some(earlier) = page.earlier {
            chunk.extend_from_slice(&unlogged_event("begin", &Begin { earlier }).ok()?);
        }
        for entry in &page.entries {
            chunk.extend_from_slice(&frame(entry).ok()?);
        }
        Some(chunk.into())
    }

    fn schedule_heartbeat(&mut self) {
        let (least, spread) = HEARTBEAT;
        let next = Instant::now() + least + spread.mul_f64(random_fraction());
        self.heartbeat.as_mut().reset(next);
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        let end = self.end.unwrap_or(StreamEnd::HungUp);
        self.streams.metrics.count_stream_end(end);
        tracing::debug!(visitor = %self.visitor.visitor, reason = <&str>::from(end), "a stream ended");
    }
}

/// A server-sent event. JSON has no raw line ends, so no text can forge a field.
fn frame(entry: &Entry) -> Result<Bytes, serde_json::Error> {
    let json = serde_json::to_string(entry)?;
    Ok(format!("event: {}\nid: {}\ndata: {json}\n\n", entry.event.name(), entry.cursor).into())
}

/// An event that is not a log entry: without an id, so that a reader's cursor stays where it is.
fn unlogged_event(name: &str, data: &impl serde::Serialize) -> Result<Bytes, serde_json::Error> {
    let json = serde_json::to_string(data)?;
    Ok(format!("event: {name}\ndata: {json}\n\n").into())
}

/// A random number from 0 to 1: connections opened together must not all write or end together.
fn random_fraction() -> f64 {
    // Without randomness there is no jitter, which is not worth ending a stream for.
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use chataibot_wire::{Content, RichText, content::Text};

    use super::*;

    #[test]
    fn no_text_can_forge_a_field_or_an_event() {
        let text = "one\nid: 9-9\n\nevent: reauth\rdata: {}\r\n\0\u{2028}\u{2029}";
        let content = Content::Text(Text { body: RichText::plain(text), prompt: None });
        let message = Message { author: Author::Bot, client_message_id: None, content };
        let entry = Entry { cursor: Cursor { epoch: 3, seq: 4 }, at: 5, event: Event::Message(message) };
        let bytes = frame(&entry).expect("a frame");
        let frame = std::str::from_utf8(&bytes).expect("UTF-8");
        let lines: Vec<_> = frame.split(['\n', '\r']).collect();
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert_eq!((lines[0], lines[1], lines[3], lines[4]), ("event: message", "id: 3-4", "", ""));
        let json = lines[2].strip_prefix("data: ").expect("data");
        assert_eq!(serde_json::from_str::<Entry>(json).expect("the entry"), entry);
    }
}
