//! How often one visitor and one address may ask for something, and how much they may hold. What is too often is answered with `429`
//! and `Retry-After`.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};

use crate::{
    app::App,
    concurrency::{ConcurrencyLimit, ip_prefix},
    config::LimitSettings,
    error::ApiError,
    http::middleware::ClientAddress,
    service::token::{Visitor, VisitorId},
    store::Store,
};

/// The limiters. Each remembers a key for as long as it matters; [`Limits::sweep`] forgets the rest.
pub struct Limits {
    token: Limiter<IpAddr>,
    start_address: Limiter<IpAddr>,
    start_visitor: Limiter<String>,
    send_address: Limiter<IpAddr>,
    send_visitor: Limiter<String>,
    upload_address: Limiter<IpAddr>,
    upload_visitor: Limiter<String>,
    /// Streams and long polls of a visitor.
    pub streams: ConcurrencyLimit<VisitorId>,
}

/// One limit: what this proxy has seen of it, and its name in a store that others count in, too.
struct Limiter<K: Hash + Eq + Clone> {
    name: &'static str,
    per_minute: NonZeroU32,
    here: DefaultKeyedRateLimiter<K>,
}

impl Limits {
    /// Limiters for these settings.
    #[must_use]
    pub fn new(settings: &LimitSettings) -> Self {
        Self {
            token: limiter("token", settings.token_per_minute),
            start_address: limiter("start-address", settings.start_per_minute),
            start_visitor: limiter("start-visitor", settings.start_per_minute.div_ceil(10)),
            send_address: limiter("send-address", settings.send_per_minute.saturating_mul(10)),
            send_visitor: limiter("send-visitor", settings.send_per_minute),
            upload_address: limiter("upload-address", settings.upload_per_minute.saturating_mul(10)),
            upload_visitor: limiter("upload-visitor", settings.upload_per_minute),
            streams: ConcurrencyLimit::new(settings.streams),
        }
    }

    /// Forgets everybody who has not asked for a while.
    pub fn sweep(&self) {
        for limiter in [&self.token, &self.start_address, &self.send_address, &self.upload_address] {
            limiter.here.retain_recent();
            limiter.here.shrink_to_fit();
        }
        for limiter in [&self.start_visitor, &self.send_visitor, &self.upload_visitor] {
            limiter.here.retain_recent();
            limiter.here.shrink_to_fit();
        }
    }
}

fn limiter<K: Hash + Eq + Clone>(name: &'static str, per_minute: u32) -> Limiter<K> {
    let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
    Limiter { name, per_minute, here: RateLimiter::keyed(Quota::per_minute(per_minute)) }
}

impl<K: Hash + Eq + Clone + ToString> Limiter<K> {
    /// Asks this proxy first, so that a flood never gets as far as a store that others need, and then that store.
    async fn check(&self, store: &Store, key: &K) -> Result<(), ApiError> {
        self.check_here(key)?;
        match store.take(self.name, &key.to_string(), self.per_minute.get()).await {
            Ok(None) => Ok(()),
            Ok(Some(wait)) => Err(too_often(wait)),
            Err(error) => {
                // Who can't be counted is let through: without its store the proxy can do nothing for them anyway.
                tracing::debug!(%error, "a shared limit was not asked");
                Ok(())
            }
        }
    }

    fn check_here(&self, key: &K) -> Result<(), ApiError> {
        self.here.check_key(key).map_err(|until| too_often(until.wait_time_from(self.here.clock().now())))
    }
}

fn too_often(wait: Duration) -> ApiError {
    ApiError::rate_limited(u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX))
}

/// In front of `POST /token`.
///
/// # Errors
/// 429.
pub async fn token(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    let address = ip_prefix(ClientAddress::of(request.extensions()));
    app.limits.token.check(&app.store, &address).await.inspect_err(|_| app.counters.rate_limited.increment())?;
    Ok(next.run(request).await)
}

/// In front of the start of a conversation. Also checks the visitor token.
///
/// # Errors
/// 401 and 429.
pub async fn start(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    both(&app, &app.limits.start_visitor, &app.limits.start_address, request, next).await
}

/// In front of the sending of a message. Also checks the visitor token.
///
/// # Errors
/// 401 and 429.
pub async fn send(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    both(&app, &app.limits.send_visitor, &app.limits.send_address, request, next).await
}

/// In front of the sending of a file. Also checks the visitor token.
///
/// # Errors
/// 401 and 429.
pub async fn upload(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    both(&app, &app.limits.upload_visitor, &app.limits.upload_address, request, next).await
}

async fn both(
    app: &Arc<App>,
    by_visitor: &Limiter<String>,
    by_address: &Limiter<IpAddr>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let visitor = Visitor::from_request_parts(&mut parts, app).await?;
    let address = ip_prefix(ClientAddress::of(&parts.extensions));
    let checked = async {
        by_visitor.check(&app.store, &visitor.visitor.as_str().to_owned()).await?;
        by_address.check(&app.store, &address).await
    };
    checked.await.inspect_err(|_| app.counters.rate_limited.increment())?;
    Ok(next.run(Request::from_parts(parts, body)).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_says_how_long_to_wait_and_others_are_not_held_up() {
        let limiter = limiter("test", 2);
        let (one, other) =
            (ip_prefix("192.0.2.1".parse().expect("an address")), ip_prefix("192.0.2.2".parse().expect("an address")));
        assert!(limiter.check_here(&one).is_ok() && limiter.check_here(&one).is_ok());
        let refused = limiter.check_here(&one).expect_err("the third in a minute");
        let wait = refused.body().retry_after.expect("always there");
        assert!((1..=30).contains(&wait), "{wait}");
        assert!(limiter.check_here(&other).is_ok());
    }
}
