//! The application: what all requests share, and every route on one screen.

use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{Clock, millis},
    concurrency::ConcurrencyLimit,
    config::Config,
    counters::{Counters, Gauge},
    error::ApiError,
    histograms::Histograms,
    http::{
        assets::{Assets, BadAssets},
        body, cors,
        limits::{self, Limits},
        middleware,
        routes::{erase, events, files, health, metrics, openapi, send, start, token, webhook},
    },
    hub::Hub,
    platform::PlatformClient,
    server::{Server, listen},
    service::retention,
    service::{
        files::Files,
        message_forwarding::Conversations,
        peers,
        reload::{self, LiveSites},
        token::{Tokens, keys::KeyRing, revocation::Revocations},
        unknown_kinds::UnknownKinds,
    },
    store::{Store, StoreError, StoreEvent},
};

/// Everything that requests share.
pub struct App {
    /// The settings, as they were at the start; of the sites, see the next.
    pub config: Config,
    /// The sites as they are now.
    pub sites: LiveSites,
    /// What outlives a request.
    pub store: Store,
    /// Who listens to which conversation.
    pub hub: Hub,
    /// The way to the platform.
    pub platform: PlatformClient,
    /// The messages on their way there.
    pub conversations: Conversations,
    /// Who requests come from.
    pub tokens: Tokens,
    /// How much one of them may ask for.
    pub limits: Limits,
    /// The files of visitors.
    pub files: Files,
    /// What happened how often.
    pub counters: Arc<Counters>,
    /// How long it took.
    pub histograms: Histograms,
    /// The event streams that are open.
    pub streams: Gauge,
    /// When the process began, milliseconds since 1970-01-01 UTC.
    pub began_at: u64,
    /// Where messages of unknown kinds are written down.
    pub unknown_kinds: UnknownKinds,
    /// What time it is.
    pub clock: Clock,
    /// Cancelled when an end was asked for: the proxy says that it is not ready, and goes on as before.
    pub draining: CancellationToken,
    /// Cancelled when the proxy is to end: streams say goodbye then.
    pub shutdown: CancellationToken,
    assets: Assets,
    permits: Arc<Semaphore>,
    /// Of a shared store, until somebody follows them.
    news: Mutex<Option<mpsc::UnboundedReceiver<StoreEvent>>>,
}

/// Why the proxy can't start.
#[derive(Debug)]
pub enum StartError {
    /// The store can't be opened.
    Store(StoreError),
    /// The key file is wrong.
    Keys(String),
    /// The bundle can't be read.
    Assets(BadAssets),
    /// The directory of visitors' files can't be used.
    Uploads(io::Error),
    /// The way to the platform can't be set up.
    Platform(String),
    /// The address can't be listened to.
    Listen(std::net::SocketAddr, io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "{error}"),
            Self::Keys(what) => write!(f, "`token_keys_file`: {what}"),
            Self::Assets(error) => write!(f, "`assets`: {error}"),
            Self::Uploads(error) => write!(f, "`uploads_directory`: {error}"),
            Self::Platform(what) => write!(f, "no client for the platform: {what}"),
            Self::Listen(address, error) => write!(f, "can't listen on {address}: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

/// Opens the store, reads keys and assets. Listens to nothing yet.
///
/// # Errors
/// See [`StartError`].
pub async fn build(config: Config, clock: Clock) -> Result<Arc<App>, StartError> {
    let hub = Hub::default();
    let (store, news) = match &config.redis {
        Some(redis) => {
            let opened = Store::redis(redis.secret(), hub.clone(), clock.clone()).await;
            opened.map(|(store, news)| (store, Some(news))).map_err(StartError::Store)?
        }
        None => (Store::open(&config.database, hub.clone(), clock.clone()).map_err(StartError::Store)?, None),
    };
    let tokens = tokens(&config, &store, &clock).await?;
    let assets = match &config.assets {
        Some(directory) => Assets::read(directory).map_err(StartError::Assets)?,
        None => Assets::default(),
    };
    let files = Files::open(&config, &store).await.map_err(StartError::Uploads)?;
    Ok(Arc::new(App {
        platform: PlatformClient::new().map_err(|error| StartError::Platform(error.to_string()))?,
        conversations: Conversations::default(),
        tokens,
        limits: Limits::new(&config.limits),
        files,
        counters: Arc::default(),
        histograms: Histograms::default(),
        streams: Gauge::default(),
        began_at: clock.now(),
        draining: CancellationToken::new(),
        unknown_kinds: UnknownKinds::new(config.capture_unknown.clone()),
        clock,
        shutdown: CancellationToken::new(),
        permits: Arc::new(Semaphore::new(config.limits.connections)),
        news: Mutex::new(news),
        assets,
        hub,
        store,
        sites: LiveSites::new(config.sites.clone()),
        config,
    }))
}

async fn tokens(config: &Config, store: &Store, clock: &Clock) -> Result<Tokens, StartError> {
    let now = clock.now();
    let keys = keys(config, store, now).await?;
    let lifetime = millis(config.token_lifetime);
    let since = now.saturating_sub(lifetime);
    let revoked = store.revoked_since(since).await.map_err(StartError::Store)?;
    let revoked = revoked.into_iter().map(|(family, at)| (family, at + lifetime));
    Ok(Tokens::new(keys, Revocations::new(revoked), config.token_lifetime, clock.clone()))
}

/// The keys of visitor tokens, from where the configuration has them.
///
/// # Errors
/// When they can't be read.
pub async fn keys(config: &Config, store: &Store, now: u64) -> Result<KeyRing, StartError> {
    match &config.token_keys_file {
        Some(path) => KeyRing::read_file(path).map_err(StartError::Keys),
        None => store.signing_keys(now).await.map_err(StartError::Store),
    }
}

/// Every route of the public listener.
pub fn router(app: &Arc<App>) -> Router {
    let state = || Arc::clone(app);
    let called_by_pages = Router::new()
        .route("/token", post(token::issue).route_layer(from_fn_with_state(state(), limits::token)))
        .route("/token/end", post(token::end).route_layer(from_fn_with_state(state(), limits::token)))
        .route("/api/v1/conversations", post(start::start).route_layer(from_fn_with_state(state(), limits::start)))
        .route(
            "/api/v1/conversation/{alias}/messages",
            post(send::send).route_layer(from_fn_with_state(state(), limits::send)),
        )
        .route("/api/v1/conversation/{alias}/events", get(events::events))
        .layer(from_fn_with_state(state(), body::collect))
        .merge(
            Router::new().route(
                "/api/v1/conversation/{alias}/files",
                post(files::upload)
                    .route_layer(from_fn_with_state(state(), limits::upload))
                    .route_layer(from_fn(files::hold)),
            ),
        )
        .layer(from_fn_with_state(state(), cors::check));
    let called_by_others = Router::new()
        .route("/webhook/{secret}", post(webhook::webhook).layer(from_fn_with_state(state(), body::collect)))
        .route("/files/{id}/{name}", get(files::serve))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/openapi.json", get(openapi::openapi));
    Router::new()
        .merge(called_by_pages)
        .merge(called_by_others)
        .fallback(asset)
        .layer(from_fn_with_state(state(), middleware::outermost))
        .with_state(state())
}

/// The routes of the metrics listener: for collectors and the operator.
fn metrics_router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/metrics", get(metrics::metrics))
        .route("/erase", post(erase::erase).layer(from_fn_with_state(Arc::clone(app), body::collect)))
        .layer(from_fn_with_state(Arc::clone(app), middleware::outermost))
        .with_state(Arc::clone(app))
}

async fn asset(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    app.assets.answer(request.method(), request.uri().path(), request.headers())
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
    /// Opens them.
    ///
    /// # Errors
    /// [`StartError::Listen`].
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let open = |address| listen(address).map_err(|error| StartError::Listen(address, error));
        let metrics = config.metrics_listen.map(open).transpose()?;
        Ok(Self { public: open(config.listen)?, metrics })
    }
}

/// Serves until [`App::shutdown`] is cancelled, then ends streams, finishes requests, and returns how many had to be cut.
pub async fn run(app: Arc<App>, listeners: Listeners) -> usize {
    let server = |router: Router, permits: Arc<Semaphore>| Server {
        router,
        head_timeout: app.config.limits.head_timeout,
        permits,
        per_address: ConcurrencyLimit::new(app.config.limits.connections_per_address),
        trusted: app.config.trusted_proxies.clone(),
        counters: Arc::clone(&app.counters),
        shutdown: app.shutdown.clone(),
        grace: app.config.shutdown_grace,
    };
    let public = server(router(&app), Arc::clone(&app.permits)).run(listeners.public);
    // A few collectors; never at the cost of visitors.
    let metrics =
        listeners.metrics.map(|listener| server(metrics_router(&app), Arc::new(Semaphore::new(16))).run(listener));
    let metrics = async {
        match metrics {
            Some(metrics) => metrics.await,
            None => 0,
        }
    };
    let news = app.news.lock().unwrap_or_else(PoisonError::into_inner).take();
    let follow = peers::run(Arc::clone(&app), news);
    let sweeps = async { tokio::join!(sweep(Arc::clone(&app)), retention::run(Arc::clone(&app)), follow) };
    let (public, metrics, _) = tokio::join!(public, metrics, sweeps);
    // A visitor who hung up leaves a message on its way; its outcome still belongs in the log.
    app.conversations.drain().await;
    app.store.leave().await;
    public + metrics
}

/// Forgets, once a minute, what is over.
async fn sweep(app: Arc<App>) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    let mut minutes = 0_u32;
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = minute.tick() => {}
        }
        app.limits.sweep();
        let now = app.clock.now();
        app.tokens.revocations.sweep(now);
        let before = now.saturating_sub(millis(app.config.renewal_lifetime));
        if let Err(error) = app.store.sweep_families(before).await {
            tracing::error!(%error, "can't delete visitors who have not come back");
        }
        if let Err(error) = app.store.sweep_users(before).await {
            tracing::error!(%error, "can't forget users who have not come back");
        }
        minutes += 1;
        if minutes.is_multiple_of(60)
            && let Err(error) = reload::rotate(&app).await
        {
            tracing::error!(%error, "can't replace the signing keys; the old ones go on");
        }
    }
}

impl App {
    /// Was an end asked for?
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled() || self.shutdown.is_cancelled()
    }

    /// Ends the proxy in an orderly way: says at `/readyz` that it goes, serves on for a while so that balancers send newcomers
    /// elsewhere, and then ends streams and finishes requests.
    pub async fn drain(&self) {
        self.draining.cancel();
        tokio::time::sleep(self.config.drain).await;
        self.shutdown.cancel();
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.config.limits.connections.saturating_sub(self.permits.available_permits())
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}
