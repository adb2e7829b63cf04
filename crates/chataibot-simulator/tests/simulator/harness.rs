//! A running simulator with a webhook receiver, and the calls that tests make on both.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chataibot_simulator::{Config, Simulator, spawn};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

pub const VISITOR: &str = "0123456789abcdef0123456789abcdef";

/// Only makes a hanging test fail.
const PATIENCE: Duration = Duration::from_secs(20);

/// A simulator whose events reach a receiver.
pub struct Harness {
    pub simulator: Simulator,
    pub receiver: Receiver,
    pub client: reqwest::Client,
}

/// Answer to a call.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Harness {
    /// Starts both, and waits for the handshake.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Like [`Self::new`], with other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let receiver = Receiver::new().await;
        let mut config = Config { webhook_url: Some(receiver.url.clone()), ..Config::for_tests() };
        change(&mut config);
        let simulator = spawn(config).await.unwrap();
        let harness = Self { simulator, receiver, client: reqwest::Client::builder().no_proxy().build().unwrap() };
        let greeted = harness.look("webhook?timeout_ms=10000").await;
        assert_eq!(greeted["greeted"], true, "{greeted}");
        harness
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.url())
    }

    pub fn start_body(text: &str) -> Value {
        json!({
            "channel": "API", "message": { "data": { "body": text }, "type": "text" }, "bot_key": "demo-bot",
            "from": { "user_external_id": VISITOR, "type": "VISITOR" },
        })
    }

    pub fn send_body(text: &str) -> Value {
        json!({ "message": { "data": { "body": text }, "type": "text" }, "user": { "type": "VISITOR" } })
    }

    /// Makes a call with the right token.
    pub async fn call(&self, path: &str, body: &Value) -> Result<Got, reqwest::Error> {
        let request = self.client.post(self.url(path)).bearer_auth("demo-account-token").json(body);
        got(request.send().await?).await
    }

    pub async fn try_start(&self, text: &str) -> Result<Got, reqwest::Error> {
        self.call("/api/v1/conversations", &Self::start_body(text)).await
    }

    pub async fn try_send(&self, conversation: &str, text: &str) -> Result<Got, reqwest::Error> {
        self.call(&format!("/api/v1/conversation/{conversation}/messages"), &Self::send_body(text)).await
    }

    /// Starts a conversation and discards its first four events: created, echo, greeting, menu.
    pub async fn start(&self) -> String {
        let started = self.try_start("Hello").await.unwrap();
        assert_eq!(started.status, 200, "{started:?}");
        for _ in 0..4 {
            self.receiver.next().await;
        }
        started.body["conversation"]["id"].as_str().unwrap().to_owned()
    }

    /// Sends a text, which must be accepted, and discards its echo.
    pub async fn send(&self, conversation: &str, text: &str) {
        let sent = self.try_send(conversation, text).await.unwrap();
        assert_eq!(sent.status, 200, "{sent:?}");
        let echo = self.receiver.next_message().await;
        assert_eq!(echo, json!({ "type": "text", "text": text }));
    }

    /// Gives the simulator an order, which must be accepted.
    pub async fn order(&self, path: &str, body: Value) -> Value {
        let got = self.try_order(path, body).await;
        assert_eq!(got.status, 200, "{path}: {got:?}");
        got.body
    }

    pub async fn try_order(&self, path: &str, body: Value) -> Got {
        let request = self.client.post(self.url(&format!("/_control/{path}"))).json(&body);
        got(request.send().await.unwrap()).await.unwrap()
    }

    /// Reads from a control.
    pub async fn look(&self, path: &str) -> Value {
        let answer = self.client.get(self.url(&format!("/_control/{path}"))).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// Waits until no work is pending.
    pub async fn idle(&self) {
        assert_eq!(self.look("idle?timeout_ms=15000").await["ok"], true);
    }
}

async fn got(answer: reqwest::Response) -> Result<Got, reqwest::Error> {
    let status = answer.status().as_u16();
    let headers = answer.headers().clone();
    let text = answer.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Got { status, headers, body })
}

/// Webhook receiver in the proxy's place: answers handshakes and records the other calls.
pub struct Receiver {
    pub url: String,
    came: Mutex<mpsc::UnboundedReceiver<Came>>,
    shared: Arc<Shared>,
}

/// One webhook call.
#[derive(Clone, Debug)]
pub struct Came {
    pub authorization: Option<String>,
    pub text: String,
    pub body: Value,
}

struct Shared {
    send: mpsc::UnboundedSender<Came>,
    statuses: Mutex<VecDeque<u16>>,
}

impl Receiver {
    pub async fn new() -> Self {
        let (send, came) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { send, statuses: Mutex::new(VecDeque::new()) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhook/test-secret", listener.local_addr().unwrap());
        let router = Router::new().route("/webhook/test-secret", post(take)).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, came: Mutex::new(came), shared }
    }

    /// Answers the next calls with these statuses; they are recorded nevertheless.
    pub async fn refuse(&self, statuses: &[u16]) {
        self.shared.statuses.lock().await.extend(statuses);
    }

    /// The next call that is not a handshake.
    pub async fn next(&self) -> Came {
        let next = async { self.came.lock().await.recv().await.unwrap() };
        tokio::time::timeout(PATIENCE, next).await.expect("a webhook should have come")
    }

    /// The message of the next call, which must contain one event.
    pub async fn next_message(&self) -> Value {
        let came = self.next().await;
        assert_eq!(came.body["events"].as_array().map(Vec::len), Some(1), "{}", came.text);
        came.body["events"][0]["event"]["payload"]["message"].clone()
    }

    /// Calls that came and were not read yet.
    pub async fn rest(&self) -> Vec<Came> {
        let mut came = self.came.lock().await;
        let mut rest = Vec::new();
        while let Ok(one) = came.try_recv() {
            rest.push(one);
        }
        rest
    }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, bytes: Bytes) -> Response {
    let status = shared.statuses.lock().await.pop_front().unwrap_or(200);
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let is_handshake =
        body.get("token").is_some() && body.get("events").is_none() && body.as_object().unwrap().len() == 1;
    if !is_handshake {
        let authorization = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        shared.send.send(Came { authorization, text, body }).unwrap();
    } else if status == 200 {
        return Json(json!({ "token": body["token"] })).into_response();
    }
    StatusCode::from_u16(status).unwrap().into_response()
}
