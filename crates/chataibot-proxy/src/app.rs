//! Composition root: builds the shared state, lists every route, and runs the servers.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::{Json, Router};
use parking_lot::Mutex;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, millis};
use crate::concurrency::ConcurrencyLimit;
use crate::config::Config;
use crate::http::assets::Assets;
use crate::http::routes::{erase, events, files, health, messages, metrics, probe, token, webhook};
use crate::http::state::{App, Lifecycle, Services, Startup};
use crate::http::{body, cors, middleware, openapi, rate_limits};
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::platform::PlatformClient;
use crate::server::{Server, listen};
use crate::service::files::Files;
use crate::service::message_forwarding::MessageForwarder;
use crate::service::rate_limits::{Limited, RateLimits};
use crate::service::reload::{LiveSites, signing_keys};
use crate::service::retention::Retention;
use crate::service::stream::Streams;
use crate::service::token::Tokens;
use crate::service::token::revocation::Revocations;
use crate::service::token::sign_in::CredentialIssuer;
use crate::service::unknown_kinds::UnknownKinds;
use crate::service::webhook::WebhookReceiver;
use crate::store::Store;

mod background;

/// Opens the store, reads keys and assets. Does not listen yet. An error says what failed.
pub async fn build(config: Config, clock: Clock) -> Result<Arc<App>, String> {
    let hub = Hub::default();
    let (store, store_events) = match &config.redis {
        Some(redis) => {
            let shared = Store::redis(&redis.secret, hub.clone(), clock.clone()).await;
            shared.map(|(store, events)| (store, Some(events)))
        }
        None => Store::open(&config.database, hub.clone(), clock.clone()).map(|store| (store, None)),
    }
    .map_err(|error| error.to_string())?;
    let assets = config.assets.as_deref().map_or_else(|| Ok(Assets::default()), Assets::read);
    let assets = assets.map_err(|error| format!("`assets`: {error}"))?;
    let metrics = Arc::new(Metrics::default());
    metrics.start_time_seconds.set((clock.now() / 1000).cast_signed());
    let tokens = Arc::new(load_tokens(&config, &store, &clock).await?);
    let sites = Arc::new(LiveSites::new(config.sites.clone()));
    let lifecycle = Lifecycle {
        draining: CancellationToken::new(),
        shutdown: CancellationToken::new(),
        connections: Arc::new(Semaphore::new(config.limits.connections)),
    };
    let files = Files::open(&config, store.clone(), Arc::clone(&metrics)).await;
    let files = Arc::new(files.map_err(|error| format!("`uploads_directory`: {error}"))?);
    let platform = PlatformClient::new().map_err(|error| format!("no client for the platform: {error}"))?;
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

async fn load_tokens(config: &Config, store: &Store, clock: &Clock) -> Result<Tokens, String> {
    let now = clock.now();
    let keys = signing_keys(config, store, now).await?;
    let lifetime = millis(config.token_lifetime);
    let revoked = store.revoked_since(now.saturating_sub(lifetime)).await.map_err(|error| error.to_string())?;
    let revoked = revoked.into_iter().map(|(family, at)| (family, at + lifetime));
    Ok(Tokens::new(keys, Revocations::new(revoked), config.token_lifetime, clock.clone()))
}

pub fn router(app: &Arc<App>, assets: Assets) -> Router {
    let state = || Arc::clone(app);
    let limited = |limited: Limited| from_fn_with_state((state(), limited), rate_limits::by_visitor);
    let limited_by_address = || from_fn_with_state(state(), rate_limits::by_address);
    let page_routes = Router::new()
        .route("/token", post(token::issue).route_layer(limited_by_address()))
        .route("/token/end", post(token::end).route_layer(limited_by_address()))
        .route("/api/v1/conversations", post(messages::start).route_layer(limited(Limited::Start)))
        .route("/api/v1/conversation/{alias}/messages", post(messages::send).route_layer(limited(Limited::Send)))
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
        .route("/openapi.json", get(|| async { Json(&*openapi::DOCUMENT) }));
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
    pub async fn open(config: &Config) -> Result<Self, String> {
        let open = |address| listen(address).map_err(|error| format!("can't listen on {address}: {error}"));
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
        connections,
        per_address: ConcurrencyLimit::new(app.config.limits.connections_per_address),
        app: Arc::clone(&app),
    };
    let public = server(router(&app, assets), Arc::clone(&app.lifecycle.connections)).run(listeners.public);
    let metrics = async {
        match listeners.metrics {
            // Enough for a few collectors, so that they never take connections from visitors.
            Some(listener) => server(metrics_router(&app), Arc::new(Semaphore::new(16))).run(listener).await,
            None => 0,
        }
    };
    let (public, metrics, ()) = tokio::join!(public, metrics, background::run(&app, store_events));
    // A message in flight may have outlived its visitor's connection; its outcome is logged.
    app.services.messages.drain().await;
    app.store.leave().await;
    public + metrics
}
