//! Extractors for a request's caller, by bearer token and origin, and its `Idempotency-Key`.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};
use url::Url;

use super::state::App;
use crate::error::ApiError;
use crate::service::message_forwarding::IdempotencyKey;
use crate::service::token::{TokenFault, Visitor};

const IDEMPOTENCY_KEY: header::HeaderName = header::HeaderName::from_static("idempotency-key");

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        // The rate limiter may already have checked this request.
        if let Some(visitor) = parts.extensions.get::<Self>() {
            return Ok(visitor.clone());
        }
        let visitor = authenticate(parts, app).map_err(|fault| {
            app.metrics.tokens_refused.inc();
            ApiError::unauthorized().cause(fault)
        })?;
        parts.extensions.insert(visitor.clone());
        Ok(visitor)
    }
}

fn authenticate(parts: &Parts, app: &App) -> Result<Visitor, TokenFault> {
    let visitor = app.services.tokens.check(bearer_token(&parts.headers)?, &app.sites.current())?;
    match single_header(&parts.headers, &header::ORIGIN)? {
        Some(origin) if origin == visitor.origin => Ok(visitor),
        Some(_) => Err(TokenFault::Origin),
        // Browsers omit `Origin` only in a GET to the page's own server.
        None if parts.method.is_safe() && is_same_host(&parts.headers, &visitor.origin) => Ok(visitor),
        None => Err(TokenFault::Origin),
    }
}

fn bearer_token(headers: &HeaderMap) -> Result<&str, TokenFault> {
    let value = single_header(headers, &header::AUTHORIZATION)?.ok_or(TokenFault::Missing)?;
    let (scheme, token) = value.split_once(' ').ok_or(TokenFault::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token) } else { Err(TokenFault::Missing) }
}

/// A header that may occur once: two servers could interpret a repeated one differently.
fn single_header<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Result<Option<&'a str>, TokenFault> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.to_str().map_err(|_| TokenFault::Form)).transpose()?;
    if values.next().is_some() { Err(TokenFault::Form) } else { Ok(first) }
}

fn is_same_host(headers: &HeaderMap, origin: &str) -> bool {
    let Ok(Some(host)) = single_header(headers, &header::HOST) else { return false };
    let Ok(origin) = Url::parse(origin) else { return false };
    // Not the scheme: it depends on who terminates TLS in front of the proxy.
    Url::parse(&format!("{}://{host}/", origin.scheme())).is_ok_and(|host_url| {
        host_url.host() == origin.host() && host_url.port_or_known_default() == origin.port_or_known_default()
    })
}

impl FromRequestParts<Arc<App>> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
        let key = single_header(&parts.headers, &IDEMPOTENCY_KEY).ok().flatten().and_then(Self::parse);
        key.ok_or_else(|| {
            ApiError::bad_request(
                "one `Idempotency-Key` header is needed, a UUID in lower case, such as 018f5c3e-7a10-7c4e-9d1b-2f6a8b9c0d1e; the same for each try of one message",
            )
        })
    }
}
