//! Test client: acts like the widget in a visitor's browser.

use std::{
    sync::atomic::Ordering,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    entry,
    fixture::{Answer, Fixture},
    outcome::{CheckError, ensure, violation},
    stream::Stream,
};

pub struct Visitor<'a> {
    fixture: &'a Fixture,
    pub token: String,
    pub id: String,
    /// The answer that issued token and id.
    pub answer: Answer,
}

#[derive(Clone, Debug)]
pub struct Conversation {
    /// The id that the browser knows.
    pub id: String,
    /// The id that the platform knows.
    pub platform_id: String,
    /// The key of the first message.
    pub first_key: String,
}

/// Characters to escape in a path segment: all but the "unreserved" ones of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Escapes an id, so that it stays one path segment whatever it contains.
fn escape_segment(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, SEGMENT).to_string()
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
    /// Sends `POST /token` with this body, from an allowed origin. If the site requires an
    /// identity, adds that of a new user, unless the body has a `renewal` or an `identity`, even a
    /// null one.
    pub async fn token(&self, mut body: Value) -> Result<Answer, CheckError> {
        if let Some(site) = &self.site {
            body["site"] = site.as_str().into();
        }
        let identity_required = self.identity_required.load(Ordering::SeqCst) && body["renewal"].is_null();
        match (&self.host, body.as_object_mut()) {
            (Some(host), Some(fields)) if identity_required && !fields.contains_key("identity") => {
                fields.insert("identity".to_owned(), host.identity(&random_hex(8)).into());
            }
            (_, Some(fields)) => fields.retain(|_, value| !value.is_null()),
            (_, None) => {}
        }
        self.with_rate_limit_retry(|| self.request(Method::POST, "/token").json(&body)).await
    }

    /// Polls a conversation that does not exist, with this token.
    pub async fn poll_nowhere(&self, token: &str) -> Result<Answer, CheckError> {
        let path = format!("/api/v1/conversation/{}/events?wait=0", random_hex(16));
        let request = self.request(Method::GET, &path).bearer_auth(token);
        self.call(request.header("accept", "application/json")).await
    }

    /// Makes a call, and once more if the proxy limits its rate: it has the right to, and this
    /// program makes many calls.
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

    pub async fn conversation(&self) -> Result<(Visitor<'_>, Conversation), CheckError> {
        let visitor = self.visitor().await?;
        let conversation = visitor.conversation().await?;
        Ok((visitor, conversation))
    }

    /// As `conversation`, once nothing more happens in it; also returns its log.
    pub async fn settled(&self) -> Result<(Visitor<'_>, Conversation, Vec<Value>), CheckError> {
        let visitor = self.visitor().await?;
        let (conversation, log) = visitor.settled().await?;
        Ok((visitor, conversation, log))
    }
}

impl Visitor<'_> {
    /// Builds a call with the visitor's token, from the allowed origin.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.fixture.request(method, path).bearer_auth(&self.token)
    }

    pub fn start(&self, key: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, "/api/v1/conversations").header("idempotency-key", key).json(body)
    }

    pub fn send(&self, conversation: &str, key: &str, body: &Value) -> RequestBuilder {
        let path = format!("/api/v1/conversation/{}/messages", escape_segment(conversation));
        self.request(Method::POST, &path).header("idempotency-key", key).json(body)
    }

    /// Builds a read of the log with this query, as JSON.
    pub fn events(&self, conversation: &str, query: &str) -> RequestBuilder {
        let path = format!("/api/v1/conversation/{}/events{query}", escape_segment(conversation));
        self.request(Method::GET, &path).header("accept", "application/json")
    }

    /// Sends a text, which must be accepted; returns its key.
    pub async fn send_text(&self, conversation: &str, text: &str) -> Result<String, CheckError> {
        let key = new_key();
        self.fixture.call(self.send(conversation, &key, &send_body(text))).await?.expect_status(200)?;
        Ok(key)
    }

    pub async fn conversation(&self) -> Result<Conversation, CheckError> {
        let (key, text) = (new_key(), unique_text());
        let answer =
            self.fixture.with_rate_limit_retry(|| self.start(&key, &start_body(&text))).await?.expect_status(200)?;
        let id = answer.json["conversation"]["id"].as_str().map(str::to_owned);
        let id = id.ok_or_else(|| violation(answer))?;
        let calls = self.fixture.simulator.calls_with("start", &text).await?;
        let platform_id = calls.iter().find_map(|call| call["conversation"].as_str()).map(str::to_owned);
        let platform_id =
            platform_id.ok_or_else(|| violation("the start did not reach the platform as it was said"))?;
        Ok(Conversation { id, platform_id, first_key: key })
    }

    /// Starts a conversation and waits until nothing more happens in it; also returns its log.
    pub async fn settled(&self) -> Result<(Conversation, Vec<Value>), CheckError> {
        let conversation = self.conversation().await?;
        self.fixture.simulator.wait_until_idle().await?;
        let log = self.log(&conversation.id).await?;
        Ok((conversation, log))
    }

    pub async fn poll(&self, conversation: &str, query: &str) -> Result<Answer, CheckError> {
        let answer = self.fixture.call(self.events(conversation, query)).await?.expect_status(200)?;
        if answer.json["entries"].is_array() { Ok(answer) } else { Err(violation(answer)) }
    }

    /// Reads the whole log by polls.
    pub async fn log(&self, conversation: &str) -> Result<Vec<Value>, CheckError> {
        let mut log: Vec<Value> = Vec::new();
        loop {
            let after = log.last().map(|last| format!("?after={}&wait=0", entry::cursor_of(last))).unwrap_or_default();
            let answer = self.poll(conversation, &after).await?;
            match answer.json["entries"].as_array() {
                Some(entries) if !entries.is_empty() && log.len() < 10_000 => log.extend(entries.iter().cloned()),
                Some(_) | None => return Ok(log),
            }
        }
    }

    /// Returns the log as soon as it has an entry that `is_wanted` accepts.
    pub async fn log_with(
        &self,
        conversation: &str,
        is_wanted: impl Fn(&Value) -> bool,
    ) -> Result<Vec<Value>, CheckError> {
        let deadline = Instant::now() + self.fixture.timeout;
        loop {
            let log = self.log(conversation).await?;
            if log.iter().any(&is_wanted) {
                return Ok(log);
            }
            if Instant::now() >= deadline {
                return Err(violation(format!("it did not come in time; the log is {}", entry::log_summary(&log))));
            }
            let query = log.last().map(|last| format!("?after={}&wait=1", entry::cursor_of(last)));
            self.poll(conversation, query.as_deref().unwrap_or("?wait=1")).await?;
        }
    }

    /// Opens a stream that begins after this cursor.
    pub async fn stream(&self, conversation: &str, query: &str, after: Option<&str>) -> Result<Stream, CheckError> {
        let path = format!("/api/v1/conversation/{}/events{query}", escape_segment(conversation));
        let mut request = self.request(Method::GET, &path).header("accept", "text/event-stream");
        if let Some(cursor) = after {
            request = request.header("last-event-id", cursor);
        }
        let fault = |error: reqwest::Error| violation(format!("GET {path}: no answer: {}", error.without_url()));
        let response = request.send().await.map_err(fault)?;
        let status = response.status().as_u16();
        ensure!(status == 200, "GET {path} for a stream answered {status}");
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
