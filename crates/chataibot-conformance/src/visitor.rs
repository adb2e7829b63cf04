//! Test client: acts like the widget in a visitor's browser.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::entry;
use crate::fixture::{Answer, Fixture};
use crate::outcome::{CheckError, ensure, violation};
use crate::stream::Stream;

pub struct Visitor<'a> {
    fixture: &'a Fixture,
    pub token: String,
    pub id: String,
    /// The answer that issued token and id.
    pub answer: Answer,
}

pub struct Chat<'a> {
    pub visitor: Visitor<'a>,
    /// The id that the browser knows.
    pub id: String,
    /// The id that the platform knows.
    pub platform_id: String,
    /// The key of the first message.
    pub first_key: String,
    /// The log when the conversation had settled; empty before.
    pub log: Vec<Value>,
}

pub const JSON: &str = "application/json";
pub const EVENT_STREAM: &str = "text/event-stream";

/// Characters to escape in a path segment: all but the "unreserved" ones of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Escapes an id, so that it stays one path segment whatever it contains.
fn escape_segment(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, SEGMENT).to_string()
}

fn events_path(conversation: &str, query: &str) -> String {
    format!("/api/v1/conversation/{}/events{query}", escape_segment(conversation))
}

/// Returns random lower-case hex digits, two for each byte.
pub fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    // If this fails, two runs may use the same ids; nothing else depends on it.
    let _ = getrandom::fill(&mut random);
    hex::encode(random)
}

/// Returns a client message id: a UUID of version 7.
pub fn new_key() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let (time, random) = (format!("{now:012x}"), random_hex(10));
    format!("{}-{}-7{}-a{}-{}", &time[..8], &time[8..12], &random[..3], &random[3..6], &random[6..18])
}

/// Returns a unique text that is no keyword of the simulator's bot.
pub fn unique_text() -> String {
    format!("Conformance {}", random_hex(4))
}

pub fn start_body(text: &str) -> Value {
    json!({
        "channel": "API",
        "message": { "data": { "body": text }, "type": "text" },
        "bot_key": "",
        "from": { "user_external_id": "somebody-else", "type": "VISITOR" },
    })
}

pub fn send_body(text: &str) -> Value {
    json!({ "message": { "data": { "body": text }, "type": "text" }, "user": { "type": "VISITOR" } })
}

impl Fixture {
    /// Sends `POST /token` with this body. If the site requires an identity, adds that of a new
    /// user, unless the body has a `renewal` or an `identity`, even a null one.
    pub async fn token(&self, mut body: Value) -> Result<Answer, CheckError> {
        if let Some(site) = &self.options.site {
            body["site"] = site.as_str().into();
        }
        let is_anonymous = body["renewal"].is_null() && body.get("identity").is_none();
        let signs_in = is_anonymous && self.identity_required.load(Ordering::SeqCst);
        if let Some(host) = self.host.as_ref().filter(|_| signs_in) {
            body["identity"] = host.identity(&random_hex(8)).into();
        } else if let Some(fields) = body.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        self.with_rate_limit_retry(|| self.request(Method::POST, "/token").json(&body)).await
    }

    /// Polls a conversation that does not exist, with this token.
    pub async fn poll_nowhere(&self, token: &str) -> Result<Answer, CheckError> {
        let path = events_path(&random_hex(16), "?wait=0");
        self.call(self.request(Method::GET, &path).bearer_auth(token).header("accept", JSON)).await
    }

    /// Makes a call, and once more if the proxy limits the rate of this program's many calls.
    async fn with_rate_limit_retry(&self, request: impl Fn() -> RequestBuilder) -> Result<Answer, CheckError> {
        let answer = self.call(request()).await?;
        match answer.header("retry-after").and_then(|wait| wait.parse().ok()) {
            Some(seconds) if answer.status == 429 && seconds <= 90 => {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                self.call(request()).await
            }
            _ => Ok(answer),
        }
    }

    pub async fn visitor(&self) -> Result<Visitor<'_>, CheckError> {
        let answer = self.token(json!({})).await?.expect_status(200)?;
        let field = |name: &str| answer.json[name].as_str().map(str::to_owned).unwrap_or_default();
        let (token, id) = (field("token"), field("visitor"));
        ensure!(!token.is_empty(), "{answer}");
        Ok(Visitor { fixture: self, token, id, answer })
    }

    pub async fn chat(&self) -> Result<Chat<'_>, CheckError> {
        self.visitor().await?.chat().await
    }

    /// As `chat`, once nothing more happens in it.
    pub async fn settled(&self) -> Result<Chat<'_>, CheckError> {
        self.chat().await?.settled().await
    }
}

impl<'a> Visitor<'a> {
    /// Builds a call with the visitor's token, from the allowed origin.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.fixture.request(method, path).bearer_auth(&self.token)
    }

    fn start_request(&self, key: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, "/api/v1/conversations").header("idempotency-key", key).json(body)
    }

    pub async fn start(&self, key: &str, body: &Value) -> Result<Answer, CheckError> {
        self.fixture.call(self.start_request(key, body)).await
    }

    pub fn send(&self, conversation: &str, key: &str, body: &Value) -> RequestBuilder {
        let path = format!("/api/v1/conversation/{}/messages", escape_segment(conversation));
        self.request(Method::POST, &path).header("idempotency-key", key).json(body)
    }

    /// Builds a read of the log with this query.
    pub fn events(&self, conversation: &str, query: &str, media_type: &str) -> RequestBuilder {
        self.request(Method::GET, &events_path(conversation, query)).header("accept", media_type)
    }

    /// Polls the log of a conversation, which may be anybody's.
    pub async fn poll(&self, conversation: &str, query: &str) -> Result<Answer, CheckError> {
        self.fixture.call(self.events(conversation, query, JSON)).await
    }

    pub async fn chat(self) -> Result<Chat<'a>, CheckError> {
        let (first_key, text) = (new_key(), unique_text());
        let request = || self.start_request(&first_key, &start_body(&text));
        let answer = self.fixture.with_rate_limit_retry(request).await?.expect_status(200)?;
        let id = answer.json["conversation"]["id"].as_str().map(str::to_owned);
        let id = id.ok_or_else(|| violation(answer))?;
        let calls = self.fixture.simulator.calls_with("start", &text).await?;
        let platform_id = calls.iter().find_map(|call| call["conversation"].as_str()).map(str::to_owned);
        let unseen = || violation("the start did not reach the platform as it was said");
        let platform_id = platform_id.ok_or_else(unseen)?;
        Ok(Chat { visitor: self, id, platform_id, first_key, log: Vec::new() })
    }
}

impl Chat<'_> {
    pub fn fixture(&self) -> &Fixture {
        self.visitor.fixture
    }

    /// Waits until nothing more happens in the conversation, and keeps its log.
    pub async fn settled(mut self) -> Result<Self, CheckError> {
        self.fixture().simulator.wait_until_idle().await?;
        self.log = self.read_log().await?;
        Ok(self)
    }

    /// The cursor of the settled log's last entry.
    pub fn end(&self) -> &str {
        self.log.last().map(entry::cursor_of).unwrap_or_default()
    }

    pub async fn send(&self, key: &str, text: &str) -> Result<Answer, CheckError> {
        self.fixture().call(self.visitor.send(&self.id, key, &send_body(text))).await
    }

    /// Sends a text, which must be accepted; returns its key.
    pub async fn send_text(&self, text: &str) -> Result<String, CheckError> {
        let key = new_key();
        self.send(&key, text).await?.expect_status(200)?;
        Ok(key)
    }

    /// Has the bot say something; returns once the webhook has been accepted.
    pub async fn reply(&self, html: &str) -> Result<Value, CheckError> {
        self.reply_with(json!({ "text": html })).await
    }

    /// As [`Chat::reply`], with any content.
    pub async fn reply_with(&self, mut order: Value) -> Result<Value, CheckError> {
        order["conversation"] = self.platform_id.as_str().into();
        order["wait"] = true.into();
        self.fixture().simulator.reply(order).await
    }

    /// Polls the log, which must be answered with entries.
    pub async fn poll(&self, query: &str) -> Result<Answer, CheckError> {
        let answer = self.visitor.poll(&self.id, query).await?.expect_status(200)?;
        if answer.json["entries"].is_array() { Ok(answer) } else { Err(violation(answer)) }
    }

    pub async fn read_log(&self) -> Result<Vec<Value>, CheckError> {
        let mut log: Vec<Value> = Vec::new();
        loop {
            let after = log.last().map(|last| format!("?after={}&wait=0", entry::cursor_of(last))).unwrap_or_default();
            let entries = self.poll(&after).await?.entries();
            if entries.is_empty() || log.len() >= 10_000 {
                return Ok(log);
            }
            log.extend(entries);
        }
    }

    /// Returns the log as soon as it has an entry that `is_wanted` accepts.
    pub async fn log_with(&self, is_wanted: impl Fn(&Value) -> bool) -> Result<Vec<Value>, CheckError> {
        let deadline = Instant::now() + self.fixture().timeout;
        loop {
            let log = self.read_log().await?;
            if log.iter().any(&is_wanted) {
                return Ok(log);
            }
            if Instant::now() >= deadline {
                return Err(violation(format!("it did not come in time; the log is {}", entry::log_summary(&log))));
            }
            let query = log.last().map(|last| format!("?after={}&wait=1", entry::cursor_of(last)));
            self.poll(query.as_deref().unwrap_or("?wait=1")).await?;
        }
    }

    /// Opens a stream that begins after this cursor.
    pub async fn stream(&self, query: &str, after: Option<&str>) -> Result<Stream, CheckError> {
        let mut request = self.visitor.events(&self.id, query, EVENT_STREAM);
        if let Some(cursor) = after {
            request = request.header("last-event-id", cursor);
        }
        let call = format!("GET {}", events_path(&self.id, query));
        let fault = |error: reqwest::Error| violation(format!("{call}: no answer: {}", error.without_url()));
        let response = request.send().await.map_err(fault)?;
        let status = response.status().as_u16();
        ensure!(status == 200, "{call} for a stream answered {status}");
        Ok(Stream::new(response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_uuid_of_version_seven() {
        let key = new_key();
        assert_eq!(key.len(), 36, "{key}");
        assert_eq!((&key[8..9], &key[13..15], &key[18..20], &key[23..24]), ("-", "-7", "-a", "-"), "{key}");
        assert_eq!(escape_segment("a/b"), "a%2Fb");
    }
}
