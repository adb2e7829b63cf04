//! A platform that the test controls: accepts by default, or answers, holds, or hangs up. Writes
//! its own JSON.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

/// Reaction of the platform to one call.
#[derive(Debug)]
pub enum PlatformAnswer {
    /// The documented answer.
    Accept,
    /// This status and body.
    Answer(u16, String),
    /// Reads the whole request and closes the connection without an answer.
    HangUp,
    /// Waits for the test to send the reaction.
    Hold(oneshot::Receiver<PlatformAnswer>),
}

/// One call that the platform got.
#[derive(Clone, Debug)]
pub struct Call {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Call {
    /// The visitor's text.
    pub fn text(&self) -> &str {
        self.body["message"]["data"]["body"].as_str().expect("a text")
    }
}

/// The platform.
#[derive(Clone)]
pub struct Platform {
    pub url: String,
    inner: Arc<Inner>,
}

struct Inner {
    steps: Mutex<VecDeque<PlatformAnswer>>,
    calls: watch::Sender<Vec<Call>>,
}

impl Platform {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let url = format!("http://{}/api/v1", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner { steps: Mutex::default(), calls: watch::Sender::new(Vec::new()) });
        let platform = Self { url, inner: Arc::clone(&inner) };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let inner = Arc::clone(&inner);
                let service = service_fn(move |request| call(Arc::clone(&inner), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
            }
        });
        platform
    }

    /// Appends a reaction for the next call that has none yet.
    pub fn next(&self, step: PlatformAnswer) {
        self.inner.steps.lock().expect("whole").push_back(step);
    }

    /// Holds the next call until the returned sender provides its reaction.
    pub fn hold(&self) -> oneshot::Sender<PlatformAnswer> {
        let (sender, receiver) = oneshot::channel();
        self.next(PlatformAnswer::Hold(receiver));
        sender
    }

    /// All calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.inner.calls.borrow().clone()
    }

    /// Waits until this many calls have come; returns the last of them.
    pub async fn called(&self, times: usize) -> Call {
        let mut calls = self.inner.calls.subscribe();
        let calls = calls.wait_for(|calls| calls.len() >= times).await.expect("the platform lives");
        calls[times - 1].clone()
    }
}

#[derive(Debug)]
struct HungUp;

impl std::fmt::Display for HungUp {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("hung up")
    }
}

impl std::error::Error for HungUp {}

async fn call(inner: Arc<Inner>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, HungUp> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| HungUp)?.to_bytes();
    let body = serde_json::from_slice(&body).expect("the proxy sends JSON");
    let path = parts.uri.path().to_owned();
    let mut number = 0;
    inner.calls.send_modify(|calls| {
        calls.push(Call { path: path.clone(), headers: parts.headers, body });
        number = calls.len();
    });
    let mut step = inner.steps.lock().expect("whole").pop_front().unwrap_or(PlatformAnswer::Accept);
    loop {
        return match step {
            PlatformAnswer::Accept => answer(200, accepted(&path, number).to_string()),
            PlatformAnswer::Answer(status, body) => answer(status, body),
            PlatformAnswer::HangUp => Err(HungUp),
            PlatformAnswer::Hold(said) => {
                step = said.await.unwrap_or(PlatformAnswer::HangUp);
                continue;
            }
        };
    }
}

/// The documented answers (DOC). Each start gets a new id: `conversation-<number of the call>`.
fn accepted(path: &str, number: usize) -> Value {
    if path.ends_with("/conversations") {
        json!({
            "ok": true,
            "conversation": {
                "id": format!("conversation-{number}"),
                "created_at": "2025-02-10 20:21:03.913000",
                "assignee": { "id": "bot-user", "to": "staff@example.com" },
            },
            "contact": { "name": "N", "email": "e@example.com", "phone": "1", "visitor_key": "v_1" },
        })
    } else {
        json!({ "ok": true, "message_id": format!("message-{number}") })
    }
}

fn answer(status: u16, body: String) -> Result<Response<Full<Bytes>>, HungUp> {
    let response: Result<_, Infallible> = Ok(Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Full::from(body))
        .expect("a response"));
    response.map_err(|never| match never {})
}
