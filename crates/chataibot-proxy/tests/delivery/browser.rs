//! A browser's part: gets a token, starts, sends, reads the stream and polls.

use chataibot_wire::documented::{SendAnswer, StartAnswer};
use chataibot_wire::entry::{Begin, Poll, Reset};
use chataibot_wire::token::TokenAnswer;
use chataibot_wire::{Cursor, Entry, ErrorBody};
use serde_json::{Value, json};

pub const ORIGIN: &str = "http://localhost:4711";

#[derive(Clone)]
pub struct Browser {
    pub http: reqwest::Client,
    pub base: String,
    pub token: String,
    pub visitor: String,
}

impl Browser {
    pub async fn open(http: reqwest::Client, base: String) -> Self {
        let request = http.post(format!("{base}/token")).header("origin", ORIGIN).json(&json!({}));
        let answer: TokenAnswer = request.send().await.expect("an answer").json().await.expect("a token");
        Self { http, base, token: answer.token, visitor: answer.visitor }
    }

    pub async fn post(&self, path: &str, key: &str, body: &Value) -> reqwest::Response {
        self.http
            .post(format!("{}{path}", self.base))
            .header("origin", ORIGIN)
            .header("idempotency-key", key)
            .bearer_auth(&self.token)
            .json(body)
            .send()
            .await
            .expect("an answer")
    }

    pub async fn post_start(&self, key: &str, text: &str) -> reqwest::Response {
        let body = json!({
            "channel": "API",
            "message": { "data": { "body": text }, "type": "text" },
            "bot_key": "",
            "from": { "user_external_id": "somebody else", "type": "VISITOR" },
        });
        self.post("/api/v1/conversations", key, &body).await
    }

    pub async fn post_send(&self, alias: &str, key: &str, text: &str) -> reqwest::Response {
        let body = json!({ "message": { "data": { "body": text }, "type": "text" }, "user": { "type": "VISITOR" } });
        self.post(&format!("/api/v1/conversation/{alias}/messages"), key, &body).await
    }

    /// Starts a conversation, which must be accepted; returns the alias.
    pub async fn start(&self, key: &str, text: &str) -> String {
        let answer = self.post_start(key, text).await;
        assert_eq!(answer.status(), 200);
        let answer: StartAnswer = answer.json().await.expect("the documented answer");
        answer.conversation.id
    }

    /// Sends a message, which must be accepted; returns the message id.
    pub async fn send(&self, alias: &str, key: &str, text: &str) -> String {
        let answer = self.post_send(alias, key, text).await;
        assert_eq!(answer.status(), 200);
        let answer: SendAnswer = answer.json().await.expect("the documented answer");
        answer.message_id
    }

    pub async fn get(&self, alias: &str, query: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let mut request = self
            .http
            .get(format!("{}/api/v1/conversation/{alias}/events{query}", self.base))
            .header("origin", ORIGIN)
            .bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("an answer")
    }

    pub async fn poll(&self, alias: &str, after: Option<Cursor>, wait: u32) -> Poll {
        let after = after.map_or_else(String::new, |cursor| format!("&after={cursor}"));
        let answer = self.get(alias, &format!("?wait={wait}{after}"), &[("accept", "application/json")]).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.expect("a poll")
    }

    /// The whole log.
    pub async fn log(&self, alias: &str) -> Vec<Entry> {
        self.poll(alias, None, 0).await.entries
    }

    /// The log or a page of it.
    pub async fn page(&self, alias: &str, query: &str) -> Poll {
        let answer = self.get(alias, query, &[("accept", "application/json")]).await;
        assert_eq!(answer.status(), 200, "{query}");
        answer.json().await.expect("a poll")
    }

    pub async fn stream(&self, alias: &str, after: Option<Cursor>) -> Events {
        self.stream_of(alias, "", after).await
    }

    pub async fn stream_of(&self, alias: &str, query: &str, after: Option<Cursor>) -> Events {
        let cursor = after.map(|cursor| cursor.to_string());
        let mut headers = vec![("accept", "text/event-stream")];
        headers.extend(cursor.as_deref().map(|cursor| ("last-event-id", cursor)));
        let response = self.get(alias, query, &headers).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events { response, bytes: Vec::new() }
    }
}

/// Timeout for what must happen: a test fails instead of hanging.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// An event stream as a browser reads it.
pub struct Events {
    response: reqwest::Response,
    bytes: Vec<u8>,
}

/// One item of a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamItem {
    Comment,
    Entry(Entry),
    Reset(Reset),
    Begin(Begin),
    Reauth,
}

impl Events {
    /// Returns the next item; `None` at the end.
    pub async fn next(&mut self) -> Option<StreamItem> {
        loop {
            if let Some(end) = self.bytes.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.bytes.drain(..end + 2).collect();
                return Some(read(std::str::from_utf8(&block).expect("UTF-8")));
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("something in time");
            match chunk.expect("an orderly end") {
                Some(chunk) => self.bytes.extend_from_slice(&chunk),
                None => {
                    assert!(self.bytes.is_empty(), "nothing is cut in half");
                    return None;
                }
            }
        }
    }

    /// Returns the next entry. Fails if anything but comments comes before it.
    pub async fn entry(&mut self) -> Entry {
        loop {
            match self.next().await {
                Some(StreamItem::Entry(entry)) => return entry,
                Some(StreamItem::Comment) => {}
                other => panic!("an entry, not {other:?}"),
            }
        }
    }

    pub async fn entries(&mut self, count: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        while entries.len() < count {
            entries.push(self.entry().await);
        }
        entries
    }
}

fn read(block: &str) -> StreamItem {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    match field("event:") {
        None => {
            assert!(block.starts_with(':'), "a comment: {block:?}");
            StreamItem::Comment
        }
        Some("reset") => StreamItem::Reset(serde_json::from_str(field("data:").expect("data")).expect("a reset")),
        Some("begin") => {
            assert_eq!(field("id:"), None, "the reader's cursor stays");
            StreamItem::Begin(serde_json::from_str(field("data:").expect("data")).expect("a begin"))
        }
        Some("reauth") => StreamItem::Reauth,
        Some(name) => {
            let entry: Entry = serde_json::from_str(field("data:").expect("data")).expect("an entry");
            assert_eq!((name, field("id:")), (entry.event.name(), Some(entry.cursor.to_string().as_str())));
            StreamItem::Entry(entry)
        }
    }
}

/// Status and error code of a refusal; checks body and headers against each other.
pub async fn refusal(answer: reqwest::Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let header = answer.headers().get("retry-after").map(|value| value.to_str().expect("text").to_owned());
    let body: ErrorBody = answer.json().await.expect("an error body");
    assert!(!body.ok);
    assert_eq!(body.status, status);
    assert_eq!(body.retry_after.map(|seconds| seconds.to_string()), header);
    (status, body.error)
}
