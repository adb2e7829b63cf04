//! The accept loop: sockets in, answers out, and an orderly end. Knows a router, and nothing of
//! what its routes do.
//!
//! - [`framing`]: which requests are well-formed beyond doubt
//! - [`connection`]: one guarded socket
//! - [`handoff`], [`detached_stream`]: streams, which need no more of a connection than its socket
//!
//! `axum::serve` sets no time-out for a head, so a slow client would hold a socket for ever; and it
//! keeps larger buffers.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo, response::Response};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use crate::{
    concurrency::{ConcurrencyLimit, Permit, ip_prefix},
    error::ApiError,
    metrics::Metrics,
};
use connection::{Connection, raw_answer};
use framing::LONGEST_HEAD;
use handoff::Handoff;

pub mod connection;
pub mod detached_stream;
pub mod framing;
pub mod handoff;

/// How long to wait when the system has no socket left to give.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// Connections that may wait to be accepted. When everybody comes back at once, whoever finds no
/// place there tries again after one, three, seven seconds. The system has a limit of its own:
/// `net.core.somaxconn`.
const ACCEPT_BACKLOG: u32 = 32_768;

/// Listens. Needs a runtime.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A new start must not wait for the connections of the last one.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_BACKLOG)
}

/// Serves one listener. Shared by the tasks of its connections.
pub struct Server {
    /// Answers. Cloned for each request, as `tower` wants it.
    pub router: Router,
    /// How long a head may take, and an idle connection stay.
    pub head_timeout: Duration,
    /// One permit for each connection that may be open, acquired before its task is spawned.
    pub connections: Arc<Semaphore>,
    /// The permits of one address, so that no address gets all of them.
    pub per_address: ConcurrencyLimit<IpAddr>,
    /// Reverse proxies of ours, which may have as many as they need.
    pub trusted: Vec<IpNet>,
    pub metrics: Arc<Metrics>,
    /// Ends the accepting; then each connection finishes the request it has.
    pub shutdown: CancellationToken,
    /// How long that may take.
    pub grace: Duration,
}

/// What an open connection takes up; given back when dropped.
struct ConnectionPermit {
    _of_all: OwnedSemaphorePermit,
    _of_address: Option<Permit<IpAddr>>,
}

impl Server {
    /// Accepts until the shutdown, then waits for what runs. Returns how many connections had to be
    /// cut.
    pub async fn run(self, listener: TcpListener) -> usize {
        let (running, cut) = (TaskTracker::new(), CancellationToken::new());
        let server = Arc::new(self);
        loop {
            let accepted = tokio::select! {
                () = server.shutdown.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((socket, peer)) => match server.permit(peer) {
                    Some(permit) => {
                        let connection =
                            Arc::clone(&server).connection(socket, peer, permit, cut.clone(), running.clone());
                        running.spawn(connection);
                    }
                    None => server.reject(&socket),
                },
                // The peer's own fault: gone before we took it.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {}
                Err(error) => {
                    tracing::error!(%error, "can't accept connections; is the limit of open files too low?");
                    tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                }
            }
        }
        drop(listener);
        running.close();
        if tokio::time::timeout(server.grace, running.wait()).await.is_ok() {
            return 0;
        }
        let left = running.len();
        cut.cancel();
        running.wait().await;
        left
    }

    /// A permit for a new connection, if there is one, and one of its address's.
    fn permit(&self, peer: SocketAddr) -> Option<ConnectionPermit> {
        let address = peer.ip().to_canonical();
        let is_trusted = self.trusted.iter().any(|network| network.contains(&address));
        let of_address = if is_trusted { None } else { Some(self.per_address.try_acquire(ip_prefix(address))?) };
        Some(ConnectionPermit {
            _of_all: Arc::clone(&self.connections).try_acquire_owned().ok()?,
            _of_address: of_address,
        })
    }

    async fn connection(
        self: Arc<Self>,
        socket: TcpStream,
        peer: SocketAddr,
        permit: ConnectionPermit,
        cut: CancellationToken,
        running: TaskTracker,
    ) {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY; events may come late");
        }
        let handoff = Arc::new(Handoff::default());
        let service = service_fn(|request| Arc::clone(&self).answer(request, peer, Arc::clone(&handoff)));
        let socket = Connection::new(socket, Arc::clone(&self.metrics), Arc::clone(&handoff));
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_timeout)
            // The head must fit; more would only be memory for an idle stream.
            .max_buf_size(LONGEST_HEAD + 1024)
            .max_headers(128)
            .half_close(false)
            .serve_connection(TokioIo::new(socket), service);
        let mut ending = false;
        let ended = loop {
            tokio::select! {
                ended = &mut connection => break ended,
                answer = handoff.answer() => {
                    let socket = connection.into_parts().io.into_inner();
                    // A task of its own, because this one keeps the room that hyper's connection
                    // took.
                    running.spawn(async move {
                        detached_stream::write(socket, answer, cut).await;
                        drop(permit);
                    });
                    return;
                }
                () = self.shutdown.cancelled(), if !ending => {
                    ending = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
                // hyper writes the answers that are still due, and then lets the socket say
                // farewell.
                () = handoff.refused() => Pin::new(&mut connection).graceful_shutdown(),
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
            // The connection's task takes over from here, and drops this.
            None => std::future::pending().await,
        }
    }

    /// Says so and hangs up: a silent close would look like a broken network.
    fn reject(&self, socket: &TcpStream) {
        self.metrics.connections_refused.inc();
        // A new socket's buffer takes this at once; if not, nobody is waiting for it.
        if let Err(error) = socket.try_write(&raw_answer(&ApiError::unavailable("too many connections"))) {
            tracing::debug!(%error, "a connection over the limit was closed without a word");
        }
    }
}
