//! Effects of a tab's machine. Requests to the proxy are made like the widget's in
//! `src/runtime/requests.rs`, but with a native HTTP client.

use std::{rc::Rc, time::Duration};

use chataibot_fake_browser::{FakeBrowser, LockedRequest, Storage};
use chataibot_widget::api::credentials::{Plan, plan};
use chataibot_widget::api::sse::Parser;
use chataibot_widget::api::{ApiError, Credentials};
use chataibot_widget::conversation::RawEntry;
use chataibot_widget::machine::Machine;
use chataibot_widget::machine::connection::Attempt;
use chataibot_widget::machine::effect::PageEvent;
use chataibot_widget::machine::input::{Frame, Input, frame_of};
use chataibot_widget::machine::tab_message::TabMessage;
use chataibot_wire::{Cursor, Entry, ErrorBody};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::{task::spawn_local, time::timeout};

use super::{Browser, Kind, abortable};

const JSON: &str = "application/json";
const EVENT_STREAM: &str = "text/event-stream";
pub const ORIGIN: &str = "http://localhost:4711";
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const POLL_TIMEOUT: Duration = Duration::from_secs(60);

impl FakeBrowser for Browser {
    fn storage<T>(&mut self, access: impl FnOnce(&mut Storage) -> T) -> T {
        access(&mut self.0.storage.borrow_mut())
    }

    fn machine<T>(&self, tab: usize, access: impl FnOnce(&Machine) -> T) -> T {
        access(&self.0.tabs.borrow()[tab].machine)
    }

    fn handle(&mut self, tab: usize, input: Input) {
        Browser::handle(self, tab, input);
    }

    fn enqueue(&mut self, tab: usize, input: Input) {
        self.0.tabs.borrow_mut()[tab].inputs.push_back(input);
    }

    fn to_others(&mut self, from: usize, input: &Input) {
        self.deliver_to_others(from, input);
    }

    /// Makes a call under its lock, unless what is stored makes it unnecessary. The resulting input
    /// is handled before the lock is released.
    fn request(&mut self, tab: usize, request: LockedRequest) {
        let (kind, lock) = match request {
            LockedRequest::Authorize { .. } => (Kind::Token, self.0.token_lock.clone()),
            LockedRequest::Start { .. } | LockedRequest::Send { .. } => (Kind::Send, self.0.send_lock.clone()),
        };
        let (browser, page) = (self.clone(), self.page(tab));
        spawn_local(async move {
            let held = lock.lock().await;
            if !browser.is_current_page(tab, page) {
                return;
            }
            let input = match browser.prepare(&request) {
                Ok(call) => {
                    let guard = browser.new_guard(tab, kind);
                    let what = method_and_path(&call);
                    let answer = abortable(&guard, browser.call_json(call, REQUEST_TIMEOUT)).await;
                    browser.note(|| format!("tab {tab}: {what} → {}", summarize(&answer)));
                    browser.finish(&request, answer)
                }
                Err(input) => input,
            };
            browser.handle_on_page(tab, page, input);
            drop(held);
        });
    }

    fn connect(
        &mut self,
        tab: usize,
        generation: u32,
        attempt: Attempt,
        conversation: Rc<str>,
        after: Option<Cursor>,
        credentials: &Credentials,
    ) {
        let path = format!("/api/v1/conversation/{conversation}/events");
        let range = after.map_or_else(|| "last=200".to_owned(), |after| format!("after={after}"));
        let request = match (attempt, after) {
            (Attempt::Poll { wait }, _) => self.get(&format!("{path}?{range}&wait={wait}"), JSON),
            (Attempt::Stream, None) => self.get(&format!("{path}?{range}"), EVENT_STREAM),
            (Attempt::Stream, Some(after)) => self.get(&path, EVENT_STREAM).header("last-event-id", after.to_string()),
        };
        let request = request.bearer_auth(&credentials.token);
        let (browser, page) = (self.clone(), self.page(tab));
        let guard = self.new_guard(tab, Kind::Log);
        spawn_local(async move {
            let input = match attempt {
                Attempt::Poll { .. } => {
                    let answer = abortable(&guard, browser.call_json(request, POLL_TIMEOUT)).await;
                    browser.note(|| format!("tab {tab}: poll → {}", summarize(&answer)));
                    let frames = answer.and_then(|answer| frames(&answer).ok_or(ApiError::Network));
                    frames.map(|frames| Input::Polled { generation, frames })
                }
                Attempt::Stream => abortable(&guard, browser.read_stream(tab, page, generation, request)).await,
            };
            let input = input.unwrap_or_else(|failure| Input::LogFailed { generation, failure });
            if browser.is_current_page(tab, page) {
                browser.note(|| format!("tab {tab}: line {generation} is over: {input:.80?}"));
                browser.handle(tab, input);
            }
        });
    }

    fn disconnect(&mut self, tab: usize) {
        self.abort_request(tab, Kind::Log);
    }

    fn fetch_page(&mut self, tab: usize, conversation: Rc<str>, before: Cursor, credentials: &Credentials) {
        let path = format!("/api/v1/conversation/{conversation}/events?before={before}&limit=50");
        let request = self.get(&path, JSON).bearer_auth(&credentials.token);
        let (browser, page) = (self.clone(), self.page(tab));
        let guard = self.new_guard(tab, Kind::Page);
        spawn_local(async move {
            let answer = abortable(&guard, browser.call_json(request, REQUEST_TIMEOUT)).await;
            let result = answer.and_then(|answer| {
                let entries = answer["entries"].as_array().ok_or(ApiError::Network)?;
                Ok((entries.iter().filter_map(entry).collect(), answer["earlier"] == true))
            });
            browser.handle_on_page(tab, page, Input::PageAnswered { before, result });
        });
    }

    fn join_tabs(&mut self, tab: usize) {
        self.0.tabs.borrow_mut()[tab].is_listening = true;
    }

    fn leave_tabs(&mut self, tab: usize) {
        self.abort_requests(tab);
        self.stop_listening(tab);
    }

    fn request_lock(&mut self, tab: usize, steal: bool) {
        self.request_leadership(tab, steal);
    }

    fn release_lock(&mut self, tab: usize) {
        self.note(|| format!("tab {tab}: steps down"));
        self.release_leadership(tab);
    }

    fn broadcast(&mut self, tab: usize, message: &TabMessage) {
        self.note(|| format!("tab {tab}: says {message:.90?}"));
        if self.0.tabs.borrow()[tab].is_listening {
            self.deliver_to_others(tab, &Input::TabMessage(message.clone()));
        }
    }

    fn emit(&mut self, tab: usize, event: PageEvent) {
        if let PageEvent::Sent { id, .. } = event {
            self.note(|| format!("tab {tab}: accepted {id}"));
            self.0.records.borrow_mut().accepted_ids.push(id);
        }
    }
}

impl Browser {
    /// Builds the call of a request, or returns the input that makes it unnecessary.
    fn prepare(&self, request: &LockedRequest) -> Result<RequestBuilder, Input> {
        let storage = self.0.storage.borrow();
        let (path, body, message, credentials) = match request {
            LockedRequest::Authorize { held, refused } => {
                let stored = storage.credentials.clone();
                return match plan(stored, held.as_deref(), refused.as_deref(), self.wall_clock()) {
                    Plan::Adopt(credentials) => Err(Input::TokenAnswered(Ok(Rc::new(credentials)))),
                    Plan::Renew(secret) => Ok(self.post("/token", &json!({ "renewal": secret }))),
                    Plan::NewVisitor => Ok(self.post("/token", &json!({}))),
                };
            }
            LockedRequest::Start { message, credentials } => {
                if let Some(stored) = storage.conversation.clone().filter(|stored| stored.id.is_some()) {
                    return Err(Input::RemoteConversation(Some(Box::new(stored))));
                }
                let body = json!({
                    "channel": "API",
                    "message": { "data": { "body": *message.text }, "type": "text" },
                    "bot_key": "",
                    "from": { "user_external_id": credentials.visitor, "type": "VISITOR" },
                });
                ("/api/v1/conversations".to_owned(), body, message, credentials)
            }
            LockedRequest::Send { message, conversation, credentials } => {
                let message_body = json!({ "data": { "body": *message.text }, "type": "text" });
                let body = json!({ "message": message_body, "user": { "type": "VISITOR" } });
                (format!("/api/v1/conversation/{conversation}/messages"), body, message, credentials)
            }
        };
        if !storage.outbox.contains_key(&*message.id) {
            return Err(Input::SettledRemotely { id: message.id.clone() });
        }
        if matches!(request, LockedRequest::Start { .. }) && storage.has_older(&message.id) {
            return Err(Input::StartAnswered { id: message.id.clone(), result: Err(ApiError::Network) });
        }
        let call = self.post(&path, &body).bearer_auth(&credentials.token);
        Ok(call.header("idempotency-key", &*message.id))
    }

    fn finish(&self, request: &LockedRequest, answer: Result<Value, ApiError>) -> Input {
        match request {
            LockedRequest::Authorize { .. } => {
                let answer = answer.and_then(|answer| serde_json::from_value(answer).map_err(|_| ApiError::Network));
                Input::TokenAnswered(answer.map(|answer| Rc::new(Credentials::new(answer, self.wall_clock()))))
            }
            LockedRequest::Start { message, .. } => {
                let id = |answer: Value| answer["conversation"]["id"].as_str().map(Rc::from).ok_or(ApiError::Network);
                Input::StartAnswered { id: message.id.clone(), result: answer.and_then(id) }
            }
            LockedRequest::Send { message, .. } => {
                let accepted = |answer: Value| answer["message_id"].as_str().map(|_| ()).ok_or(ApiError::Network);
                Input::SendAnswered { id: message.id.clone(), result: answer.and_then(accepted) }
            }
        }
    }

    async fn read_stream(
        &self,
        tab: usize,
        page: u32,
        generation: u32,
        request: RequestBuilder,
    ) -> Result<Input, ApiError> {
        let mut response = self.open_answer(request).await?;
        let media_type = header(&response, "content-type").unwrap_or_default();
        if response.status() != 200 || !media_type.starts_with(EVENT_STREAM) {
            return Err(ApiError::Network);
        }
        let mut parser = Parser::default();
        self.handle_on_page(tab, page, Input::StreamOpened { generation });
        while let Some(bytes) = response.chunk().await.map_err(|_| ApiError::Network)? {
            let mut frames = Vec::new();
            let parse = |text: &str| serde_json::from_str::<Entry>(text).ok();
            parser.push(&bytes, &mut |item| frames.push(frame_of(item, parse)));
            self.handle_on_page(tab, page, Input::StreamFrames { generation, frames });
        }
        Ok(Input::StreamEnded { generation })
    }

    fn get(&self, path: &str, media_type: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.0.base_url);
        self.0.http.get(url).header("origin", ORIGIN).header("accept", media_type)
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.0.http.post(format!("{}{path}", self.0.base_url)).header("origin", ORIGIN).json(body)
    }

    async fn call_json(&self, request: RequestBuilder, limit: Duration) -> Result<Value, ApiError> {
        let answer = timeout(limit, async {
            let response = self.open_answer(request).await?;
            body(response).await.ok_or(ApiError::Network)
        });
        answer.await.unwrap_or(Err(ApiError::Network))
    }

    /// Returns a successful answer; one that a browser would hide from a page is an error.
    async fn open_answer(&self, request: RequestBuilder) -> Result<Response, ApiError> {
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

fn method_and_path(request: &RequestBuilder) -> String {
    let request = request.try_clone().and_then(|request| request.build().ok());
    request.map(|request| format!("{} {}", request.method(), request.url().path())).unwrap_or_default()
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
