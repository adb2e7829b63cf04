//! Errors of requests: one small enum, derived from status, error code and malformed answers. Pure.

use std::rc::Rc;

use chataibot_wire::{ErrorBody, error::code};

/// Why a request failed, as far as that decides what happens next. `code` is the wire's error code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum ApiError {
    /// No answer from the proxy: no network, a time-out, a portal's page, a 204, invalid JSON.
    Network,
    /// The token is invalid, or not valid any more.
    Unauthorized,
    /// 401 of an intermediary. A new token may help, a new visitor never.
    Challenged,
    /// Not possible now. The server may ask to wait whole seconds.
    Busy { retry_after: Option<u32>, code: Rc<str> },
    /// The platform's answer was lost: nobody knows the outcome, and the message is not sent again.
    Unknown,
    /// The conversation has ended.
    Ended,
    /// There is no such conversation, or it is not this visitor's.
    NotFound,
    /// The operator must act.
    Unavailable { code: Rc<str> },
    /// Refused permanently.
    Refused { code: Rc<str> },
}

impl ApiError {
    /// The wire's error code, or `NETWORK` if there was no answer.
    pub fn code(&self) -> &str {
        match self {
            Self::Network => "NETWORK",
            Self::Unauthorized | Self::Challenged => code::UNAUTHORIZED,
            Self::Unknown => code::UNKNOWN_OUTCOME,
            Self::Ended => code::CONVERSATION_ENDED,
            Self::NotFound => code::NOT_FOUND,
            Self::Busy { code, .. } | Self::Unavailable { code } | Self::Refused { code } => code,
        }
    }

    /// Whether the token was refused.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Unauthorized | Self::Challenged)
    }

    /// The wait that the server asked for, in whole seconds.
    pub fn retry_after(&self) -> Option<u32> {
        if let Self::Busy { retry_after, .. } = self { *retry_after } else { None }
    }

    /// Reads an unsuccessful answer, by its code first: temporary errors also come as 400 (DOC).
    pub fn from_response(status: u16, body: Option<&ErrorBody>, header: Option<&str>) -> Self {
        let retry_after = body.and_then(|body| body.retry_after).or_else(|| header.and_then(parse_retry_after));
        let Some(body) = body else {
            // Not in the proxy's format: from a load balancer, a portal, another server.
            return match status {
                401 => Self::Challenged,
                429 | 500..=599 => Self::Busy { retry_after, code: Rc::from(code::UNAVAILABLE) },
                _ => Self::Network,
            };
        };
        let error_code = || Rc::from(body.error.as_str());
        match body.error.as_str() {
            code::UNAUTHORIZED => Self::Unauthorized,
            code::UNKNOWN_OUTCOME => Self::Unknown,
            code::CONVERSATION_ENDED => Self::Ended,
            code::NOT_FOUND => Self::NotFound,
            // The host page can provide another identity at any time.
            code::CONVERSATION_CREATION_EXCEPTION
            | code::UNAVAILABLE
            | code::RATE_LIMITED
            | code::TIMEOUT
            | code::IDENTITY_REFUSED
            | code::IDENTITY_REQUIRED => Self::Busy { retry_after, code: error_code() },
            code::CHANNEL_NOT_ENABLED
            | code::CHANNEL_TOKEN_EXPIRED
            | code::JWT_SIGNATURE_EXCEPTION
            | code::UNAUTHORIZED_FEATURE
            | code::ACCOUNT_DETAILS_NOT_FOUND
            | code::ORIGIN_NOT_ALLOWED => Self::Unavailable { code: error_code() },
            code::CONTACT_IS_BLOCKED
            | code::BAD_REQUEST
            | code::KEY_REUSED
            | code::TOO_LARGE
            | code::METHOD_NOT_ALLOWED => Self::Refused { code: error_code() },
            _ => match status {
                401 => Self::Unauthorized,
                408 | 425 | 429 | 500..=599 => Self::Busy { retry_after, code: error_code() },
                _ => Self::Refused { code: error_code() },
            },
        }
    }
}

/// Parses `Retry-After` in seconds, as the proxy sends it; a wrong clock would falsify a date.
fn parse_retry_after(header: &str) -> Option<u32> {
    let digits = header.trim();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // More digits than fit mean "very long".
    Some(digits.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(error: &str, status: u16) -> ErrorBody {
        ErrorBody { ok: false, error: error.into(), code: None, message: String::new(), status, retry_after: None }
    }

    fn error_of(error: &str, status: u16) -> ApiError {
        ApiError::from_response(status, Some(&body(error, status)), None)
    }

    #[test]
    fn a_temporary_trouble_is_known_by_its_code_although_it_comes_as_400() {
        assert!(matches!(error_of(code::CONVERSATION_CREATION_EXCEPTION, 400), ApiError::Busy { .. }));
        assert!(matches!(error_of(code::CONTACT_IS_BLOCKED, 400), ApiError::Refused { .. }));
        assert!(matches!(error_of(code::CHANNEL_NOT_ENABLED, 400), ApiError::Unavailable { .. }));
    }

    #[test]
    fn an_operators_token_trouble_never_costs_the_visitor_the_identity() {
        assert!(matches!(error_of(code::JWT_SIGNATURE_EXCEPTION, 401), ApiError::Unavailable { .. }));
        assert!(matches!(error_of(code::UNAUTHORIZED_FEATURE, 401), ApiError::Unavailable { .. }));
        assert_eq!(error_of(code::UNAUTHORIZED, 401), ApiError::Unauthorized);
    }

    #[test]
    fn a_401_costs_the_visitor_the_identity_only_in_the_proxys_own_words() {
        assert_eq!(ApiError::from_response(401, None, None), ApiError::Challenged);
        assert_eq!(error_of("SOMETHING_NEW", 401), ApiError::Unauthorized);
    }

    #[test]
    fn a_404_ends_a_conversation_only_in_the_proxys_own_words() {
        assert_eq!(error_of(code::NOT_FOUND, 404), ApiError::NotFound);
        assert_eq!(ApiError::from_response(404, None, None), ApiError::Network);
        assert!(matches!(error_of(code::ACCOUNT_DETAILS_NOT_FOUND, 404), ApiError::Unavailable { .. }));
    }

    #[test]
    fn unknown_codes_are_read_by_their_status() {
        assert!(matches!(error_of("SOMETHING_NEW", 503), ApiError::Busy { .. }));
        assert!(matches!(error_of("SOMETHING_NEW", 429), ApiError::Busy { .. }));
        assert!(matches!(error_of("SOMETHING_NEW", 422), ApiError::Refused { .. }));
    }

    #[test]
    fn retry_after_is_read_in_seconds_from_the_body_first() {
        let retry_after = |header| ApiError::from_response(429, None, header).retry_after();
        assert_eq!(retry_after(Some("7")), Some(7));
        assert_eq!(retry_after(Some(" 0 ")), Some(0));
        assert_eq!(retry_after(Some("1000000000")), Some(1_000_000_000));
        assert_eq!(retry_after(Some("99999999999999999999")), Some(u32::MAX));
        assert_eq!(retry_after(Some("Wed, 21 Oct 2026 07:28:00 GMT")), None);
        assert_eq!(retry_after(Some("-1")), None);
        assert_eq!(retry_after(Some("")), None);
        assert_eq!(retry_after(None), None);
        let mut with_body = body(code::RATE_LIMITED, 429);
        with_body.retry_after = Some(3);
        assert_eq!(ApiError::from_response(429, Some(&with_body), Some("7")).retry_after(), Some(3));
    }
}
