//! Error response of every refused request: a status, a code, a sentence for developers, and a
//! cause that stays on the server.

use std::{borrow::Cow, error::Error, fmt, io, sync::Arc};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use chataibot_wire::error::{ErrorBody, code};
use http::{HeaderValue, StatusCode, header};

/// A refused request. Converts into an [`ErrorBody`]; `429` and `503` always carry `Retry-After`.
#[derive(Clone, Debug)]
pub struct ApiError {
    status: StatusCode,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    retry_after: Option<u32>,
    cause: Option<Cause>,
}

/// Cause of an error, for the operator's log only. Stored as a response extension, so that the
/// outermost middleware logs it once.
#[derive(Clone, Debug)]
pub struct Cause(pub Arc<str>);

/// Default of `Retry-After`, in seconds.
const DEFAULT_RETRY_AFTER: u32 = 5;

impl ApiError {
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: code.into(), message: message.into(), retry_after: None, cause: None }
    }

    /// 400: the request is wrong in a way its sender can repair.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, message)
    }

    /// 401: no token, or an invalid one. The log states which check failed, the answer does not.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            code::UNAUTHORIZED,
            "a valid visitor token is needed; renew it and try once more",
        )
    }

    /// 403: the page's origin is not one of the site's.
    pub fn origin_not_allowed() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            code::ORIGIN_NOT_ALLOWED,
            "this page's origin is not one of the site's; its operator can add it to `origins`",
        )
    }

    /// 404: does not exist, or is not the caller's.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, code::NOT_FOUND, "there is nothing here, or nothing of yours")
    }

    /// 405: the path exists but does not support this method.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, code::METHOD_NOT_ALLOWED, "this path does not take this method")
    }

    /// 408: the request did not arrive completely or in time. It is not invalid, so it may be sent
    /// again.
    pub fn timeout() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            code::TIMEOUT,
            "the request's body did not arrive whole and in time; send it again",
        )
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

    /// 413: the body is larger than `limit` bytes.
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

    /// Sets `Retry-After`, in whole seconds.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// Sets the cause, for the operator's log.
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(Cause(cause.to_string().into()));
        self
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    pub fn body(&self) -> ErrorBody {
        ErrorBody {
            ok: false,
            error: self.code.clone().into_owned(),
            code: Some(self.code.clone().into_owned()),
            message: self.message.clone().into_owned(),
            status: self.status.as_u16(),
            retry_after: self.retry_after_seconds(),
        }
    }

    /// Returns the seconds for `Retry-After`, where the header is set or required.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        let is_required = matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        self.retry_after.or(is_required.then_some(DEFAULT_RETRY_AFTER))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if let Some(seconds) = self.retry_after_seconds() {
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
        let body = serde_json::to_string(&error.body()).expect("an error body is JSON");
        assert!(!body.contains("secrets"));
        let response = error.into_response();
        assert_eq!(&*response.extensions().get::<Cause>().expect("the cause rides along").0, "no such table: secrets");
    }
}
