//! A conversation's log on its way to one browser: as server-sent events, or as one long poll.
//!
//! What comes, and in which order, is the [`log_reader`](crate::log_reader)'s affair; here it is framed, beside heartbeats and the reasons
//! for which a stream ends. Knows nothing of tokens but when this one ends, and nothing of who may read.

use std::{convert::Infallible, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use chataibot_wire::{
    Author, Cursor, Entry, Event,
    entry::{Begin, Message, Poll},
};
use futures_util::stream::{self, Stream};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::{
    app::App,
    concurrency::Permit,
    counters::Counted,
    log_reader::{Log, LogReader, LogUpdate},
    service::{
        reload,
        token::{Visitor, VisitorId},
    },
    store::{ConversationId, Replay, Store, StoreError},
};

/// Entries read from the log at one time.
const PAGE: u32 = 200;
/// The longest that a long poll waits.
pub const LONGEST_POLL: Duration = Duration::from_secs(25);
/// A stream asks for a new token this long before the old one ends, or at half of a life that is shorter.
const REAUTH: Duration = Duration::from_secs(30);
/// Heartbeats come after 15 to 25 seconds, each time another.
const HEARTBEAT: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(10));

/// Where a reader begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadFrom {
    /// After this entry; at the first one when there is none.
    pub after: Option<Cursor>,
    /// Where the whole log would be told, tell only so many of its last entries.
    pub last: Option<u32>,
}

/// The log of a conversation as the body of an event stream. It ends with `reauth` before the visitor's token does, at a revocation
/// or at the proxy's shutdown, and without a word when the reader was too slow: it then comes back with its cursor.
pub fn events(
    app: Arc<App>,
    visitor: Visitor,
    conversation: ConversationId,
    from: ReadFrom,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    app.counters.streams_opened.increment();
    let left = Duration::from_millis(visitor.expires_at.saturating_sub(app.clock.now()));
    let margin = REAUTH.min(left / 2);
    let reader = EventStream {
        reauth_at: Instant::now() + left - margin.mul_f64(0.5 + 0.5 * random_fraction()),
        heartbeat: Box::pin(sleep(Duration::ZERO)),
        phase: Phase::Opening,
        _open: app.streams.one(),
        permit: app.limits.streams.acquire_evicting(visitor.visitor.clone()),
        log_reader: LogReader::new(app.hub.clone(), conversation, from.after, from.last),
        app,
        visitor,
    };
    stream::unfold(reader, |mut reader| async move { reader.next().await.map(|chunk| (Ok(chunk), reader)) })
}

/// A long poll: what is in the log after the cursor, at once when there is something, else as soon as something comes, at most after
/// `wait` or when the visitor's token ends. At most a page; the rest follows from its last cursor. `None` when the visitor was revoked
/// meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn poll(
    app: &App,
    visitor: &Visitor,
    conversation: ConversationId,
    from: ReadFrom,
    wait: Duration,
) -> Result<Option<Poll>, StoreError> {
    let left = Duration::from_millis(visitor.expires_at.saturating_sub(app.clock.now()));
    let permit = app.limits.streams.acquire_evicting(visitor.visitor.clone());
    let mut log_reader = LogReader::new(app.hub.clone(), conversation, from.after, from.last);
    let mut replay = log_reader.replay(&app.store).await?;
    if replay.entries.is_empty() && replay.reset.is_none() && !wait.is_zero() {
        tokio::select! {
            biased;
            () = reload::until_ended(app, visitor) => return Ok(None),
            () = permit.evicted() => {}
            () = log_reader.changed() => replay = log_reader.replay(&app.store).await?,
            () = sleep(wait.min(LONGEST_POLL).min(left)) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
    Ok(Some(told(app, replay)))
}

/// The page of a log before a cursor.
///
/// # Errors
/// When the database fails.
pub async fn page(app: &App, conversation: ConversationId, before: Cursor, limit: u32) -> Result<Poll, StoreError> {
    Ok(told(app, app.store.read_before(conversation, before, limit).await?))
}

impl Log for Store {
    type Error = StoreError;

    async fn read_after(
        &self,
        conversation: ConversationId,
        after: Option<Cursor>,
        last: Option<u32>,
    ) -> Result<Replay, StoreError> {
        self.read_after(conversation, after, last, PAGE).await
    }
}

fn told(app: &App, replay: Replay) -> Poll {
    if replay.reset.is_some() {
        app.counters.streams_reset.increment();
    }
    Poll { ok: true, reset: replay.reset, earlier: replay.earlier, entries: replay.entries }
}

struct EventStream {
    app: Arc<App>,
    /// Counts the stream as open.
    _open: Counted,
    visitor: Visitor,
    log_reader: LogReader,
    phase: Phase,
    /// The visitor has others, and may have had too many.
    permit: Permit<VisitorId>,
    heartbeat: Pin<Box<Sleep>>,
    reauth_at: Instant,
}

enum Phase {
    /// Nothing was said yet.
    Opening,
    /// The log is told.
    Telling,
    Ended,
}

/// Why a live reader woke.
enum Wake {
    Goodbye,
    Reauth,
    Log(LogUpdate),
    Heartbeat,
}

impl EventStream {
    /// The next bytes to send; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.phase {
                Phase::Opening => {
                    self.phase = Phase::Telling;
                    // At once, so that the browser, and whoever buffers in between, sees that the stream is open.
                    return Some(Bytes::from_static(b": welcome\n\n"));
                }
                Phase::Telling if !self.log_reader.is_live() => {
                    let chunk = self.replay().await?;
                    self.rest();
                    if !chunk.is_empty() {
                        return Some(chunk);
                    }
                }
                Phase::Telling => {
                    let revoked = reload::until_ended(&self.app, &self.visitor);
                    // In this order: a reader that was held up for long must not get entries its token is too old for.
                    let wake = tokio::select! {
                        biased;
                        () = self.app.shutdown.cancelled() => Wake::Goodbye,
                        () = sleep_until(self.reauth_at) => Wake::Reauth,
                        () = revoked => Wake::Reauth,
                        () = self.permit.evicted() => Wake::Log(LogUpdate::Cut),
                        heard = self.log_reader.next() => Wake::Log(heard),
                        () = self.heartbeat.as_mut() => Wake::Heartbeat,
                    };
                    match wake {
                        Wake::Goodbye => return None,
                        Wake::Reauth => {
                            self.phase = Phase::Ended;
                            return Some(Bytes::from_static(b"event: reauth\ndata: {}\n\n"));
                        }
                        Wake::Log(LogUpdate::Cut) => {
                            self.app.counters.streams_cut.increment();
                            return None;
                        }
                        Wake::Log(LogUpdate::Entry(entry)) => {
                            self.rest();
                            observe(&self.app, &entry);
                            return frame(&entry).ok();
                        }
                        // The next turn reads the log.
                        Wake::Log(LogUpdate::Gap) => {}
                        Wake::Heartbeat => {
                            self.rest();
                            return Some(Bytes::from_static(b":\n\n"));
                        }
                    }
                }
                Phase::Ended => return None,
            }
        }
    }

    /// Tells a page of the log.
    async fn replay(&mut self) -> Option<Bytes> {
        let page = match self.log_reader.replay(&self.app.store).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "a stream ended because its log can't be read");
                return None;
            }
        };
        let mut chunk = Vec::new();
        if let Some(reset) = &page.reset {
            self.app.counters.streams_reset.increment();
            chunk.extend_from_slice(&aside("reset", reset).ok()?);
        }
        if let Some(earlier) = page.earlier {
            chunk.extend_from_slice(&aside("begin", &Begin { earlier }).ok()?);
        }
        for entry in &page.entries {
            chunk.extend_from_slice(&frame(entry).ok()?);
        }
        Some(chunk.into())
    }

    /// Something was said: the next heartbeat is due after a while.
    fn rest(&mut self) {
        let (least, spread) = HEARTBEAT;
        let next = Instant::now() + least + spread.mul_f64(random_fraction());
        self.heartbeat.as_mut().reset(next);
    }
}

/// How long a reply took to get here.
fn observe(app: &App, entry: &Entry) {
    if let Event::Message(Message { author: Author::Bot | Author::Agent, .. }) = &entry.event {
        app.histograms.reply_to_stream.observe(Duration::from_millis(app.clock.now().saturating_sub(entry.at)));
    }
}

/// One entry as a server-sent event. JSON has no line ends of its own, so nothing in a text can forge a field.
fn frame(entry: &Entry) -> Result<Bytes, serde_json::Error> {
    let json = serde_json::to_string(entry)?;
    Ok(format!("event: {}\nid: {}\ndata: {json}\n\n", entry.event.name(), entry.cursor).into())
}

/// What is no entry of the log: an event without id, so that a reader's cursor stays where it is.
fn aside(name: &str, data: &impl serde::Serialize) -> Result<Bytes, serde_json::Error> {
    let json = serde_json::to_string(data)?;
    Ok(format!("event: {name}\ndata: {json}\n\n").into())
}

/// Where 0 to 1, for spreading: connections that were opened together must not all speak or end together.
fn random_fraction() -> f64 {
    // Without randomness there is no spreading, which is no fault worth ending a stream for.
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
