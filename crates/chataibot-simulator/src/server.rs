//! The server; its own accept loop can close a connection instead of answering.

use std::{convert::Infallible, fmt, io, net::SocketAddr, sync::Arc};

use axum::{Router, body::Body, extract::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, task::JoinSet};
use tower::ServiceExt;
use tracing::debug;

use crate::{api, config::Config, control, media, platform::Platform, webhook};

/// A running simulator. It ends when this is dropped, or gracefully by [`Simulator::shutdown`].
pub struct Simulator {
    /// Where it listens.
    pub addr: SocketAddr,
    platform: Arc<Platform>,
    accept_task: tokio::task::JoinHandle<()>,
}

/// Response extension that closes the connection instead of sending the response.
#[derive(Clone, Copy, Debug)]
pub struct Cut;

impl From<Cut> for io::Error {
    fn from(_: Cut) -> Self {
        Self::new(io::ErrorKind::ConnectionAborted, "closed without an answer, as ordered")
    }
}

/// Starts a simulator, which accepts calls once this returns. Fails if it cannot listen.
pub async fn spawn(config: Config) -> io::Result<Simulator> {
    let listener = TcpListener::bind(config.listen).await?;
    let addr = listener.local_addr()?;
    let platform = Platform::new(config, addr).map_err(io::Error::other)?;
    let (url, token) = (platform.config.webhook_url.clone(), platform.config.webhook_token.clone());
    webhook::set_target(&platform, &mut platform.write(), url, token, true);
    let router = control::routes().merge(media::routes()).merge(api::routes()).with_state(Arc::clone(&platform));
    let accept_task = tokio::spawn(accept(listener, router));
    Ok(Simulator { addr, platform, accept_task })
}

impl Simulator {
    /// `http://ADDR:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops listening, closes every connection and ends every task.
    pub async fn shutdown(mut self) {
        self.stop();
        if let Err(error) = (&mut self.accept_task).await
            && !error.is_cancelled()
        {
            debug!(%error, "the accept loop ended badly");
        }
    }

    fn stop(&self) {
        self.accept_task.abort();
        self.platform.stop();
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Simulator").field("addr", &self.addr).finish_non_exhaustive()
    }
}

/// Accepts connections until it is aborted; dropping the set of connections then closes them.
async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = listener.accept().await;
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                let router = router.clone();
                connections.spawn(async move {
                    let service = service_fn(move |request| serve(router.clone(), request));
                    let connection =
                        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
                    if let Err(error) = connection.await {
                        debug!(%error, "connection ended");
                    }
                });
            }
            Err(error) => {
                debug!(%error, "accept failed");
                // Most likely no file descriptor is free: let tasks run that may close one.
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn serve(router: Router, request: hyper::Request<Incoming>) -> io::Result<Response> {
    let request: Request = request.map(Body::new);
    let Ok(response) = router.oneshot(request).await.map_err(|never: Infallible| match never {});
    match response.extensions().get::<Cut>() {
        Some(cut) => Err((*cut).into()),
        None => Ok(response),
    }
}
