//! Table of every error code that can reach a page, with its meaning.

use chataibot_wire::error::code;
use serde_json::{Value, json};

/// Code and meaning. Codes for the operator never leave the server and are not listed here.
pub const CODES: &[(&str, &str)] = &[
    (
        code::BAD_REQUEST,
        "the request is wrong in a way its sender can repair, or the platform refused the message for good",
    ),
    (code::UNAUTHORIZED, "no visitor token, or one that does not hold: renew it and try once more"),
    (code::ORIGIN_NOT_ALLOWED, "this page's origin is not one of the site's"),
    (code::IDENTITY_REFUSED, "what the site's server signed about its visitor does not hold; a new one may"),
    (code::IDENTITY_REQUIRED, "this site talks to signed-in visitors only"),
    (code::NOT_FOUND, "not there, or not yours"),
    (code::METHOD_NOT_ALLOWED, "the path exists, not with this method"),
    (code::TIMEOUT, "the body did not arrive in time"),
    (code::KEY_REUSED, "the same Idempotency-Key came with another message"),
    (code::CONVERSATION_ENDED, "the conversation has ended; start a new one"),
    (code::TOO_LARGE, "the body is too large"),
    (code::TYPE_NOT_ALLOWED, "a file of this type is not taken"),
    (code::CONTACT_IS_BLOCKED, "the platform refuses this visitor for good"),
    (code::RATE_LIMITED, "too many requests; see retry_after"),
    (code::UNKNOWN_OUTCOME, "the message went out and no answer came back; wait for the log"),
    (
        code::CONVERSATION_CREATION_EXCEPTION,
        "the platform could not start the conversation now; try again with the same key",
    ),
    (code::UNAVAILABLE, "not possible at the moment"),
];

/// The platform's codes that only the operator can act on: a page gets `UNAVAILABLE` instead.
pub const OPERATOR_CODES: &[&str] = &[
    code::CHANNEL_NOT_ENABLED,
    code::CHANNEL_TOKEN_EXPIRED,
    code::JWT_SIGNATURE_EXCEPTION,
    code::UNAUTHORIZED_FEATURE,
    code::ACCOUNT_DETAILS_NOT_FOUND,
];

pub(super) fn schema() -> Value {
    let all: Vec<Value> =
        CODES.iter().map(|(code, meaning)| json!({ "const": code, "description": meaning })).collect();
    json!({ "type": "string", "description": "What `error` of a refusal can be.", "oneOf": all })
}
