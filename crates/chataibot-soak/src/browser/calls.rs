//! Requests of a tab to the proxy, made like the widget's in `src/runtime/requests.rs` but with a
//! native HTTP client.

use std::{rc::Rc, time::Duration};

use chataibot_widget::{
    api::{
        ApiError, Credentials,
        credentials::{Plan, plan},
        sse::Parser,
    },
    conversation::{OutboxMessage, RawEntry},
    machine::{
        connection::Attempt,
        input::{Frame, Input, frame_of},
    },
};
use chataibot_wire::{Cursor, Entry, ErrorBody};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::{task::spawn_local, time::timeout};

use super::{Browser, Kind, abortable};

/// Origin of the host page.
pub const ORIGIN: &str = "http://localhost:4711";
/// Time limit of a start, send or token call.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Time limit of a poll.
const POLL_TIMEOUT: Duration = Duration::from_secs(60);

struct Request {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Request {
    fn get(path: String, media_type: &str, token: &str) -> Self {
        let headers = vec![("accept", media_type.to_owned()), ("authorization", format!("Bearer {token}"))];
        Self { method: Method::GET, path, headers, body: None }
    }

    fn post(path: String, body: Value) -> Self {
        Self { method: Method::POST, path, headers: Vec::new(), body: Some(body) }
    }

    fn authorized(mut self, token: &str, key: &str) -> Self {
        self.headers.push(("authorization", format!("Bearer {token}")));
        self.headers.push(("idempotency-key", key.to_owned()));
        self
    }
}

impl Browser {
    /// Makes a call under a lock, unless `prepare` returns the input that makes it unnecessary. The
    /// resulting input is handled before the lock is released.
    fn run_locked(
        &self,
        tab: usize,
        kind: Kind,
        prepare: impl FnOnce(&Self) -> Result<Request, Input> + 'static,
        finish: impl FnOnce(&Self, Result<Value, ApiError>) -> Input + 'static,
    ) {
        let lock = match kind {
            Kind::Token => self.0.token_lock.clone(),
            Kind::Send | Kind::Log | Kind::Page => self.0.send_lock.clone(),
        };
        let (browser, page) = (self.clone(), self.page(tab));
        spawn_local(async move {
            let held = lock.lock().await;
            if !browser.is_current_page(tab, page) {
                return;
            }
            let input = match prepare(&browser) {
                Ok(request) => {
                    let guard = browser.new_guard(tab, kind);
                    let what = format!("{} {}", request.method, request.path);
                    let answer = abortable(&guard, browser.call_json(request, REQUEST_TIMEOUT)).await;
                    browser.note(|| format!("tab {tab}: {what} → {}", summarize(&answer)));
                    finish(&browser, answer)
                }
                Err(input) => input,
            };
            if browser.is_current_page(tab, page) {
                browser.handle(tab, input);
            }
            drop(held);
        });
    }

    pub(super) fn authorize(&self, tab: usize, held: Option<Rc<Credentials>>, refused: Option<Rc<str>>) {
        let prepare = move |browser: &Self| {
            let stored = browser.0.storage.borrow().credentials.clone();
            match plan(stored, held.as_deref(), refused.as_deref(), browser.wall_clock()) {
                Plan::Adopt(credentials) => Err(Input::TokenAnswered(Ok(Rc::new(credentials)))),
                Plan::Renew(secret) => Ok(Request::post("/token".to_owned(), json!({ "renewal": secret }))),
                Plan::NewVisitor => Ok(Request::post("/token".to_owned(), json!({}))),
            }
        };
        self.run_locked(tab, Kind::Token, prepare, |browser, answer| {
            let answer = answer.and_then(|answer| serde_json::from_value(answer).map_err(|_| ApiError::Network));
            Input::TokenAnswered(answer.map(|answer| Rc::new(Credentials::new(answer, browser.wall_clock()))))
        });
    }

    pub(super) fn start(&self, tab: usize, message: Rc<OutboxMessage>, credentials: Rc<Credentials>) {
        let id = message.id.clone();
        let prepare = move |browser: &Self| {
            let storage = browser.0.storage.borrow();
            if let Some(stored) = storage.conversation.clone().filter(|stored| stored.id.is_some()) {
                return Err(Input::RemoteConversation(Some(Box::new(stored))));
            }
            if !storage.outbox.contains_key(&*message.id) {
                return Err(Input::SettledRemotely { id: message.id.clone() });
            }
            if storage.has_older(&message.id) {
                return Err(Input::StartAnswered { id: message.id.clone(), result: Err(ApiError::Network) });
            }
            let body = json!({
                "channel": "API",
                "message": { "data": { "body": *message.text }, "type": "text" },
                "bot_key": "",
                "from": { "user_external_id": credentials.visitor, "type": "VISITOR" },
            });
            Ok(Request::post("/api/v1/conversations".to_owned(), body).authorized(&credentials.token, &message.id))
        };
        self.run_locked(tab, Kind::Send, prepare, move |_, answer| {
            let started = |answer: Value| answer["conversation"]["id"].as_str().map(Rc::from).ok_or(ApiError::Network);
            Input::StartAnswered { id, result: answer.and_then(started) }
        });
    }

    pub(super) fn send(
        &self,
        tab: usize,
        message: Rc<OutboxMessage>,
        conversation: Rc<str>,
        credentials: Rc<Credentials>,
    ) {
        let id = message.id.clone();
        let prepare = move |browser: &Self| {
            if !browser.0.storage.borrow().outbox.contains_key(&*message.id) {
                return Err(Input::SettledRemotely { id: message.id.clone() });
            }
            let body = json!({ "message": { "data": { "body": *message.text }, "type": "text" }, "user": { "type": "VISITOR" } });
            let path = format!("/api/v1/conversation/{conversation}/messages");
            Ok(Request::post(path, body).authorized(&credentials.token, &message.id))
        };
        self.run_locked(tab, Kind::Send, prepare, move |_, answer| {
            let accepted = |answer: Value| answer["message_id"].as_str().map(|_| ()).ok_or(ApiError::Network);
            Input::SendAnswered { id, result: answer.and_then(accepted) }
        });
    }

    pub(super) fn read_log(
        &self,
        tab: usize,
        generation: u32,
        attempt: Attempt,
        conversation: &str,
        after: Option<Cursor>,
        credentials: &Credentials,
    ) {
        let path = format!("/api/v1/conversation/{conversation}/events");
        let range = after.map_or_else(|| "last=200".to_owned(), |after| format!("after={after}"));
        let (browser, page) = (self.clone(), self.page(tab));
        let guard = self.new_guard(tab, Kind::Log);
        let token = credentials.token.clone();
        spawn_local(async move {
            let input = match attempt {
                Attempt::Poll { wait } => {
                    let request = Request::get(format!("{path}?{range}&wait={wait}"), "application/json", &token);
                    let answer = abortable(&guard, browser.call_json(request, POLL_TIMEOUT)).await;
                    browser.note(|| format!("tab {tab}: poll → {}", summarize(&answer)));
                    let frames = answer.and_then(|answer| frames(&answer).ok_or(ApiError::Network));
                    frames.map(|frames| Input::Polled { generation, frames })
                }
                Attempt::Stream => {
                    let request = match after {
                        None => Request::get(format!("{path}?{range}"), "text/event-stream", &token),
                        Some(after) => {
                            let mut request = Request::get(path, "text/event-stream", &token);
                            request.headers.push(("last-event-id", after.to_string()));
                            request
                        }
                    };
                    abortable(&guard, browser.read_stream(tab, page, generation, request)).await
                }
            };
            let input = input.unwrap_or_else(|failure| Input::LogFailed { generation, failure });
            if browser.is_current_page(tab, page) {
                browser.note(|| format!("tab {tab}: line {generation} is over: {input:.80?}"));
                browser.handle(tab, input);
            }
        });
    }

    async fn read_stream(&self, tab: usize, page: u32, generation: u32, request: Request) -> Result<Input, ApiError> {
        let mut response = self.open_answer(request).await?;
        let media_type = header(&response, "content-type").unwrap_or_default();
        if response.status() != 200 || !media_type.starts_with("text/event-stream") {
            return Err(ApiError::Network);
        }
        let mut parser = Parser::default();
        let deliver = |input| {
            if self.is_current_page(tab, page) {
                self.handle(tab, input);
            }
        };
        deliver(Input::StreamOpened { generation });
        loop {
            match response.chunk().await {
                Ok(Some(bytes)) => {
                    let mut frames = Vec::new();
                    let parse = |text: &str| serde_json::from_str::<Entry>(text).ok();
                    parser.push(&bytes, &mut |item| frames.push(frame_of(item, parse)));
                    deliver(Input::StreamFrames { generation, frames });
                }
                Ok(None) => return Ok(Input::StreamEnded { generation }),
                Err(_) => return Err(ApiError::Network),
            }
        }
    }

    pub(super) fn request_page(&self, tab: usize, conversation: &str, before: Cursor, credentials: &Credentials) {
        let path = format!("/api/v1/conversation/{conversation}/events?before={before}&limit=50");
        let request = Request::get(path, "application/json", &credentials.token);
        let (browser, page) = (self.clone(), self.page(tab));
        let guard = self.new_guard(tab, Kind::Page);
        spawn_local(async move {
            let answer = abortable(&guard, browser.call_json(request, REQUEST_TIMEOUT)).await;
            let result = answer.and_then(|answer| {
                let entries = answer["entries"].as_array().ok_or(ApiError::Network)?;
                Ok((entries.iter().filter_map(entry).collect(), answer["earlier"] == true))
            });
            if browser.is_current_page(tab, page) {
                browser.handle(tab, Input::PageAnswered { before, result });
            }
        });
    }

    /// Sends a request and reads the JSON answer.
    async fn call_json(&self, request: Request, limit: Duration) -> Result<Value, ApiError> {
        let answer = timeout(limit, async {
            let response = self.open_answer(request).await?;
            body(response).await.ok_or(ApiError::Network)
        });
        answer.await.unwrap_or(Err(ApiError::Network))
    }

    /// Returns a successful answer; one that a browser would hide from a page is an error.
    async fn open_answer(&self, call: Request) -> Result<Response, ApiError> {
        let mut request =
            self.0.http.request(call.method, format!("{}{}", self.0.base_url, call.path)).header("origin", ORIGIN);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|_| ApiError::Network)?;
        let is_readable = header(&response, "access-control-allow-origin").is_some()
            && header(&response, "content-encoding").is_none()
            && !response.status().is_redirection();
        if !is_readable {
            return Err(ApiError::Network);
        }
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, retry_after) = (response.status().as_u16(), header(&response, "retry-after"));
        let error_body: Option<ErrorBody> = body(response).await.and_then(|body| serde_json::from_value(body).ok());
        Err(ApiError::from_response(status, error_body.as_ref(), retry_after.as_deref()))
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(ToOwned::to_owned)
}

async fn body(response: Response) -> Option<Value> {
    let bytes = response.bytes().await.ok()?;
    let text = String::from_utf8_lossy(&bytes);
    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
}

fn entry(value: &Value) -> Option<Rc<RawEntry>> {
    let entry: Entry = serde_json::from_value(value.clone()).ok()?;
    Some(Rc::new(RawEntry::new(entry, value.to_string())))
}

fn frames(answer: &Value) -> Option<Vec<Frame>> {
    let mut frames = Vec::new();
    if answer["reset"].is_object() {
        frames.push(Frame::Reset);
    }
    if let Some(has_earlier) = answer["earlier"].as_bool() {
        frames.push(Frame::Begin { has_earlier });
    }
    for value in answer["entries"].as_array()? {
        let cursor = value["cursor"].as_str().and_then(|text| text.parse().ok());
        frames.push(entry(value).map_or(Frame::Unreadable(cursor), Frame::Entry));
    }
    Some(frames)
}

fn summarize(answer: &Result<Value, ApiError>) -> String {
    match answer {
        Ok(_) => "an answer".to_owned(),
        Err(failure) => format!("{failure:?}"),
    }
}
