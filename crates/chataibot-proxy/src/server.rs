//! HTTP server: accept loop, connection limits and graceful shutdown, for any router.
//!
//! - [`framing`]: refuses requests that could be interpreted in more than one way
//! - [`connection`]: one socket with its checks
//! - [`handoff`], [`detached_stream`]: take event streams, which need only the socket, over from
//!   hyper
//!
//! `axum::serve` is not used: it sets no timeout for a request head, so a slow client could hold a
//! socket indefinitely, and it keeps larger buffers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::{Router, body::Body, extract::ConnectInfo, response::Response};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use crate::concurrency::{ConcurrencyLimit, Permit, ip_prefix};
use crate::error::ApiError;
use crate::http::state::App;
use connection::{Connection, raw_answer};
use framing::LONGEST_HEAD;
use handoff::Handoff;

pub mod connection;
pub mod detached_stream;
pub mod framing;
pub mod handoff;

/// Delay before the next accept when the system is out of sockets.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// Length of the accept queue. When all clients reconnect at once, those that find it full retry
/// after one, three and seven seconds. The system has a limit of its own: `net.core.somaxconn`.
const ACCEPT_BACKLOG: u32 = 32_768;

/// Opens a listening socket. Needs a Tokio runtime.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A restart must not wait for the connections of the previous process.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_BACKLOG)
}

/// Server of one listener. Shared by the tasks of its connections.
pub struct Server {
    /// Answers requests. Cloned for each one, as `tower` requires.
    pub router: Router,
    /// One permit for each connection that may be open, acquired before its task is spawned.
    pub connections: Arc<Semaphore>,
    /// Permits per address, so that no address can take all connections.
    pub per_address: ConcurrencyLimit<IpAddr>,
    /// For its limits, its metrics, and the shutdown.
    pub app: Arc<App>,
}

/// Permits of an open connection, one of all and one of its address; released when dropped.
type ConnectionPermit = (OwnedSemaphorePermit, Option<Permit<IpAddr>>);

impl Server {
    /// Accepts connections until the shutdown, then waits for them. Returns how many were cut.
    pub async fn run(self, listener: TcpListener) -> usize {
        let (tasks, cut) = (TaskTracker::new(), CancellationToken::new());
        let server = Arc::new(self);
        loop {
            let accepted = tokio::select! {
                () = server.app.lifecycle.shutdown.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((socket, peer)) => match server.acquire_permits(peer) {
                    Some(permit) => {
                        let connection =
                            Arc::clone(&server).serve_connection(socket, peer, permit, cut.clone(), tasks.clone());
                        tasks.spawn(connection);
                    }
                    None => server.reject(&socket),
                },
                // The peer disconnected before the accept.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {}
                Err(error) => {
                    tracing::error!(%error, "can't accept connections; is the limit of open files too low?");
                    tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                }
            }
        }
        drop(listener);
        tasks.close();
        if tokio::time::timeout(server.app.config.shutdown_grace, tasks.wait()).await.is_ok() {
            return 0;
        }
        let cut_count = tasks.len();
        cut.cancel();
        tasks.wait().await;
        cut_count
    }

    fn acquire_permits(&self, peer: SocketAddr) -> Option<ConnectionPermit> {
        let address = peer.ip().to_canonical();
        // The addresses of trusted reverse proxies have no limit.
        let is_trusted = self.app.config.trusted_proxies.iter().any(|network| network.contains(&address));
        let of_address = if is_trusted { None } else { Some(self.per_address.try_acquire(ip_prefix(address))?) };
        Some((Arc::clone(&self.connections).try_acquire_owned().ok()?, of_address))
    }

    async fn serve_connection(
        self: Arc<Self>,
        socket: TcpStream,
        peer: SocketAddr,
        permit: ConnectionPermit,
        cut: CancellationToken,
        tasks: TaskTracker,
    ) {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY; events may come late");
        }
        let handoff = Arc::new(Handoff::default());
        let service = service_fn(|request| Arc::clone(&self).answer(request, peer, Arc::clone(&handoff)));
        let socket = Connection::new(socket, Arc::clone(&self.app.metrics), Arc::clone(&handoff));
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.app.config.limits.head_timeout)
            // The head must fit; more would only cost memory for an idle stream.
            .max_buf_size(LONGEST_HEAD + 1024)
            .max_headers(128)
            .half_close(false)
            .serve_connection(TokioIo::new(socket), service);
        let mut is_ending = false;
        let ended = loop {
            tokio::select! {
                ended = &mut connection => break ended,
                answer = handoff.answer() => {
                    let socket = connection.into_parts().io.into_inner();
                    // A separate task, because this one keeps the memory of hyper's connection.
                    tasks.spawn(async move {
                        detached_stream::write(socket, answer, cut).await;
                        drop(permit);
                    });
                    return;
                }
                () = self.app.lifecycle.shutdown.cancelled(), if !is_ending => {
                    is_ending = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
                // hyper writes the answers that are still due; then the socket writes the refusal.
                () = handoff.refused.notified() => Pin::new(&mut connection).graceful_shutdown(),
                () = cut.cancelled() => break Ok(()),
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(permit);
    }

    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: SocketAddr,
        handoff: Arc<Handoff>,
    ) -> Result<Response, std::convert::Infallible> {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let can_detach = Handoff::can_detach(&request);
        let answer = self.router.clone().oneshot(request).await?;
        match if can_detach { handoff.detach(answer) } else { Some(answer) } {
            Some(answer) => Ok(answer),
            // The connection's task takes over from here and drops this future.
            None => std::future::pending().await,
        }
    }

    /// Answers 503 and closes the socket: a silent close would look like a network failure.
    fn reject(&self, socket: &TcpStream) {
        self.app.metrics.connections_refused.inc();
        // A new socket's send buffer has room for this; if not, nobody is waiting for it.
        if let Err(error) = socket.try_write(&raw_answer(&ApiError::unavailable("too many connections"))) {
            tracing::debug!(%error, "a connection over the limit was closed without an answer");
        }
    }
}
