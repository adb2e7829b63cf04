//! Composition root: builds the shared state, lists every route, and runs the servers.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use parking_lot::Mutex;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{Clock, millis},
    concurrency::ConcurrencyLimit,
    config::Config,
    http::{
        assets::Assets,
        body, cors, middleware, rate_limits,
        routes::{erase, events, files, health, metrics, openapi, probe, send, start, token, webhook},
        state::{App, Lifecycle, Services, Startup},
    },
    hub::Hub,
    metrics::Metrics,
    platform::PlatformClient,
    server::{Server, listen},
    service::{
        files::Files,
        message_forwarding::MessageForwarder,
        peers::Peers,
        rate_limits::{Limited, RateLimits},
        reload::{LiveSites, signing_keys},
        retention::Retention,
        stream::Streams,
        token::{Tokens, revocation::Revocations, sign_in::CredentialIssuer},
        unknown_kinds::UnknownKinds,
        webhook::WebhookReceiver,
    },
    store::{Store, StoreError},
};

/// Why the proxy cannot start.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each says in its message what could not be opened, read or set up")]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Keys(String),
    #[error("`assets`: {0}")]
    Assets(String),
    #[error("`uploads_directory`: {0}")]
    Uploads(io::Error),
    #[error("no client for the platform: {0}")]
    Platform(reqwest::Error),
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
}

/// Opens the store, and reads keys and assets. Does not listen yet.
pub async fn build(config: Config, clock: Clock) -> Result<Arc<App>, StartError> {
    let hub = Hub::default();
    let (store, store_events) = match &config.redis {
        Some(redis) => {
            let (store, events) = Store::redis(&redis.secret, hub.clone(), clock.clone()).await?;
            (store, Some(events))
        }
        None => (Store::open(&config.database, hub.clone(), clock.clone())?, None),
    };
    let assets =
        config.assets.as_deref().map(Assets::read).transpose().map_err(StartError::Assets)?.unwrap_or_default();
    let metrics = Arc::new(Metrics::default());
    metrics.start_time_seconds.set((clock.now() / 1000).cast_signed());
    let tokens = Arc::new(load_tokens(&config, &store, &clock).await?);
    let sites = Arc::new(LiveSites::new(config.sites.clone()));
    let lifecycle = Lifecycle {
        draining: CancellationToken::new(),
        shutdown: CancellationToken::new(),
        connections: Arc::new(Semaphore::new(config.limits.connections)),
    };
    let files = Files::open(&config, store.clone(), Arc::clone(&metrics)).await.map_err(StartError::Uploads)?;
    let files = Arc::new(files);
    let platform = PlatformClient::new().map_err(StartError::Platform)?;
    let services = Services {
        credentials: CredentialIssuer {
            tokens: Arc::clone(&tokens),
            store: store.clone(),
            clock: clock.clone(),
            metrics: Arc::clone(&metrics),
            renewal_lifetime: config.renewal_lifetime,
        },
        messages: MessageForwarder::new(store.clone(), hub.clone(), platform, Arc::clone(&metrics)),
        webhooks: WebhookReceiver {
            store: store.clone(),
            metrics: Arc::clone(&metrics),
            unknown_kinds: UnknownKinds::new(config.capture_unknown.clone()),
        },
        streams: Arc::new(Streams {
            store: store.clone(),
            hub: hub.clone(),
            clock: clock.clone(),
            metrics: Arc::clone(&metrics),
            tokens: Arc::clone(&tokens),
            sites: Arc::clone(&sites),
            permits: ConcurrencyLimit::new(config.limits.streams),
            shutdown: lifecycle.shutdown.clone(),
        }),
        limits: RateLimits::new(&config.limits, store.clone(), Arc::clone(&metrics)),
        retention: Retention {
            store: store.clone(),
            hub: hub.clone(),
            files: Arc::clone(&files),
            tokens: Arc::clone(&tokens),
            sites: Arc::clone(&sites),
            metrics: Arc::clone(&metrics),
            shutdown: lifecycle.shutdown.clone(),
        },
        tokens,
        files,
    };
    let startup = Mutex::new(Startup { assets, store_events });
    Ok(Arc::new(App { config, sites, store, hub, clock, metrics, services, lifecycle, startup }))
}

async fn load_tokens(config: &Config, store: &Store, clock: &Clock) -> Result<Tokens, StartError> {
    let now = clock.now();
    let keys = signing_keys(config, store, now).await.map_err(StartError::Keys)?;
    let lifetime = millis(config.token_lifetime);
    let revoked = store.revoked_since(now.saturating_sub(lifetime)).await?;
    let revoked = revoked.into_iter().map(|(family, at)| (family, at + lifetime));
    Ok(Tokens::new(keys, Revocations::new(revoked), config.token_lifetime, clock.clone()))
}

/// Builds the router of the public listener, with every route.
pub fn router(app: &Arc<App>, assets: Assets) -> Router {
    let state = || Arc::clone(app);
    let limited = |limited: Limited| from_fn_with_state((state(), limited), rate_limits::by_visitor);
    let limited_by_address = || from_fn_with_state(state(), rate_limits::by_address);
    let page_routes = Router::new()
        .route("/token", post(token::issue).route_layer(limited_by_address()))
        .route("/token/end", post(token::end).route_layer(limited_by_address()))
        .route("/api/v1/conversations", post(start::start).route_layer(limited(Limited::Start)))
        .route("/api/v1/conversation/{alias}/messages", post(send::send).route_layer(limited(Limited::Send)))
        .route("/api/v1/conversation/{alias}/events", get(events::events))
        .route("/api/v1/conversation/probe/events", get(probe::probe).route_layer(limited_by_address()))
        .layer(from_fn_with_state(state(), body::collect))
        .merge(Router::new().route(
            "/api/v1/conversation/{alias}/files",
            post(files::upload).route_layer(limited(Limited::Upload)).route_layer(from_fn(files::drain_refused)),
        ))
        .layer(from_fn_with_state(state(), cors::check));
    let other_routes = Router::new()
        .route("/webhook/{secret}", post(webhook::webhook).layer(from_fn_with_state(state(), body::collect)))
        .route("/files/{id}/{name}", get(files::serve))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/openapi.json", get(openapi::openapi));
    let assets = Arc::new(assets);
    let asset = move |request: Request| {
        let answer = assets.answer(request.method(), request.uri().path(), request.headers());
        std::future::ready(answer)
    };
    Router::new()
        .merge(page_routes)
        .merge(other_routes)
        .fallback(asset)
        .layer(from_fn_with_state(state(), middleware::outermost))
        .with_state(state())
}

/// Builds the router of the metrics listener: for collectors and the operator.
fn metrics_router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/metrics", get(metrics::metrics))
        .route("/erase", post(erase::erase).layer(from_fn_with_state(Arc::clone(app), body::collect)))
        .layer(from_fn_with_state(Arc::clone(app), middleware::outermost))
        .with_state(Arc::clone(app))
}

/// The sockets a proxy listens on.
#[derive(Debug)]
pub struct Listeners {
    /// For visitors and the platform.
    pub public: TcpListener,
    /// For a metrics collector.
    pub metrics: Option<TcpListener>,
}

impl Listeners {
    /// Opens the sockets.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let open = |address| listen(address).map_err(|error| StartError::Listen(address, error));
        let metrics = config.metrics_listen.map(open).transpose()?;
        Ok(Self { public: open(config.listen)?, metrics })
    }
}

/// Serves until [`Lifecycle::shutdown`] is cancelled, then ends streams and finishes requests.
/// Returns the number of connections that had to be cut.
pub async fn run(app: Arc<App>, listeners: Listeners) -> usize {
    let startup = std::mem::take(&mut *app.startup.lock());
    let Startup { assets, store_events } = startup;
    let server = |router: Router, connections: Arc<Semaphore>| Server {
        router,
        head_timeout: app.config.limits.head_timeout,
        connections,
        per_address: ConcurrencyLimit::new(app.config.limits.connections_per_address),
        trusted_proxies: app.config.trusted_proxies.clone(),
        metrics: Arc::clone(&app.metrics),
        shutdown: app.lifecycle.shutdown.clone(),
        grace: app.config.shutdown_grace,
    };
    let public = server(router(&app, assets), Arc::clone(&app.lifecycle.connections)).run(listeners.public);
    let metrics = async {
        match listeners.metrics {
            // Enough for a few collectors, so that they never take connections from visitors.
            Some(listener) => server(metrics_router(&app), Arc::new(Semaphore::new(16))).run(listener).await,
            None => 0,
        }
    };
    let peers = Peers {
        tokens: Arc::clone(&app.services.tokens),
        store: app.store.clone(),
        clock: app.clock.clone(),
        token_lifetime: app.config.token_lifetime,
        are_keys_shared: app.config.token_keys_file.is_none(),
        shutdown: app.lifecycle.shutdown.clone(),
    };
    let (public, metrics, ..) =
        tokio::join!(public, metrics, sweep_expired(&app), app.services.retention.run(), peers.follow(store_events));
    // A visitor who disconnected can leave a message in flight; its outcome still belongs in the
    // log.
    app.services.messages.drain().await;
    app.store.leave().await;
    public + metrics
}

/// Deletes expired data once a minute.
async fn sweep_expired(app: &App) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    let mut minutes = 0_u32;
    loop {
        tokio::select! {
            () = app.lifecycle.shutdown.cancelled() => return,
            _ = minute.tick() => {}
        }
        app.services.limits.sweep();
        let now = app.clock.now();
        app.services.tokens.revocations.sweep(now);
        let before = now.saturating_sub(millis(app.config.renewal_lifetime));
        if let Err(error) = app.store.sweep_families(before).await {
            tracing::error!(%error, "can't delete visitors who have not come back");
        }
        if let Err(error) = app.store.sweep_users(before).await {
            tracing::error!(%error, "can't forget users who have not come back");
        }
        minutes += 1;
        if minutes.is_multiple_of(60) && app.config.token_keys_file.is_none() {
            match app.store.signing_keys(now).await {
                Ok(keys) => app.services.tokens.replace_keys(keys),
                Err(error) => tracing::error!(%error, "can't replace the signing keys; the old ones go on"),
            }
        }
    }
}
