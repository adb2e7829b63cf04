//! Test harness: a whole proxy on a free local port, for tests of this crate and of others.

use std::{net::SocketAddr, sync::Arc};

use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use crate::clock::Clock;
use crate::config::{Arguments, Config};
use crate::{App, Listeners, build, demo, run};

mod redis_server;
pub use redis_server::RedisServer;

/// A running proxy. Dropping it stops it.
#[derive(Debug)]
pub struct TestApp {
    /// Address of the proxy.
    pub address: SocketAddr,
    /// Address of its metrics listener.
    pub metrics: Option<SocketAddr>,
    /// Its state.
    pub app: Arc<App>,
    /// Its clock; advances only when a test moves it.
    pub clock: Clock,
    running: JoinHandle<usize>,
    _stop_on_drop: DropGuard,
    _directory: tempfile::TempDir,
}

impl TestApp {
    /// Returns the URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stops the proxy gracefully. Returns how many connections had to be cut.
    pub async fn stop(self) -> usize {
        self.app.lifecycle.shutdown.cancel();
        self.running.await.expect("the proxy ended without panic")
    }
}

/// Starts a proxy with the demo's site, a new database, and the settings that `change` modified.
pub async fn spawn_app(change: impl FnOnce(&mut Config)) -> Result<TestApp, String> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let arguments = Arguments { listen: Some(([127, 0, 0, 1], 0).into()), ..Arguments::default() };
    let mut config = demo::config(&arguments, directory.path().to_owned()).expect("the demo's configuration is right");
    change(&mut config);
    let clock = Clock::standing();
    let app = build(config, clock.clone()).await?;
    let listeners = Listeners::open(&app.config).await?;
    let bound = |listener: &tokio::net::TcpListener| listener.local_addr().expect("a bound socket has an address");
    let (address, metrics) = (bound(&listeners.public), listeners.metrics.as_ref().map(bound));
    let running = tokio::spawn(run(Arc::clone(&app), listeners));
    let _stop_on_drop = app.lifecycle.shutdown.clone().drop_guard();
    Ok(TestApp { address, metrics, app, clock, running, _stop_on_drop, _directory: directory })
}
