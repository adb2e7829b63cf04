//! HTTP client of the platform: the two documented calls, and the classification of each answer.
//!
//! Retryable faults come as 400 too, so an answer is classified first by its `error` and then by
//! its status. What cannot be proved to have failed is [`FaultKind::Unknown`]. Nothing here logs; a
//! [`Fault`] carries its cause, without tokens or message texts.

use std::time::Duration;

use chataibot_wire::documented::{START_PATH, SendAnswer, StartAnswer, StartConversation, send_path};
use chataibot_wire::error::{ErrorBody, code};
use chataibot_wire::typed::{SendTyped, TypedMessage};
use http::{HeaderMap, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::config::Site;

/// Maximum size of an answer, in bytes. The documented ones have a few hundred.
const ANSWER_BYTES: usize = 64 * 1024;
/// Seconds to wait after an answer that does not come from the platform itself.
const SHORT_WAIT: u32 = 2;
/// Maximum wait that is passed on to a visitor, in seconds.
pub const LONGEST_WAIT: u32 = 300;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Client for all sites. Clones share their connections.
#[derive(Clone, Debug)]
pub struct PlatformClient(reqwest::Client);

/// What is known of a call that was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It was definitely not processed; the same request may be sent again.
    Failed,
    /// The platform refused it permanently.
    Refused,
    /// It is unknown whether it was processed.
    Unknown,
}

/// Why a call was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is known of the call.
    pub kind: FaultKind,
    /// The code for the visitor, one of [`code`]; never reveals a problem of the operator's.
    pub code: &'static str,
    /// Seconds after which another try makes sense, if known.
    pub retry_after: Option<u32>,
    /// Whether only the operator can fix it.
    pub needs_operator: bool,
    /// The cause, for the operator's log.
    pub cause: String,
}

impl PlatformClient {
    /// A client without cookies, redirects and proxies: it calls each site's `platform_url` alone.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::with_timeout(ANSWER_TIMEOUT)
    }

    /// Like [`PlatformClient::new`], with another timeout for the whole answer.
    pub fn with_timeout(timeout: Duration) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            // Shorter than servers': one that closes during a request makes its outcome unknown.
            .pool_idle_timeout(Duration::from_secs(15))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("chataibot-proxy/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    /// Starts a conversation.
    pub async fn start(&self, site: &Site, body: &StartConversation) -> Result<StartAnswer, Fault> {
        let answer: StartAnswer = self.call(site, START_PATH, body, start_texts(body)).await?;
        if is_usable_id(&answer.conversation.id) {
            return Ok(answer);
        }
        let cause = "the platform's answer has no usable conversation id".to_owned();
        Err(Fault::without_answer(FaultKind::Unknown, code::UNKNOWN_OUTCOME, cause))
    }

    /// Sends a visitor's message to a conversation, identified by the platform's id.
    pub async fn send(&self, site: &Site, conversation: &str, body: &SendTyped) -> Result<SendAnswer, Fault> {
        self.call(site, &send_path(&escape_segment(conversation)), body, message_texts(&body.message)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        site: &Site,
        path: &str,
        body: &impl Serialize,
        mut private: Vec<&str>,
    ) -> Result<T, Fault> {
        let url = format!("{}{path}", site.platform_url.as_str().trim_end_matches('/'));
        let token = site.account_token.expose_secret();
        private.push(token);
        let request = self.0.post(url).bearer_auth(token).json(body);
        let response = request.send().await.map_err(classify_failure)?;
        let (status, headers) = (response.status(), response.headers().clone());
        match read_body(response).await {
            // For an error answer, the status alone is enough.
            Err(error) if status.is_success() => Err(classify_failure(error)),
            body => classify(status, &headers, &body.ok().flatten().unwrap_or_default(), &private),
        }
    }
}

/// The texts of a start that must not get into a log: message and everything about the visitor.
fn start_texts(body: &StartConversation) -> Vec<&str> {
    let mut private = vec![body.message.data.body.as_str(), body.from.user_external_id.as_str()];
    if let Some(variables) = &body.variables {
        let contact = variables.contact.iter().flat_map(|contact| [&contact.name, &contact.email, &contact.phone]);
        private.extend(contact.flatten().map(String::as_str));
        private.extend(variables.conversation.iter().flat_map(|pairs| pairs.iter().map(|(_, value)| value)));
    }
    // Longest first, because a short text may be part of a longer one.
    private.sort_by_key(|text| std::cmp::Reverse(text.len()));
    private
}

/// Returns the texts of a message, which must not get into a log.
fn message_texts(message: &TypedMessage) -> Vec<&str> {
    match message {
        TypedMessage::Text(data) | TypedMessage::Button(data) | TypedMessage::Slider(data) => vec![&data.body],
        TypedMessage::Form(form) => {
            form.fields.iter().flat_map(|field| [field.label.as_str(), field.value.as_str()]).collect()
        }
        TypedMessage::Files(files) => {
            files.files.iter().flat_map(|file| [file.link.as_str(), file.filename.as_str()]).collect()
        }
    }
}

/// The field that every answer has.
#[derive(Deserialize)]
struct Answer {
    ok: bool,
}

/// Reads the body; `None` if it is longer than any documented answer.
async fn read_body(mut response: reqwest::Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > ANSWER_BYTES {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

/// Only if no connection was established is it certain that nothing was processed.
fn classify_failure(error: reqwest::Error) -> Fault {
    let was_connected = !error.is_connect() && !error.is_builder();
    // The URL contains the conversation's id, which must not be logged.
    let cause = format!("the platform did not answer: {}", error_chain(&error.without_url()));
    if was_connected {
        Fault::without_answer(FaultKind::Unknown, code::UNKNOWN_OUTCOME, cause)
    } else {
        Fault::without_answer(FaultKind::Failed, code::UNAVAILABLE, cause)
    }
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |&cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Classifies an answer. `private` are texts that must not get into the cause.
fn classify<T: DeserializeOwned>(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    private: &[&str],
) -> Result<T, Fault> {
    if status.is_success()
        && let Ok(Answer { ok: true }) = serde_json::from_slice(body)
        && let Ok(answer) = serde_json::from_slice(body)
    {
        return Ok(answer);
    }
    let error = serde_json::from_slice::<ErrorBody>(body).ok().filter(|error| !error.ok);
    let cause = cause_text(status, error.as_ref(), private);
    let fault =
        |kind, code, needs_operator| Fault { kind, code, retry_after: retry_after(headers), needs_operator, cause };
    Err(match (error.as_ref().map_or("", |error| error.error.as_str()), status.as_u16()) {
        (code::CONVERSATION_CREATION_EXCEPTION, _) => {
            fault(FaultKind::Failed, code::CONVERSATION_CREATION_EXCEPTION, false)
        }
        (code::CONTACT_IS_BLOCKED, _) => fault(FaultKind::Refused, code::CONTACT_IS_BLOCKED, false),
        (code::BAD_REQUEST, _) => fault(FaultKind::Refused, code::BAD_REQUEST, false),
        (
            code::CHANNEL_NOT_ENABLED
            | code::CHANNEL_TOKEN_EXPIRED
            | code::JWT_SIGNATURE_EXCEPTION
            | code::UNAUTHORIZED_FEATURE
            | code::ACCOUNT_DETAILS_NOT_FOUND,
            _,
        ) => fault(FaultKind::Failed, code::UNAVAILABLE, true),
        (_, 429) => fault(FaultKind::Failed, code::RATE_LIMITED, false),
        (_, 503 | 408 | 425) => fault(FaultKind::Failed, code::UNAVAILABLE, false),
        // The platform states its reasons (DOC). Without them, the answer is not the platform's,
        // and the message never reached it. It may be gone at the next try, so the wait is short.
        (_, 300..=499) if error.is_none() => {
            let fault = fault(FaultKind::Failed, code::UNAVAILABLE, true);
            Fault { retry_after: fault.retry_after.or(Some(SHORT_WAIT)), ..fault }
        }
        // A wrong address or token, or an intermediary: not processed, not the visitor's fault.
        (_, 300..=399 | 401 | 403 | 407) => fault(FaultKind::Failed, code::UNAVAILABLE, true),
        (_, 400..=499) => fault(FaultKind::Refused, code::BAD_REQUEST, false),
        _ => fault(FaultKind::Unknown, code::UNKNOWN_OUTCOME, false),
    })
}

impl Fault {
    fn without_answer(kind: FaultKind, code: &'static str, cause: String) -> Self {
        Self { kind, code, retry_after: None, needs_operator: false, cause }
    }
}

/// Status, code and the platform's message. As that may repeat what was sent or name staff, such
/// texts are redacted, and words that could be an e-mail address or a number.
fn cause_text(status: StatusCode, error: Option<&ErrorBody>, private: &[&str]) -> String {
    let Some(error) = error else { return format!("the platform answered {}", status.as_u16()) };
    // A value that does not look like a code may be personal text.
    let is_code = |code: &str| {
        code.len() <= 60 && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    let code = if is_code(&error.error) { error.error.as_str() } else { "with no code" };
    let mut message = error.message.clone();
    for text in private.iter().filter(|text| !text.is_empty()) {
        message = message.replace(text, "…");
    }
    let is_private = |word: &str| word.contains('@') || word.chars().filter(char::is_ascii_digit).count() > 4;
    let words = message.split_whitespace().map(|word| if is_private(word) { "…" } else { word });
    let message = words.collect::<Vec<_>>().join(" ");
    let message: String = message.chars().filter(|c| !c.is_control()).take(200).collect();
    format!("the platform answered {} {code}: {message}", status.as_u16())
}

/// Parses `Retry-After` as whole seconds from now, at least 1; a date is compared with the answer's
/// own `Date`, not with the local clock.
pub fn retry_after(headers: &HeaderMap) -> Option<u32> {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let value = text(header::RETRY_AFTER)?.trim();
    let seconds = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // A number that overflows means "very long"; `parse` alone would accept a `+`.
        value.parse::<u64>().unwrap_or(u64::MAX)
    } else {
        let until = httpdate::parse_http_date(value).ok()?;
        let now = text(header::DATE).and_then(|date| httpdate::parse_http_date(date).ok())?;
        until.duration_since(now).map_or(0, |wait| wait.as_secs())
    };
    Some(u32::try_from(seconds).unwrap_or(u32::MAX).clamp(1, LONGEST_WAIT))
}

/// Whether the id can be used as one path segment and as a database key.
fn is_usable_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 200 && !matches!(id, "." | "..") && !id.chars().any(char::is_control)
}

/// The characters that need no escaping in a path (RFC 3986).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Escapes an id as one path segment, from which it cannot break out.
fn escape_segment(id: &str) -> String {
    utf8_percent_encode(id, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests;
