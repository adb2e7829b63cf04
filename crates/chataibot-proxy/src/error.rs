//! Error response of every refused request; the cause stays on the server.

use std::{error::Error, fmt, io, sync::Arc};

use axum::Json;
use axum::response::{IntoResponse, Response};
use chataibot_wire::error::{ErrorBody, code};
use http::{HeaderValue, StatusCode, header};

/// A refused request. `429` and `503` always carry `Retry-After`.
#[derive(Clone, Debug)]
pub struct ApiError {
    pub status: StatusCode,
    pub body: ErrorBody,
    cause: Option<Cause>,
}

/// Cause of an error, as a response extension, for one log line of the outermost middleware.
#[derive(Clone, Debug)]
pub struct Cause(pub Arc<str>);

/// Default of `Retry-After`, in seconds.
const DEFAULT_RETRY_AFTER: u32 = 5;

macro_rules! fixed_refusals {
    ($($(#[$doc:meta])* $name:ident: $status:ident, $code:expr, $message:literal;)+) => {
        impl ApiError {
            $($(#[$doc])* pub fn $name() -> Self { Self::new(StatusCode::$status, $code, $message) })+
        }
    };
}

fixed_refusals! {
    /// 401: no token, or an invalid one. The log states which check failed, the answer does not.
    unauthorized: UNAUTHORIZED, code::UNAUTHORIZED, "a valid visitor token is needed; renew it and try once more";
    origin_not_allowed: FORBIDDEN, code::ORIGIN_NOT_ALLOWED,
        "this page's origin is not one of the site's; its operator can add it to `origins`";
    identity_required: FORBIDDEN, code::IDENTITY_REQUIRED,
        "this site talks to signed-in visitors only; send the `identity` your server signed";
    identity_refused: FORBIDDEN, code::IDENTITY_REFUSED, "the `identity` does not hold; sign a new one";
    /// 404: does not exist, or is not the caller's.
    not_found: NOT_FOUND, code::NOT_FOUND, "there is nothing here, or nothing of yours";
    method_not_allowed: METHOD_NOT_ALLOWED, code::METHOD_NOT_ALLOWED, "this path does not take this method";
    key_reused: CONFLICT, code::KEY_REUSED, "this Idempotency-Key was used for another message";
    conversation_ended: CONFLICT, code::CONVERSATION_ENDED, "the conversation has ended; start a new one";
    /// 502: it is unknown whether the platform has the message.
    unknown_outcome: BAD_GATEWAY, code::UNKNOWN_OUTCOME,
        "the platform's answer was lost; do not send the message under another key. Asking again with the same key forwards nothing and tells what is known by then";
    /// 408: the request did not arrive completely or in time, so it may be sent again.
    timeout: REQUEST_TIMEOUT, code::TIMEOUT, "the request's body did not arrive whole and in time; send it again";
}

impl ApiError {
    pub fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        let must_wait = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        let retry_after = must_wait.then_some(DEFAULT_RETRY_AFTER);
        let (error, code) = (code.clone(), Some(code));
        let body = ErrorBody { ok: false, error, code, message, status: status.as_u16(), retry_after };
        Self { status, body, cause: None }
    }

    /// 400: the request is wrong in a way its sender can repair.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, message)
    }

    /// Classifies a body that could not be read to its end: 400 for malformed chunks, 408 for a
    /// connection that broke, after which the same request may be sent again.
    pub fn broken_body(error: axum::Error) -> Self {
        let mut causes = std::iter::successors(Some(&error as &(dyn Error + 'static)), |&cause| cause.source());
        let is_malformed = causes.any(|cause| {
            let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
            matches!(kind, Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData))
        });
        let refusal = if is_malformed { Self::bad_request("the body's chunks are malformed") } else { Self::timeout() };
        refusal.cause(error)
    }

    pub fn too_large(limit: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code::TOO_LARGE, format!("the body may hold {limit} bytes"))
    }

    /// 429: too many requests; `after` is in whole seconds, at least 1.
    pub fn rate_limited(after: u32) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, code::RATE_LIMITED, "too many requests").retry_after(after)
    }

    /// 503: not possible now; the cause is only logged.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE, "this is not possible at the moment").cause(cause)
    }

    /// 500: an internal error; the cause is only logged.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code::UNAVAILABLE, "something went wrong here").cause(cause)
    }

    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.body.retry_after = Some(seconds.max(1));
        self
    }

    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(Cause(cause.to_string().into()));
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let retry_after = self.body.retry_after;
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_that_asks_to_wait_says_how_long_in_whole_seconds() {
        for (error, wait) in [
            (ApiError::rate_limited(0), "1"),
            (ApiError::unavailable("the disk is full"), "5"),
            (ApiError::new(StatusCode::BAD_GATEWAY, code::UNKNOWN_OUTCOME, "").retry_after(7), "7"),
        ] {
            let response = error.into_response();
            assert_eq!(response.headers()[header::RETRY_AFTER], wait);
        }
        assert!(ApiError::not_found().into_response().headers().get(header::RETRY_AFTER).is_none());
    }

    #[test]
    fn the_cause_goes_to_the_log_and_not_to_the_answer() {
        let error = ApiError::internal("no such table: secrets");
        let body = serde_json::to_string(&error.body).expect("an error body is JSON");
        assert!(!body.contains("secrets"));
        let response = error.into_response();
        assert_eq!(&*response.extensions().get::<Cause>().expect("the cause rides along").0, "no such table: secrets");
    }
}
