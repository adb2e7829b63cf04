//! How often one visitor and one address may ask for something, and how much they may hold. What is too often is answered with `429`
//! and `Retry-After`.
//!
//! - [`seats`]: what is held at one time

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
};

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};

use crate::{
    app::App,
    border::ClientAddress,
    config::LimitSettings,
    error::ApiError,
    token::{Visitor, VisitorId},
};

pub mod seats;

use seats::Seats;

/// The limiters. Each remembers a key for as long as it matters; [`Limits::sweep`] forgets the rest.
pub struct Limits {
    token: DefaultKeyedRateLimiter<IpAddr>,
    start_address: DefaultKeyedRateLimiter<IpAddr>,
    start_visitor: DefaultKeyedRateLimiter<String>,
    send_address: DefaultKeyedRateLimiter<IpAddr>,
    send_visitor: DefaultKeyedRateLimiter<String>,
    upload_address: DefaultKeyedRateLimiter<IpAddr>,
    upload_visitor: DefaultKeyedRateLimiter<String>,
    /// Streams and long polls of a visitor.
    pub streams: Seats<VisitorId>,
}

impl Limits {
    /// Limiters for these settings.
    #[must_use]
    pub fn new(settings: &LimitSettings) -> Self {
        Self {
            token: limiter(settings.token_per_minute),
            start_address: limiter(settings.start_per_minute),
            start_visitor: limiter(settings.start_per_minute.div_ceil(10)),
            send_address: limiter(settings.send_per_minute.saturating_mul(10)),
            send_visitor: limiter(settings.send_per_minute),
            upload_address: limiter(settings.upload_per_minute.saturating_mul(10)),
            upload_visitor: limiter(settings.upload_per_minute),
            streams: Seats::new(settings.streams),
        }
    }

    /// Forgets everybody who has not asked for a while.
    pub fn sweep(&self) {
        for limiter in [&self.token, &self.start_address, &self.send_address, &self.upload_address] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        for limiter in [&self.start_visitor, &self.send_visitor, &self.upload_visitor] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

fn limiter<K: Hash + Eq + Clone>(per_minute: u32) -> DefaultKeyedRateLimiter<K> {
    RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN)))
}

fn check<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), ApiError> {
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(limiter.clock().now());
        ApiError::rate_limited(u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX))
    })
}

/// One household or server has a whole /64 of IPv6 addresses.
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

/// In front of `POST /token`.
///
/// # Errors
/// 429.
pub async fn token(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    let address = household(ClientAddress::of(request.extensions()));
    check(&app.limits.token, &address).inspect_err(|_| app.counters.rate_limited.increment())?;
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
    by_visitor: &DefaultKeyedRateLimiter<String>,
    by_address: &DefaultKeyedRateLimiter<IpAddr>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let visitor = Visitor::from_request_parts(&mut parts, app).await?;
    let address = household(ClientAddress::of(&parts.extensions));
    check(by_visitor, &visitor.visitor.as_str().to_owned())
        .and_then(|()| check(by_address, &address))
        .inspect_err(|_| app.counters.rate_limited.increment())?;
    Ok(next.run(Request::from_parts(parts, body)).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_says_how_long_to_wait_and_others_are_not_held_up() {
        let limiter = limiter(2);
        let (one, other) =
            (household("192.0.2.1".parse().expect("an address")), household("192.0.2.2".parse().expect("an address")));
        assert!(check(&limiter, &one).is_ok() && check(&limiter, &one).is_ok());
        let refused = check(&limiter, &one).expect_err("the third in a minute");
        let wait = refused.body().retry_after.expect("always there");
        assert!((1..=30).contains(&wait), "{wait}");
        assert!(check(&limiter, &other).is_ok());
    }

    #[test]
    fn the_addresses_of_one_household_count_as_one() {
        let of = |text: &str| household(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
