//! The state that all handlers share.

use std::{fmt, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::assets::Assets;
use crate::clock::Clock;
use crate::config::Config;
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::service::files::Files;
use crate::service::message_forwarding::MessageForwarder;
use crate::service::rate_limits::RateLimits;
use crate::service::reload::{LiveSites, signing_keys};
use crate::service::retention::Retention;
use crate::service::stream::Streams;
use crate::service::token::Tokens;
use crate::service::token::sign_in::CredentialIssuer;
use crate::service::webhook::WebhookReceiver;
use crate::store::{Store, StoreEvent};

/// State shared by all requests, for concurrent use; no lock is held across an await.
#[expect(missing_docs, reason = "each type says what it is")]
pub struct App {
    /// The settings as of the start; for the sites, see the next field.
    pub config: Config,
    /// The current sites, which a reload replaces.
    pub sites: Arc<LiveSites>,
    pub store: Store,
    pub hub: Hub,
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
    pub services: Services,
    pub lifecycle: Lifecycle,
    /// State that only the start of the servers needs; taken once.
    pub(crate) startup: Mutex<Startup>,
}

/// State that [`crate::app::run`] takes over.
#[derive(Default)]
pub(crate) struct Startup {
    pub(crate) assets: Assets,
    /// Changes of other proxies in a shared store.
    pub(crate) store_events: Option<mpsc::UnboundedReceiver<StoreEvent>>,
}

/// The services of the proxy, which are independent of HTTP routes.
#[expect(missing_docs, reason = "each type says what it does")]
pub struct Services {
    pub tokens: Arc<Tokens>,
    pub credentials: CredentialIssuer,
    pub messages: MessageForwarder,
    pub files: Arc<Files>,
    pub webhooks: WebhookReceiver,
    pub streams: Arc<Streams>,
    pub limits: RateLimits,
    pub retention: Retention,
}

/// The two steps of a graceful shutdown, and the permits of open connections. Clones share it.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    /// Cancelled when a shutdown is requested: the proxy says that it is not ready, and serves on.
    pub draining: CancellationToken,
    /// Cancelled when the proxy must end: no more accepts, streams end, running requests finish.
    pub shutdown: CancellationToken,
    /// One permit for each connection that may be open.
    pub connections: Arc<Semaphore>,
}

impl App {
    /// Whether a shutdown was requested.
    pub fn is_draining(&self) -> bool {
        self.lifecycle.draining.is_cancelled() || self.lifecycle.shutdown.is_cancelled()
    }

    /// Shuts down gracefully: says at `/readyz` that it is not ready, serves on until load
    /// balancers send new requests elsewhere, then ends streams and finishes requests.
    pub async fn drain(&self) {
        self.lifecycle.draining.cancel();
        tokio::time::sleep(self.config.drain).await;
        self.lifecycle.shutdown.cancel();
    }

    /// Returns the number of open connections.
    pub fn connections(&self) -> usize {
        self.config.limits.connections.saturating_sub(self.lifecycle.connections.available_permits())
    }

    /// Applies the sites and keys of a reloaded configuration. All other settings apply from the
    /// next start. No request fails because of it: running ones keep the old values. Fails when the
    /// key file is invalid; then nothing has changed.
    pub async fn reload(&self, config: Config) -> Result<(), String> {
        let keys = signing_keys(&config, &self.store, self.clock.now()).await?;
        self.services.tokens.replace_keys(keys);
        self.sites.replace(config.sites);
        // Ends the streams of sites and origins that were removed.
        self.services.tokens.revocations.notify();
        Ok(())
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}
