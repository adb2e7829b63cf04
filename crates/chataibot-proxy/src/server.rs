//! The accept loop: sockets in, answers out, and an orderly end. Knows a router, and nothing of what its routes do.
//!
//! - [`framing`]: which requests are well-formed beyond doubt
//! - [`connection`]: one guarded socket
//! - [`detached_stream`]: streams, which need no more of a connection than its socket
//!
//! `axum::serve` sets no time-out for a head, so a slow client would hold a socket for ever; and it keeps larger buffers.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chataibot_wire::error::code;
use http::{HeaderValue, Request, StatusCode, header};
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
    counters::Counters,
    error::ApiError,
};
use connection::{Connection, REFUSED};
use detached_stream::DetachedStream;
use framing::{FramingError, LONGEST_HEAD};

pub mod connection;
pub mod detached_stream;
pub mod framing;

/// How long to wait when the system has no socket left to give.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// Connections that may wait to be accepted. When everybody comes back at once, whoever finds no place there tries again after one,
/// three, seven seconds. The system has a limit of its own: `net.core.somaxconn`.
const ACCEPT_BACKLOG: u32 = 32_768;

/// Listens. Needs a runtime.
///
/// # Errors
/// The system's.
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

/// Serves one listener.
pub struct Server {
    /// What answers.
    pub router: Router,
    /// How long a head may take, and an idle connection stay.
    pub head_timeout: Duration,
    /// A place for each connection that may be open.
    pub permits: Arc<Semaphore>,
    /// What one address may have of them.
    pub per_address: ConcurrencyLimit<IpAddr>,
    /// Reverse proxies of ours, which may have as many as they need.
    pub trusted: Vec<IpNet>,
    /// Where refusals are counted.
    pub counters: Arc<Counters>,
    /// Ends the accepting, and then everything that runs.
    pub shutdown: CancellationToken,
    /// How long what runs may still take then.
    pub grace: Duration,
}

/// What an open connection takes up; given back when dropped.
struct ConnectionPermit {
    _permit: OwnedSemaphorePermit,
    _seat: Option<Permit<IpAddr>>,
}

impl Server {
    /// Accepts until the shutdown, then waits for what runs. Returns how many connections had to be cut.
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

    /// A place for a new connection, if there is one, and one of its address's.
    fn permit(&self, peer: SocketAddr) -> Option<ConnectionPermit> {
        let address = peer.ip().to_canonical();
        let permit = match self.trusted.iter().any(|network| network.contains(&address)) {
            true => None,
            false => Some(self.per_address.try_acquire(ip_prefix(address))?),
        };
        Some(ConnectionPermit { _permit: Arc::clone(&self.permits).try_acquire_owned().ok()?, _seat: permit })
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
        let detached = Arc::new(DetachedStream::default());
        let service = service_fn(|request| Arc::clone(&self).answer(request, peer, Arc::clone(&detached)));
        let socket = Connection::new(socket, Arc::clone(&self.counters), Arc::clone(&detached));
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
                answer = detached.answer() => {
                    let socket = connection.into_parts().io.into_inner();
                    // A task of its own, because this one keeps the room that hyper's connection took.
                    running.spawn(async move {
                        detached_stream::write(socket, answer, cut).await;
                        drop(permit);
                    });
                    return;
                }
                () = self.shutdown.cancelled(), if !ending => {
                    ending = true;
                    std::pin::Pin::new(&mut connection).graceful_shutdown();
                }
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
        detached: Arc<DetachedStream>,
    ) -> Result<Response, std::convert::Infallible> {
        if request.method().as_str() == REFUSED {
            return Ok(refuse(request.uri().path()));
        }
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let can_detach = DetachedStream::can_detach(&request);
        let answer = self.router.clone().oneshot(request).await?;
        match if can_detach { detached.detach(answer) } else { Some(answer) } {
            Some(answer) => Ok(answer),
            // The connection's task takes over from here, and drops this.
            None => std::future::pending().await,
        }
    }

    /// Says so and hangs up: a silent close would look like a broken network.
    fn reject(&self, socket: &TcpStream) {
        self.counters.connections_refused.increment();
        let error = ApiError::unavailable("too many connections");
        let body = serde_json::to_vec(&error.body()).unwrap_or_default();
        let head = format!(
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 5\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let answer: Bytes = [head.into_bytes(), body].concat().into();
        // A new socket's buffer takes this at once; if not, nobody is waiting for it.
        if let Err(error) = socket.try_write(&answer) {
            tracing::debug!(%error, "a connection over the limit was closed without a word");
        }
    }
}

/// The answer to the request that stands in for a refused one, whose path is the reason.
fn refuse(path: &str) -> Response {
    let refusal = FramingError::ALL.into_iter().find(|refusal| path.strip_prefix('/') == Some(refusal.word()));
    let (status, message) = match refusal {
        Some(FramingError::HeadTooLarge) => {
            (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the request's head is too large")
        }
        Some(_) | None => (StatusCode::BAD_REQUEST, "the request's form is not clear beyond doubt"),
    };
    let mut response = ApiError::new(status, code::BAD_REQUEST, message).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
