//! Middleware that reads request bodies whole, within a size and a time limit, before any handler
//! runs; and the strict JSON extractor.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use chataibot_wire::error::code;
use http::{HeaderMap, StatusCode, header};
use http_body::Body as _;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::state::App;
use crate::error::ApiError;
use crate::service::{header_text, is_compressed};

/// Reads the body of every request: 413 when it is too large, 408 when it is too slow, 415 when it
/// is compressed. Errors: those, and [`ApiError::broken_body`].
pub async fn collect(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, ApiError> {
    let (parts, mut body) = request.into_parts();
    if body.is_end_stream() {
        return Ok(next.run(Request::from_parts(parts, Body::empty())).await);
    }
    // A few compressed bytes can expand to gigabytes, and no client compresses requests.
    if is_compressed(&parts.headers) {
        return Err(unsupported("compressed bodies are not taken"));
    }
    let limits = &app.config.limits;
    let limit = if parts.uri.path().starts_with("/webhook/") { limits.webhook_bytes } else { limits.body_bytes };
    if body.size_hint().lower() > limit as u64 {
        drain(body).await;
        return Err(ApiError::too_large(limit));
    }
    let read = tokio::time::timeout(limits.body_timeout, Limited::new(&mut body, limit).collect()).await;
    let bytes = match read {
        Err(_) => return Err(ApiError::timeout()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            drain(body).await;
            return Err(ApiError::too_large(limit));
        }
        Ok(Err(error)) => return Err(ApiError::broken_body(axum::Error::new(error))),
        Ok(Ok(whole)) => whole.to_bytes(),
    };
    Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await)
}

/// Discards the rest of a body, within limits: with bytes unread, the sender gets a TCP reset and
/// loses the answer.
pub async fn drain(mut body: Body) {
    const MAX_BYTES: usize = 16 * 1024 * 1024;
    const TIMEOUT: Duration = Duration::from_secs(2);
    let read = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > MAX_BYTES {
                break;
            }
        }
    };
    // The answer is the same whether or not all of it came.
    let _ = tokio::time::timeout(TIMEOUT, read).await;
}

fn unsupported(message: &'static str) -> ApiError {
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code::BAD_REQUEST, message)
}

/// Extractor for a JSON body. 415 for another type, 400 for invalid JSON, 422 if it does not fit.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        // A page can send `text/plain` anywhere without a preflight; JSON needs one.
        if !is_json(request.headers()) {
            return Err(unsupported("the body must be JSON, with `Content-Type: application/json`"));
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|error| ApiError::timeout().cause(error))?;
        parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = header_text(headers, header::CONTENT_TYPE);
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        // The error's text can repeat what the visitor wrote, so only its position is sent.
        let (line, column) = (error.line(), error.column());
        if error.is_data() {
            let message = format!("the JSON is not what this call takes, at line {line} column {column}");
            return ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code::BAD_REQUEST, message);
        }
        ApiError::bad_request(format!("this is not JSON, at line {line} column {column}"))
    })
}

#[cfg(test)]
mod tests {
    use chataibot_wire::documented::SendMessage;

    use super::*;

    #[test]
    fn what_is_not_json_and_what_is_other_json_are_told_apart_and_never_repeated() {
        let syntax = parse::<SendMessage>(br#"{"message": secret"#).expect_err("not JSON");
        assert_eq!((syntax.status, syntax.body.error.as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
        let data = parse::<SendMessage>(br#"{"message": "secret", "user": {}}"#).expect_err("other JSON");
        assert_eq!(data.status, StatusCode::UNPROCESSABLE_ENTITY);
        for error in [syntax, data] {
            assert!(!error.body.message.contains("secret"), "{}", error.body.message);
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        let twice =
            br#"{"message":{"data":{"body":"a"},"type":"text"},"user":{"type":"VISITOR"},"user":{"type":"VISITOR"}}"#;
        assert!(parse::<SendMessage>(twice).is_err());
    }

    #[test]
    fn json_without_end_does_not_overflow_the_stack() {
        let deep = "[".repeat(200_000);
        assert!(parse::<serde_json::Value>(deep.as_bytes()).is_err());
    }
}
