//! CORS middleware: exact origins, preflights, and a log line with what would allow a page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};

use super::state::App;
use crate::error::ApiError;

const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
const ALLOWED_HEADERS: HeaderValue =
    HeaderValue::from_static("authorization, content-type, idempotency-key, last-event-id, x-file-name");
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static("retry-after");
/// Seconds; saves most preflights and still applies a changed list soon.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Checks the origin of all calls of pages. One without `Origin` is not cross-origin, and passes.
pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = apply(&app, request, next).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    response
}

async fn apply(app: &App, request: Request, next: Next) -> Response {
    let mut origins = request.headers().get_all(header::ORIGIN).iter();
    let (origin, second) = (origins.next().cloned(), origins.next());
    let Some(origin) = origin else { return next.run(request).await };
    let is_allowed = second.is_none() && origin.to_str().is_ok_and(|origin| app.sites.current().allow(origin));
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !is_allowed {
        record_refusal(app, &origin);
        return ApiError::origin_not_allowed().into_response();
    }
    let mut response = if is_preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if is_preflight {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    } else {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    }
    response
}

/// Counts a refusal, and logs what the operator could add, truncated as untrusted input.
pub fn record_refusal(app: &App, origin: &HeaderValue) {
    app.metrics.origins_refused.inc();
    let origin: String =
        String::from_utf8_lossy(origin.as_bytes()).chars().filter(|c| !c.is_control()).take(200).collect();
    tracing::warn!(origin, "a page was refused; if it is yours, add its origin to `origins` of its [[site]]");
}
