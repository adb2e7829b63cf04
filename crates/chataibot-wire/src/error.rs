//! The error body, the same from the platform and from the proxy.

use serde::{Deserialize, Serialize};

/// `{"ok":false,"error":"CODE","message":"…","status":N}`: the documented body (DOC), plus
/// `retry_after` from the proxy.
///
/// ```
/// use chataibot_wire::{ErrorBody, error::code};
///
/// let error: ErrorBody =
///     serde_json::from_str(r#"{"ok":false,"error":"UNAVAILABLE","message":"","status":503,"retry_after":2}"#)?;
/// assert_eq!((error.error.as_str(), error.retry_after), (code::UNAVAILABLE, Some(2)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorBody {
    /// `false`.
    pub ok: bool,
    /// A code in capitals, such as [`code::UNAVAILABLE`].
    pub error: String,
    /// The same code again; may be missing (INF).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// A sentence for developers, never for visitors.
    #[serde(default)]
    pub message: String,
    /// The HTTP status, repeated.
    #[serde(default)]
    pub status: u16,
    /// Whole seconds after which another try makes sense; also in the `Retry-After` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// Every value of [`ErrorBody::error`] this product knows.
pub mod code {
    /// Each row: a code, and its meaning.
    macro_rules! codes {
        ($($name:ident: $meaning:literal;)+) => { $(#[doc = $meaning] pub const $name: &str = stringify!($name);)+ };
    }

    codes! {
        CONVERSATION_CREATION_EXCEPTION: "Platform, 400: temporary, retry with back-off (DOC).";
        CHANNEL_NOT_ENABLED: "Platform, 400: the operator must enable the channel (DOC).";
        CHANNEL_TOKEN_EXPIRED: "Platform, 400: the operator must renew the channel's token (DOC).";
        CONTACT_IS_BLOCKED: "Platform, 400: final for this visitor, no retry (DOC).";
        BAD_REQUEST: "Platform or proxy, 400: a bug on our side (DOC).";
        JWT_SIGNATURE_EXCEPTION: "Platform, 401: the operator must correct the account token (DOC).";
        UNAUTHORIZED_FEATURE: "Platform, 401: the operator's plan does not include the feature (DOC).";
        ACCOUNT_DETAILS_NOT_FOUND: "Platform, 404: the operator's account was not found (DOC).";

        UNAVAILABLE: "Proxy, 503: the platform cannot be used now; the cause is in the operator's log.";
        UNAUTHORIZED: "Proxy, 401: no token, or one that is expired or wrong. Renew it and try once more.";
        IDENTITY_REFUSED: "Proxy, 403: the identity that the host site signed is not valid. A new one may be.";
        IDENTITY_REQUIRED: "Proxy, 403: the site accepts only signed-in visitors.";
        ORIGIN_NOT_ALLOWED: "Proxy, 403: this origin is not one of the site's.";
        NOT_FOUND: "Proxy, 404: does not exist, or belongs to another visitor.";
        METHOD_NOT_ALLOWED: "Proxy, 405: the path exists, but not with this method.";
        TIMEOUT: "Proxy, 408: the request did not arrive in time.";
        TOO_LARGE: "Proxy, 413: the body is too large.";
        TYPE_NOT_ALLOWED: "Proxy, 415: files of this type are not accepted.";
        KEY_REUSED: "Proxy, 409: the same idempotency key came with another body.";
        CONVERSATION_ENDED: "Proxy, 409: the conversation has ended.";
        RATE_LIMITED: "Proxy, 429: too many requests; see `retry_after`.";
        UNKNOWN_OUTCOME:
            "Proxy, 502: the message was sent and no answer came back. It is not yet known whether it arrived.";
    }
}
