//! Outermost middleware: client address, request id, panics, error bodies, headers, log line.

use std::any::Any;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chataibot_wire::error::code;
use futures_util::FutureExt;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use ipnet::IpNet;
use tracing::Instrument;

use super::{assets::Served, state::App};
use crate::clock::millis;
use crate::error::{ApiError, Cause};

/// Header with the request id, by which an operator finds the log lines of an answer.
const REQUEST_ID: header::HeaderName = header::HeaderName::from_static("x-request-id");

/// Address of the client, determined through trusted reverse proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Returns the address of a request that has passed [`outermost`].
    pub fn of(extensions: &Extensions) -> IpAddr {
        extensions.get::<Self>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
    }
}

pub async fn outermost(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(Ipv4Addr::UNSPECIFIED.into(), |info| info.0.ip());
    let address = ClientAddress(client_address(peer, request.headers(), &app.config.trusted_proxies));
    request.extensions_mut().insert(address);
    let method = request.method().clone();
    let id = request_id();
    // The route pattern, never the path: a webhook's path is a secret.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());

    // All log lines of the request carry the id that the answer has. The span has the highest
    // level; otherwise a log of errors alone would lack it.
    let span = tracing::error_span!("request", id, %method, route, status = tracing::field::Empty);
    let mut response = match AssertUnwindSafe(next.run(request).instrument(span.clone())).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => ApiError::internal(format!("panic: {}", panic_text(&*panic))).into_response(),
    };
    if is_framework_error(&response) {
        response = uniform_error(response.status(), response.headers()).into_response();
    }
    add_security_headers(&mut response);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }

    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    // The duration of a stream or a poll says nothing about this server.
    if !route.ends_with("/events") {
        app.metrics.request.observe(elapsed.as_secs_f64());
    }
    let cause = response.extensions().get::<Cause>().map_or("", |cause| &cause.0);
    app.metrics.count_response(response.status());
    span.record("status", status);
    let millis = millis(elapsed);
    span.in_scope(|| match status {
        500.. => tracing::error!(status, millis, cause, "answered"),
        400.. => tracing::info!(status, millis, cause, "answered"),
        _ => tracing::debug!(status, millis, "answered"),
    });
    response
}

/// Makes a request id of 64 random bits: enough to find one request in a day's log.
fn request_id() -> String {
    // Without randomness, only the time tells requests apart.
    getrandom::u64().map_or_else(|_| "0".repeat(16), |id| format!("{id:016x}"))
}

/// The last address of the chain that is no trusted proxy. Those before it can be forged.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let mut nearest = peer;
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let mut chain = lines.iter().rev().flat_map(|line| line.rsplit(','));
    while is_trusted(&nearest)
        && let Some(hop) = chain.next().and_then(|hop| hop.trim().parse().ok())
    {
        nearest = hop;
    }
    nearest
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?")
}

/// Whether this is an error that the framework answered itself, in plain text.
fn is_framework_error(response: &Response) -> bool {
    let status = response.status();
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == "application/json");
    (status.is_client_error() || status.is_server_error()) && !is_json
}

fn uniform_error(status: StatusCode, headers: &HeaderMap) -> impl IntoResponse + use<> {
    let error = match status {
        StatusCode::NOT_FOUND => ApiError::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => ApiError::method_not_allowed(),
        StatusCode::REQUEST_TIMEOUT => ApiError::timeout(),
        status if status.is_server_error() => ApiError::internal("the framework failed"),
        status => ApiError::new(status, code::BAD_REQUEST, "this request can't be understood"),
    };
    let kept =
        [header::ALLOW, header::VARY, header::ACCESS_CONTROL_ALLOW_ORIGIN, header::ACCESS_CONTROL_EXPOSE_HEADERS];
    let kept = kept.into_iter().filter_map(|name| headers.get(&name).cloned().map(|value| (name, value)));
    (kept.collect::<HeaderMap>(), error)
}

/// Adds headers that make the proxy's answers useless for an attacker's page. The policy of the
/// bundle's own pages is left to their author.
fn add_security_headers(response: &mut Response) {
    let is_asset = response.extensions().get::<Served>().is_some();
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_asset {
        return;
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_can_say_who_the_client_is() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let trusted = ["10.0.0.0/8".parse().expect("a network"), "fd00::/8".parse().expect("a network")];
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 203.0.113.9"));
        headers.append("x-forwarded-for", HeaderValue::from_static("10.0.0.2"));
        assert_eq!(
            client_address(ip("10.0.0.1"), &headers, &trusted),
            ip("203.0.113.9"),
            "the last one that is not ours"
        );
        assert_eq!(
            client_address(ip("198.51.100.7"), &headers, &trusted),
            ip("198.51.100.7"),
            "a stranger is believed nothing"
        );
        assert_eq!(client_address(ip("10.0.0.1"), &headers, &[]), ip("10.0.0.1"));
        assert_eq!(client_address(ip("::ffff:10.0.0.1"), &headers, &trusted), ip("203.0.113.9"));
        let mut odd = HeaderMap::new();
        odd.append("x-forwarded-for", HeaderValue::from_static("203.0.113.9, nonsense"));
        assert_eq!(client_address(ip("10.0.0.1"), &odd, &trusted), ip("10.0.0.1"));
    }
}
