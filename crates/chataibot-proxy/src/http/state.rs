//! The state that all handlers share.

use std::{fmt, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::assets::Assets;
use crate::{
    clock::Clock,
    config::Config,
    hub::Hub,
    metrics::Metrics,
    service::{
        files::Files,
        message_forwarding::MessageForwarder,
        rate_limits::RateLimits,
        reload::{KeysError, LiveSites, signing_keys},
        retention::Retention,
        stream::Streams,
        token::{Tokens, sign_in::CredentialIssuer},
        webhook::WebhookReceiver,
    },
    store::{Store, StoreEvent},
};

/// What requests share. Every part of it is made for concurrent use; none is locked across an
/// await.
pub struct App {
    /// The settings, as they were at the start; of the sites, see the next.
    pub config: Config,
    /// The sites as they are now.
    pub sites: Arc<LiveSites>,
    /// What outlives a request. A clone is a handle on the same store.
    pub store: Store,
    /// Publish/subscribe of committed entries. A clone is the same hub.
    pub hub: Hub,
    /// What time it is.
    pub clock: Clock,
    /// Atomic counters: whoever increments one waits for nobody.
    pub metrics: Arc<Metrics>,
    /// What the proxy does.
    pub services: Services,
    /// How the proxy ends.
    pub lifecycle: Lifecycle,
    /// What only the start of the servers needs, until it takes it.
    pub(crate) startup: Mutex<Startup>,
}

/// What [`crate::app::run`] takes over.
#[derive(Default)]
pub(crate) struct Startup {
    pub(crate) assets: Assets,
    /// What other proxies change in a shared store.
    pub(crate) store_events: Option<mpsc::UnboundedReceiver<StoreEvent>>,
}

/// What the proxy does, in parts that know nothing of HTTP routes.
pub struct Services {
    /// Signs and checks visitor tokens.
    pub tokens: Arc<Tokens>,
    /// Issues, renews and ends a visitor's credentials.
    pub credentials: CredentialIssuer,
    /// Forwards visitors' messages, each in a task of its own.
    pub messages: MessageForwarder,
    /// Stores visitors' files.
    pub files: Arc<Files>,
    /// Stores the platform's events.
    pub webhooks: WebhookReceiver,
    /// Sends conversations' logs to browsers.
    pub streams: Arc<Streams>,
    /// Counts requests against limits.
    pub limits: RateLimits,
    /// Deletes.
    pub retention: Retention,
}

/// The two steps of an orderly end, and what an open connection takes up. Clones share it.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    /// Cancelled when an end was asked for: the proxy says that it is not ready, and goes on as
    /// before.
    pub draining: CancellationToken,
    /// Cancelled when the proxy is to end: the accept loop stops, streams say goodbye, running
    /// requests finish.
    pub shutdown: CancellationToken,
    /// One permit for each connection that may be open.
    pub connections: Arc<Semaphore>,
}

impl App {
    /// Was an end asked for?
    pub fn is_draining(&self) -> bool {
        self.lifecycle.draining.is_cancelled() || self.lifecycle.shutdown.is_cancelled()
    }

    /// Ends the proxy in an orderly way: says at `/readyz` that it goes, serves on for a while so
    /// that balancers send newcomers elsewhere, and then ends streams and finishes requests.
    pub async fn drain(&self) {
        self.lifecycle.draining.cancel();
        tokio::time::sleep(self.config.drain).await;
        self.lifecycle.shutdown.cancel();
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.config.limits.connections.saturating_sub(self.lifecycle.connections.available_permits())
    }

    /// Takes over sites and keys of a configuration that was read anew. Everything else in it
    /// counts from the next start. No request fails for it: those under way go on with what they
    /// began with.
    ///
    /// # Errors
    /// When the key file is wrong: then nothing was changed.
    pub async fn reload(&self, config: Config) -> Result<(), KeysError> {
        let keys = signing_keys(&config, &self.store, self.clock.now()).await?;
        self.services.tokens.replace_keys(keys);
        self.sites.replace(config.sites);
        // Streams of a site or an origin that is gone end now.
        self.services.tokens.revocations.notify();
        Ok(())
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}
