//! Rate limits (GCRA) per visitor and per address. Over a limit: `429` with `Retry-After`.
//!
//! Each limit is checked in this process first, so that a flood never reaches a shared store, and
//! then in the store if several proxies share one.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};

use crate::{config::LimitSettings, error::ApiError, ids::VisitorId, metrics::Metrics, store::Store};

/// The requests that are limited by visitor and by address.
#[derive(Clone, Copy, Debug)]
pub enum Limited {
    Start,
    Send,
    Upload,
}

/// The limiters. [`RateLimits::sweep`] removes the keys that no longer matter.
pub struct RateLimits {
    token: Limiter<IpAddr>,
    start: LimiterPair,
    send: LimiterPair,
    upload: LimiterPair,
    store: Store,
    metrics: Arc<Metrics>,
}

struct LimiterPair {
    visitor: Limiter<String>,
    address: Limiter<IpAddr>,
}

/// One limit; `name` is its name in a shared store.
struct Limiter<K: Hash + Eq + Clone> {
    name: &'static str,
    per_minute: NonZeroU32,
    local: DefaultKeyedRateLimiter<K>,
}

impl RateLimits {
    pub fn new(settings: &LimitSettings, store: Store, metrics: Arc<Metrics>) -> Self {
        let pair = |visitor, per_visitor, address, per_address| LimiterPair {
            visitor: Limiter::new(visitor, per_visitor),
            address: Limiter::new(address, per_address),
        };
        let (start, send, upload) = (settings.start_per_minute, settings.send_per_minute, settings.upload_per_minute);
        Self {
            token: Limiter::new("token", settings.token_per_minute),
            start: pair("start-visitor", start.div_ceil(10), "start-address", start),
            send: pair("send-visitor", send, "send-address", send.saturating_mul(10)),
            upload: pair("upload-visitor", upload, "upload-address", upload.saturating_mul(10)),
            store,
            metrics,
        }
    }

    pub async fn check_address(&self, address: IpAddr) -> Result<(), ApiError> {
        self.count_refusal(self.token.check(&self.store, &address).await)
    }

    pub async fn check(&self, limited: Limited, visitor: &VisitorId, address: IpAddr) -> Result<(), ApiError> {
        let pair = match limited {
            Limited::Start => &self.start,
            Limited::Send => &self.send,
            Limited::Upload => &self.upload,
        };
        self.count_refusal(match pair.visitor.check(&self.store, &visitor.as_str().to_owned()).await {
            Ok(()) => pair.address.check(&self.store, &address).await,
            refused => refused,
        })
    }

    fn count_refusal(&self, checked: Result<(), ApiError>) -> Result<(), ApiError> {
        checked.inspect_err(|_| self.metrics.rate_limited.inc())
    }

    pub fn sweep(&self) {
        self.token.sweep();
        for pair in [&self.start, &self.send, &self.upload] {
            pair.visitor.sweep();
            pair.address.sweep();
        }
    }
}

impl<K: Hash + Eq + Clone + ToString> Limiter<K> {
    fn new(name: &'static str, per_minute: u32) -> Self {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        Self { name, per_minute, local: RateLimiter::keyed(Quota::per_minute(per_minute)) }
    }

    async fn check(&self, store: &Store, key: &K) -> Result<(), ApiError> {
        self.check_local(key)?;
        match store.count_request(self.name, &key.to_string(), self.per_minute.get()).await {
            Ok(None) => Ok(()),
            Ok(Some(wait)) => Err(rate_limited_error(wait)),
            Err(error) => {
                // Allowed: without its store the proxy can do nothing for it anyway.
                tracing::debug!(%error, "a shared limit was not asked");
                Ok(())
            }
        }
    }

    fn check_local(&self, key: &K) -> Result<(), ApiError> {
        self.local.check_key(key).map_err(|until| rate_limited_error(until.wait_time_from(self.local.clock().now())))
    }

    fn sweep(&self) {
        self.local.retain_recent();
        self.local.shrink_to_fit();
    }
}

fn rate_limited_error(wait: Duration) -> ApiError {
    ApiError::rate_limited(u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_says_how_long_to_wait_and_others_are_not_held_up() {
        let limiter = Limiter::new("test", 2);
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse::<IpAddr>().expect("an address"));
        assert!(limiter.check_local(&one).is_ok() && limiter.check_local(&one).is_ok());
        let refused = limiter.check_local(&one).expect_err("the third in a minute");
        let wait = refused.body.retry_after.expect("always there");
        assert!((1..=30).contains(&wait), "{wait}");
        assert!(limiter.check_local(&other).is_ok());
    }
}
