//! Socket wrapper between TCP and hyper: checks framing, and gives up on peers that do not read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use chataibot_wire::error::code;
use http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::framing::{Framing, FramingError, LONGEST_HEAD};
use super::handoff::Handoff;
use crate::{error::ApiError, metrics::Metrics};

/// Maximum time without progress while bytes wait to be written.
const WRITE_STALL: Duration = Duration::from_secs(30);

/// A checked socket. Owned by one task; only what [`Handoff`] shares is locked.
pub struct Connection {
    socket: TcpStream,
    framing: Framing,
    /// Checked bytes that did not fit into the reader's buffer, from `read_offset` on.
    checked: Vec<u8>,
    read_offset: usize,
    refused: Option<FramingError>,
    /// The unwritten rest of a refusal. It follows the earlier answers, when hyper closes.
    refusal_bytes: Bytes,
    metrics: Arc<Metrics>,
    handoff: Arc<Handoff>,
    /// Number of bytes received while no request was expected.
    unexpected_bytes: usize,
    stall_timer: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    pub fn new(socket: TcpStream, metrics: Arc<Metrics>, handoff: Arc<Handoff>) -> Self {
        Self {
            socket,
            framing: Framing::default(),
            checked: Vec::new(),
            read_offset: 0,
            refused: None,
            refusal_bytes: Bytes::new(),
            metrics,
            handoff,
            unexpected_bytes: 0,
            stall_timer: None,
        }
    }

    /// Waits until the peer hangs up. Data received until then is not answered, because the
    /// connection ends with the stream. More than the size of a request head ends it at once.
    pub async fn hung_up(&mut self) -> io::Result<()> {
        std::future::poll_fn(|context| self.poll_hung_up(context)).await
    }

    fn poll_hung_up(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut space = [0; 1024];
            let mut raw = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut self.socket).poll_read(context, &mut raw))?;
            self.unexpected_bytes += raw.filled().len();
            if raw.filled().is_empty() || self.unexpected_bytes > LONGEST_HEAD {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Stops reading. Inside a body, hyper answers; a malformed head is answered here.
    fn refuse(&mut self, refusal: FramingError) {
        self.refused = Some(refusal);
        self.metrics.framing_refused.inc();
        tracing::info!(refusal = <&str>::from(refusal), "a malformed request was refused");
        if refusal == FramingError::Chunk {
            return;
        }
        let (status, message) = if refusal == FramingError::HeadTooLarge {
            (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the request's head is too large")
        } else {
            (StatusCode::BAD_REQUEST, "the request's form is not clear beyond doubt")
        };
        self.refusal_bytes = raw_answer(&ApiError::new(status, code::BAD_REQUEST, message));
        self.handoff.refused.notify_one();
    }

    fn fill_buffer(&mut self, buffer: &mut ReadBuf<'_>) {
        let count = (self.checked.len() - self.read_offset).min(buffer.remaining());
        buffer.put_slice(&self.checked[self.read_offset..self.read_offset + count]);
        self.read_offset += count;
        if self.read_offset == self.checked.len() {
            self.checked = Vec::new();
            self.read_offset = 0;
        }
    }

    /// Fails a write that has stalled too long; any progress restarts the timer.
    fn check_stall<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        self.handoff.is_write_pending.store(written.is_pending(), Ordering::Relaxed);
        if written.is_ready() {
            self.stall_timer = None;
            return written;
        }
        let stall_timer = self.stall_timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITE_STALL)));
        ready!(stall_timer.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read")))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.checked.is_empty() {
            match this.refused {
                None => {}
                Some(FramingError::Chunk) => {
                    let malformed = io::Error::new(io::ErrorKind::InvalidData, "the body's chunks are malformed");
                    return Poll::Ready(Err(malformed));
                }
                // An end of file would look like a hang-up and discard the answers still due.
                Some(_) => return Poll::Pending,
            }
            let mut space = [0; 4096];
            let mut raw = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut this.socket).poll_read(context, &mut raw))?;
            if raw.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            if let Err(refusal) = this.framing.feed(raw.filled(), &mut this.checked) {
                this.refuse(refusal);
            }
        }
        this.fill_buffer(buffer);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.check_stall(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.check_stall(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while !this.refusal_bytes.is_empty() {
            let written = Pin::new(&mut this.socket).poll_write(context, &this.refusal_bytes);
            let count = ready!(this.check_stall(written, context))?;
            this.refusal_bytes.advance(count);
        }
        Pin::new(&mut this.socket).poll_shutdown(context)
    }
}

/// A refusal as a whole response, where hyper has no request to answer; the connection then ends.
pub fn raw_answer(error: &ApiError) -> Bytes {
    let body = serde_json::to_vec(&error.body).unwrap_or_default();
    let retry_after = error.body.retry_after.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {}\r\ncontent-type: application/json\r\n{retry_after}content-length: {}\r\nconnection: close\r\n\r\n",
        error.status,
        body.len()
    );
    [head.into_bytes(), body].concat().into()
}
