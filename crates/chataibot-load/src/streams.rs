//! Event streams of visitors: thousands of sockets that are mostly idle, reconnect with their
//! cursor when they are cut, and report what they read to the recorder.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::BenchError;
use crate::http::{Head, connect};
use crate::population::Visitor;
use crate::program::ORIGIN;
use crate::recorder::Recorder;

/// First connections opened at the same time: few, because memory that a connection needs only
/// while it begins would count as an idle stream's. After a cut there is no such limit.
const CONCURRENT_OPENS: usize = 32;
/// Delay after a failed connection, times the number of failures (at most ten).
const RETRY_DELAY: Duration = Duration::from_millis(100);

/// Open streams; dropping them closes all.
pub struct Streams {
    shared: Arc<Shared>,
    readers: JoinSet<()>,
}

struct Shared {
    proxy: SocketAddr,
    recorder: Arc<Recorder>,
    state: watch::Sender<State>,
    open_permits: Semaphore,
}

#[derive(Clone, Debug, Default)]
struct State {
    /// How often all streams were cut.
    cut_count: u32,
    /// How many have opened since.
    open_count: usize,
    /// How often the proxy told a stream to come later.
    refused_count: usize,
    failed_count: usize,
    /// Status of an answer that none of these visitors should get.
    unexpected_status: Option<u16>,
}

enum End {
    /// The bench cut it.
    Cut,
    /// The proxy or the network ended it.
    Ended,
    /// The proxy refused it; it may come back after so many seconds.
    Refused(u64),
}

impl Shared {
    /// Counts something without waking the readers.
    fn count(&self, change: impl FnOnce(&mut State)) {
        self.state.send_if_modified(|state| {
            change(state);
            false
        });
    }
}

impl Streams {
    /// Opens a stream for each of these visitors and waits until all are open.
    pub async fn open(proxy: SocketAddr, visitors: &[Visitor]) -> Result<Self, BenchError> {
        let (state, open_permits) = (watch::Sender::default(), Semaphore::new(CONCURRENT_OPENS));
        let shared = Arc::new(Shared { proxy, recorder: Arc::default(), state, open_permits });
        let mut streams = Self { shared, readers: JoinSet::new() };
        streams.open_more(visitors).await?;
        Ok(streams)
    }

    pub async fn open_more(&mut self, visitors: &[Visitor]) -> Result<(), BenchError> {
        for visitor in visitors {
            self.readers.spawn(keep_connected(Arc::clone(&self.shared), visitor.clone()));
        }
        self.wait_until_all_open(Duration::from_secs(120)).await
    }

    /// Cuts all streams at once, and returns when all have reconnected.
    pub async fn cut(&self, limit: Duration) -> Result<(), BenchError> {
        self.shared.state.send_modify(|state| {
            state.cut_count += 1;
            state.open_count = 0;
        });
        self.wait_until_all_open(limit).await
    }

    pub fn proxy(&self) -> SocketAddr {
        self.shared.proxy
    }

    pub fn recorder(&self) -> &Arc<Recorder> {
        &self.shared.recorder
    }

    pub fn refused_count(&self) -> usize {
        self.shared.state.borrow().refused_count
    }

    async fn wait_until_all_open(&self, limit: Duration) -> Result<(), BenchError> {
        let wanted = self.readers.len();
        let mut state = self.shared.state.subscribe();
        let is_decided = |state: &State| state.open_count >= wanted || state.unexpected_status.is_some();
        // Whether in time or not, the state says the rest.
        let _ = tokio::time::timeout(limit, state.wait_for(is_decided)).await;
        let State { open_count, refused_count: refused, failed_count: failed, unexpected_status, .. } = *state.borrow();
        match unexpected_status {
            Some(status) => Err(format!("a visitor's stream was answered with {status}").into()),
            None if open_count >= wanted => Ok(()),
            None => Err(format!(
                "after {limit:?} {open_count} of {wanted} streams are open; {refused} refusals, {failed} broken"
            )
            .into()),
        }
    }
}

async fn keep_connected(shared: Arc<Shared>, visitor: Visitor) {
    let mut changes = shared.state.subscribe();
    let mut reader = Reader::default();
    let mut failures = 0;
    loop {
        let cut = changes.borrow_and_update().cut_count;
        match run_connection(&shared, &visitor, &mut reader, &mut changes, cut).await {
            Ok(End::Cut) => failures = 0,
            Ok(End::Refused(seconds)) => {
                shared.count(|state| state.refused_count += 1);
                tokio::time::sleep(Duration::from_secs(seconds)).await;
            }
            // Also after a failed connection: the reader of a stream retries until it succeeds.
            Ok(End::Ended) | Err(_) => {
                failures += 1;
                shared.count(|state| state.failed_count += 1);
                tokio::time::sleep(RETRY_DELAY * failures.min(10)).await;
            }
        }
    }
}

async fn run_connection(
    shared: &Shared,
    visitor: &Visitor,
    reader: &mut Reader,
    changes: &mut watch::Receiver<State>,
    cut: u32,
) -> io::Result<End> {
    reader.buffer.clear();
    let (mut socket, head) = {
        let _permit = if cut == 0 { shared.open_permits.acquire().await.ok() } else { None };
        let mut socket = request(shared, visitor, reader.cursor.as_deref()).await?;
        let head = reader.read_head(&mut socket).await?;
        (socket, head)
    };
    match head.status {
        200 => {}
        429 | 503 => return Ok(End::Refused(head.retry_after.unwrap_or(1))),
        unexpected => {
            shared.state.send_modify(|state| state.unexpected_status = Some(unexpected));
            std::future::pending::<()>().await;
        }
    }
    shared.state.send_if_modified(|state| {
        let is_current = state.cut_count == cut;
        state.open_count += usize::from(is_current);
        is_current
    });
    reader.report_events(&shared.recorder);
    loop {
        tokio::select! {
            biased;
            changed = changes.wait_for(|state| state.cut_count != cut) => {
                return if changed.is_ok() { Ok(End::Cut) } else { Ok(End::Ended) };
            }
            readable = socket.readable() => readable?,
        }
        if !reader.read_available(&mut socket)? {
            return Ok(End::Ended);
        }
        reader.report_events(&shared.recorder);
    }
}

async fn request(shared: &Shared, visitor: &Visitor, cursor: Option<&str>) -> io::Result<TcpStream> {
    let mut socket = connect(shared.proxy).await?;
    let cursor = cursor.map_or_else(String::new, |cursor| format!("Last-Event-ID: {cursor}\r\n"));
    let (proxy, alias, token) = (shared.proxy, &visitor.alias, &visitor.token);
    let request = format!(
        "GET /api/v1/conversation/{alias}/events HTTP/1.1\r\nHost: {proxy}\r\nOrigin: {ORIGIN}\r\nAccept: text/event-stream\r\nAuthorization: Bearer {token}\r\n{cursor}\r\n"
    );
    socket.write_all(request.as_bytes()).await?;
    Ok(socket)
}

/// Reader of one stream. Its buffer holds an incomplete event, and is almost always empty.
#[derive(Default)]
struct Reader {
    cursor: Option<String>,
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads until the head and the beginning of the stream have arrived.
    async fn read_head(&mut self, socket: &mut TcpStream) -> io::Result<Head> {
        loop {
            if let Some(head) = Head::parse(&self.buffer)
                && (head.status != 200 || self.buffer[head.end..].windows(2).any(|two| two == b"\n\n"))
            {
                self.buffer.drain(..head.end);
                return Ok(head);
            }
            socket.readable().await?;
            if !self.read_available(socket)? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Reads what is available, by a buffer on the stack; returns whether the stream goes on.
    fn read_available(&mut self, socket: &mut TcpStream) -> io::Result<bool> {
        let mut chunk = [0; 4096];
        match socket.try_read(&mut chunk) {
            Ok(0) => Ok(false),
            Ok(count) => {
                self.buffer.extend_from_slice(&chunk[..count]);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Reports arrived events and keeps the last cursor. Lengths of chunks between them are skipped.
    fn report_events(&mut self, recorder: &Recorder) {
        let Some(end) = self.buffer.windows(2).rposition(|two| two == b"\n\n") else { return };
        for block in String::from_utf8_lossy(&self.buffer[..end]).split("\n\n") {
            if let Some(cursor) = block.lines().find_map(|line| line.strip_prefix("id: ")) {
                self.cursor = Some(cursor.to_owned());
            }
            if let Some(number) = recorder.parse_number(block) {
                recorder.record_arrival(number);
            }
        }
        self.buffer.drain(..end + 2);
        if self.buffer.is_empty() {
            self.buffer = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn events_are_told_once_they_are_whole_and_the_last_cursor_is_kept() {
        let recorder = Recorder::default();
        let first = recorder.add(Instant::now());
        let second = recorder.add(Instant::now());
        let mut reader = Reader::default();
        let told = |number| {
            format!("40\r\nevent: message\nid: 7-{}\ndata: {{\"{}\"}}\n\n\r\n", number + 1, recorder.text(number))
        };
        let (one, two) = (told(first), told(second));
        let (begin, end) = two.split_at(30);
        for text in ["4\r\n:\n\n\r\n", &one, begin] {
            reader.buffer.extend_from_slice(text.as_bytes());
        }
        reader.report_events(&recorder);
        assert_eq!(reader.cursor.as_deref(), Some("7-1"));
        reader.buffer.extend_from_slice(end.as_bytes());
        reader.report_events(&recorder);
        assert_eq!(reader.cursor.as_deref(), Some("7-2"));
        assert_eq!((first, second), (0, 1));
        let outcome = recorder.wait_for_all(first, Duration::ZERO).await;
        assert_eq!((outcome.lost, outcome.doubled), (0, 0));
    }
}
