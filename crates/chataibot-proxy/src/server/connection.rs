//! One visitor's socket: framing is checked on the way in, and a peer that does not read is given up on the way out.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Sleep,
};

use super::{
    detached_stream::DetachedStream,
    framing::{Framing, FramingError, LONGEST_HEAD},
};
use crate::counters::Counters;

/// The method of the request that stands in for a refused one. Who sends it is refused.
pub const REFUSED: &str = "CHATAIBOT-REFUSED";

/// How long a peer may take no byte while some are due.
const WRITE_STALL: Duration = Duration::from_secs(30);

/// A guarded socket.
pub struct Connection {
    socket: TcpStream,
    framing: Framing,
    /// Checked bytes that did not fit into the reader's buffer.
    checked: Vec<u8>,
    taken: usize,
    refused: bool,
    counters: Arc<Counters>,
    detached: Arc<DetachedStream>,
    /// Bytes that came while nobody wanted any.
    unasked: usize,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    /// Guards a socket.
    #[must_use]
    pub fn new(socket: TcpStream, counters: Arc<Counters>, detached: Arc<DetachedStream>) -> Self {
        Self {
            socket,
            framing: Framing::default(),
            checked: Vec::new(),
            taken: 0,
            refused: false,
            counters,
            detached,
            unasked: 0,
            stalled: None,
        }
    }

    /// Waits until the peer hangs up. What it says until then is no request that anybody would answer: the connection ends with the
    /// stream. More than a request's worth of it ends it now.
    ///
    /// # Errors
    /// The socket's.
    pub async fn hung_up(&mut self) -> io::Result<()> {
        std::future::poll_fn(|context| self.poll_hung_up(context)).await
    }

    fn poll_hung_up(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut space = [0; 1024];
            let mut raw = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut self.socket).poll_read(context, &mut raw))?;
            self.unasked += raw.filled().len();
            if raw.filled().is_empty() || self.unasked > LONGEST_HEAD {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// A refused request becomes one that hyper understands and answers in its turn, after the answers that are still due. Inside a
    /// body it is no chunk: that request is answered as one that broke off.
    fn refuse(&mut self, refusal: FramingError) {
        self.refused = true;
        let word = refusal.word();
        self.counters.framing_refused.increment();
        tracing::info!(refusal = word, "a malformed request was refused");
        let stand_in = format!("{REFUSED} /{word} HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n");
        self.checked.extend_from_slice(stand_in.as_bytes());
    }

    fn hand_over(&mut self, buffer: &mut ReadBuf<'_>) {
        let count = (self.checked.len() - self.taken).min(buffer.remaining());
        buffer.put_slice(&self.checked[self.taken..self.taken + count]);
        self.taken += count;
        if self.taken == self.checked.len() {
            self.checked = Vec::new();
            self.taken = 0;
        }
    }

    /// Ends a write that has waited too long; any progress starts the wait anew.
    fn watch<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        self.detached.set_write_pending(written.is_pending());
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITE_STALL)));
        ready!(stalled.as_mut().poll(context));
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
            if this.refused {
                // An end here would look like a peer that has gone, and take its answer away. The answer closes the connection.
                return Poll::Pending;
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
        this.hand_over(buffer);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.watch(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.watch(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
