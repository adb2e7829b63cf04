//! The calls themselves: what is asked of the proxy, under which lock, and the input that comes of it.
//!
//! A running call holds the session only weakly: what is dropped meanwhile is not kept alive by an answer.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use chataibot_wire::{
    Cursor,
    documented::{Channel, From, SendAnswer, StartConversation, UserType, Variables, VisitorMessage},
    documented::{START_PATH, send_path},
    token::{TokenAnswer, TokenRequest, Uploads},
};
use js_sys::{Array, Number, Object};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::{RequestSlot, Requests, Runtime, repository, storage_barrier};
use crate::{
    api::{
        ApiError, Credentials,
        credentials::{Plan, plan},
        http::{self, AbortGuard, PATIENCE, Request},
        json, send_body,
        stream::{Body, End},
        upload::{self, Sending},
    },
    browser::{environment, tabs},
    conversation::OutboxMessage,
    machine::{
        connection::Attempt,
        input::{Frame, Input, frame_of},
    },
};

/// A poll's own time limit, beyond the client's, which hangs up earlier.
const POLL_LIMIT: u64 = 60_000;
/// So much of the end of a log is read at first; the rest is there for the asking.
const LAST: &str = "last=200";
/// And so many entries at a time when it is asked for.
const PAGE: &str = "&limit=50";
/// The field that says whether more stands before.
const EARLIER: &str = "earlier";
/// Carries the client message id.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// Makes the request, or gives the input that makes asking needless.
type Prepare = dyn FnOnce(&Runtime) -> Result<Request, Input>;

/// A call that only one tab at a time may make.
struct LockedRequest {
    /// The lock all tabs share.
    lock: &'static str,
    /// Where the session finds the call to let go of it.
    slot: fn(&Requests) -> &RequestSlot,
    /// Runs inside the lock.
    prepare: Box<Prepare>,
    /// What the answer means.
    finish: Box<dyn FnOnce(Result<JsValue, ApiError>) -> Input>,
}

impl Runtime {
    /// Runs an locked. Its input is told inside the lock: it is stored before the next tab looks.
    fn run(self: &Rc<Self>, locked: LockedRequest) {
        let runtime = Rc::downgrade(self);
        let lock = self.lock_of(&locked);
        spawn_local(async move {
            let lock = tabs::lock(&lock).await;
            perform(&runtime, locked).await;
            drop(lock);
        });
    }

    /// The same, once what the tabs before this one have stored can be read here.
    fn run_after_barrier(self: &Rc<Self>, locked: LockedRequest) {
        let (runtime, repository) = (Rc::downgrade(self), self.repository());
        if !repository.0.is_shared() {
            return self.run(locked);
        }
        let lock = self.lock_of(&locked);
        spawn_local(async move {
            let lock = tabs::lock(&lock).await;
            storage_barrier::wait(&repository.0).await;
            perform(&runtime, locked).await;
            // Not where it came to nothing, or was wiped meanwhile.
            if repository.has_conversation() {
                let shown = storage_barrier::publish(&repository.0).await;
                if let Some(live) = alive(&runtime) {
                    live.requests.barrier.replace(shown);
                }
            }
            drop(lock);
        });
    }

    fn lock_of(&self, locked: &LockedRequest) -> String {
        [self.repository.borrow().0.prefix(), locked.lock].concat()
    }

    pub(super) fn authorize(self: &Rc<Self>, held: Option<Rc<Credentials>>, refused: Option<Rc<str>>) {
        let repository = self.repository();
        let blank = held.is_none() && repository.credentials().is_none();
        self.run(LockedRequest {
            lock: "token",
            slot: |requests| &requests.token,
            prepare: Box::new(move |runtime| {
                let (settings, stored) = (runtime.settings(), runtime.repository().credentials());
                let renewal = match plan(stored, held.as_deref(), refused.as_deref(), environment::unix_millis()) {
                    Plan::Adopt(credentials) => return Err(Input::TokenAnswered(Ok(Rc::new(credentials)))),
                    Plan::Renew(secret) => Some(secret),
                    Plan::Begin => None,
                };
                // A user without an identity brings an empty one, which is refused: never somebody else in a place that is kept for a user.
                let identity =
                    settings.user.as_ref().map(|_| String::from(settings.identity.as_deref().unwrap_or_default()));
                let body = TokenRequest { site: settings.site.as_deref().map(String::from), renewal, identity };
                Ok(Request::post(String::from(&*settings.token_url), &body))
            }),
            finish: Box::new(move |answer| {
                // Another tab was first, and the browser had not told this one: both are one visitor.
                if let Some(first) = repository.credentials().filter(|_| blank) {
                    return Input::TokenAnswered(Ok(Rc::new(first)));
                }
                let credentials = |answer| Rc::new(Credentials::new(answer, environment::unix_millis()));
                Input::TokenAnswered(decode::<TokenAnswer>(answer).map(credentials))
            }),
        });
    }

    /// Without the lock, and past the end of the page: whoever logs out is often led away at once.
    pub(super) fn leave(&self, credentials: &Credentials) {
        let body = TokenRequest { renewal: Some(credentials.renewal.clone()), ..TokenRequest::default() };
        let url = [&*self.settings().token_url, "/end"].concat();
        let Some(guard) = AbortGuard::new(Some(PATIENCE)) else { return };
        spawn_local(async move {
            // A proxy that does not know the call, or no network: the token ends by itself.
            let _ = http::fetch_json(Request::post(url, &body).keepalive(), guard).await;
        });
    }

    pub(super) fn start_conversation(self: &Rc<Self>, message: Rc<OutboxMessage>, credentials: Rc<Credentials>) {
        let (id, weak) = (message.id.clone(), Rc::downgrade(self));
        self.run_after_barrier(LockedRequest {
            lock: "send",
            slot: |requests| &requests.send,
            prepare: Box::new(move |runtime| {
                check_storage(&weak);
                let (settings, repository) = (runtime.settings(), runtime.repository());
                if repository.0.is_shared() {
                    if let Some(stored) = repository.conversation().filter(|stored| stored.id.is_some()) {
                        return Err(Input::RemoteConversation(Some(Box::new(stored))));
                    }
                    if !repository.has_message(&message.id) {
                        return Err(Input::SettledRemotely { id: message.id.clone() });
                    }
                    if repository.has_older(&message.id) {
                        // Another tab's, and this tab will hear of it: it waits, as if the network did not let it through.
                        return Err(Input::StartAnswered { id: message.id.clone(), result: Err(ApiError::Network) });
                    }
                }
                let (contact, variables) = settings.with_form(runtime.state().progress().prechat.as_deref());
                let body = StartConversation {
                    channel: Channel::Api,
                    message: VisitorMessage::text(&*message.text),
                    variables: Some(Variables {
                        system: Some(environment::variables()),
                        contact: Some(contact).filter(|contact| *contact != Default::default()),
                        conversation: Some(variables).filter(|variables| !variables.is_empty()),
                    }),
                    bot_key: String::from(&*settings.bot_key),
                    from: From { user_external_id: credentials.visitor.clone(), kind: UserType::Visitor },
                };
                let url = [&*settings.api_url, START_PATH].concat();
                Ok(Request::post(url, &body).bearer(&credentials.token).with(IDEMPOTENCY_KEY, &message.id))
            }),
            finish: Box::new(move |answer| {
                let result = answer.and_then(|answer| start_answer_id(&answer).ok_or(ApiError::Network));
                Input::StartAnswered { id, result }
            }),
        });
    }

    pub(super) fn send(
        self: &Rc<Self>,
        message: Rc<OutboxMessage>,
        conversation: Rc<str>,
        credentials: Rc<Credentials>,
    ) {
        let (id, weak) = (message.id.clone(), Rc::downgrade(self));
        self.run(LockedRequest {
            lock: "send",
            slot: |requests| &requests.send,
            prepare: Box::new(move |runtime| {
                check_storage(&weak);
                let repository = runtime.repository();
                if repository.0.is_shared() && !repository.has_message(&message.id) {
                    return Err(Input::SettledRemotely { id: message.id.clone() });
                }
                let url = [&*runtime.settings().api_url, &send_path(&escape(&conversation))].concat();
                // What the site takes is told with the token that goes along.
                let answer = message.typed.as_deref().filter(|_| credentials.typed);
                let body = match answer {
                    Some(answer) => send_body::send(answer),
                    None => send_body::send(&send_body::words("text", &message.text)),
                };
                Ok(Request::post_json(url, body).bearer(&credentials.token).with(IDEMPOTENCY_KEY, &message.id))
            }),
            finish: Box::new(|answer| Input::SendAnswered { id, result: decode::<SendAnswer>(answer).map(drop) }),
        });
    }

    pub(super) fn connect(
        self: &Rc<Self>,
        generation: u32,
        attempt: Attempt,
        conversation: &str,
        after: Option<Cursor>,
        credentials: &Credentials,
    ) {
        let Some(mut url) = self.events_url(conversation) else { return };
        let after = after.map(|cursor| cursor.to_string());
        let (request, limit) = match attempt {
            Attempt::Stream => {
                if after.is_none() {
                    url += &["?", LAST].concat();
                }
                let request = Request::get(url, "text/event-stream");
                let request = match &after {
                    Some(after) => request.with("Last-Event-ID", after),
                    None => request,
                };
                (request, None)
            }
            Attempt::Poll { wait } => {
                url += &match &after {
                    Some(after) => ["?after=", after, "&wait="].concat(),
                    None => ["?", LAST, "&wait="].concat(),
                };
                url += &wait.to_string();
                (Request::get(url, "application/json"), Some(POLL_LIMIT))
            }
        };
        let request = request.bearer(&credentials.token);
        let guard = AbortGuard::new(limit);
        self.requests.log.replace(guard.clone());
        let runtime = Rc::downgrade(self);
        spawn_local(async move {
            let read = match (guard, attempt) {
                (None, _) => Err(ApiError::Network),
                (Some(guard), Attempt::Stream) => read_stream(&runtime, generation, request, guard).await,
                (Some(guard), Attempt::Poll { .. }) => http::fetch_json(request, guard)
                    .await
                    .and_then(|answer| frames(&answer).ok_or(ApiError::Network))
                    .map(|frames| Input::Polled { generation, frames }),
            };
            tell(&runtime, read.unwrap_or_else(|failure| Input::LogFailed { generation, failure }));
        });
    }
}

impl Runtime {
    /// Where a conversation's log is; `None` when replies are the page's affair.
    fn events_url(&self, conversation: &str) -> Option<String> {
        let base = self.settings.borrow().events_url.clone()?;
        Some([&*base, "/conversation/", &escape(conversation), "/events"].concat())
    }

    /// Gets a page of the log from before a place.
    pub(super) fn get_page(self: &Rc<Self>, conversation: &str, before: Cursor, credentials: &Credentials) {
        let Some(url) = self.events_url(conversation) else { return };
        let url = [&url, "?before=", &before.to_string(), PAGE].concat();
        let request = Request::get(url, "application/json").bearer(&credentials.token);
        let guard = AbortGuard::new(Some(PATIENCE));
        self.requests.page.replace(guard.clone());
        let runtime = Rc::downgrade(self);
        spawn_local(async move {
            let answer = match guard {
                Some(guard) => http::fetch_json(request, guard).await,
                None => Err(ApiError::Network),
            };
            let result = answer.and_then(|answer| {
                let entries = json::field(&answer, "entries").dyn_into::<Array>().map_err(|_| ApiError::Network)?;
                // An entry that cannot be read is left out. A proxy that does not say whether there is more knows of no pages.
                let earlier = json::field(&answer, EARLIER).is_truthy();
                Ok((entries.iter().filter_map(repository::entry).collect(), earlier))
            });
            tell(&runtime, Input::PageAnswered { before, result });
        });
    }
}

impl Runtime {
    pub(super) fn takes_typed(&self) -> bool {
        self.machine.borrow().credentials().is_some_and(|credentials| credentials.typed)
    }

    pub(super) fn takes_files(&self) -> Option<Uploads> {
        self.machine.borrow().credentials()?.uploads.clone()
    }

    /// A file goes to the conversation, which must have start_answer_id: it is a bot that asks for one.
    pub(super) fn send_file(
        &self,
        file: File,
        told: Box<dyn Fn(upload::UploadProgress)>,
    ) -> Rc<RefCell<Option<Sending>>> {
        let held = Rc::default();
        let mind = self.machine.borrow();
        let Some((credentials, conversation)) = mind.credentials().zip(mind.state().id()) else {
            told(upload::UploadProgress::Failed(0));
            return held;
        };
        let url = [&*self.settings().api_url, "/conversation/", &escape(conversation), "/files"].concat();
        let token = credentials.token.clone();
        // Not wanted any more, when nobody else holds it.
        let slot = Rc::downgrade(&held);
        spawn_local(async move {
            let told = Rc::new(told);
            let heard = told.clone();
            match upload::send(url, token, file, Box::new(move |step| heard(step))).await {
                Ok(Some(sending)) => {
                    if let Some(slot) = slot.upgrade() {
                        *slot.borrow_mut() = Some(sending);
                    }
                }
                Ok(None) | Err(_) => told(upload::UploadProgress::Failed(0)),
            }
        });
        held
    }
}

async fn read_stream(
    runtime: &Weak<Runtime>,
    generation: u32,
    request: Request,
    guard: Rc<AbortGuard>,
) -> Result<Input, ApiError> {
    let response = http::open_stream(request, guard.clone()).await?;
    let mut body = response.body().and_then(|body| Body::new(&body)).ok_or(ApiError::Network)?;
    tell(runtime, Input::StreamOpened { generation });
    loop {
        match body.next().await {
            Ok(said) => {
                let frames: Vec<Frame> = said.into_iter().map(|one| frame_of(one, json::parse)).collect();
                tell(runtime, Input::StreamFrames { generation, frames });
            }
            Err(End::Closed) => return Ok(Input::StreamEnded { generation }),
            Err(End::Broken) => return Err(ApiError::Network),
        }
        // Given up while we were reading.
        if guard.is_over() {
            return Ok(Input::StreamEnded { generation });
        }
    }
}

/// A poll's answer as frames: each entry is read by itself, so that one that cannot be read does not spoil the others.
fn frames(answer: &JsValue) -> Option<Vec<Frame>> {
    let mut frames = Vec::new();
    if json::field(answer, "reset").is_object() {
        frames.push(Frame::Reset);
    }
    if let Some(earlier) = json::field(answer, EARLIER).as_bool() {
        frames.push(Frame::Begin { earlier });
    }
    let entries = json::field(answer, "entries").dyn_into::<Array>().ok()?;
    for value in entries.iter() {
        let cursor = json::field(&value, "cursor").as_string().and_then(|text| text.parse().ok());
        frames.push(match repository::entry(value) {
            Some(entry) => Frame::Entry(entry),
            None => Frame::Unreadable(cursor),
        });
    }
    Some(frames)
}

fn alive(runtime: &Weak<Runtime>) -> Option<Rc<Runtime>> {
    runtime.upgrade().filter(|runtime| !runtime.is_gone())
}

/// Does what an locked is about, and tells what came of it.
async fn perform(runtime: &Weak<Runtime>, locked: LockedRequest) {
    let Some(live) = alive(runtime) else { return };
    let input = match (locked.prepare)(&live) {
        Ok(request) => {
            // Kept in its place so that the session can let go of the call.
            let guard = AbortGuard::new(Some(PATIENCE));
            (locked.slot)(&live.requests).replace(guard.clone());
            drop(live);
            (locked.finish)(match guard {
                Some(guard) => http::fetch_json(request, guard).await,
                None => Err(ApiError::Network),
            })
        }
        Err(input) => input,
    };
    tell(runtime, input);
}

/// A message that is not in storage counts as settled by another tab: where all was cleared, it is stored again first.
fn check_storage(runtime: &Weak<Runtime>) {
    if let Some(input) = alive(runtime).and_then(|runtime| runtime.repository().lost()) {
        tell(runtime, input);
    }
}

fn tell(runtime: &Weak<Runtime>, input: Input) {
    if let Some(runtime) = alive(runtime) {
        runtime.handle(input);
    }
}

/// The answer in its shape; what has another one is no answer.
fn decode<T: DeserializeOwned>(answer: Result<JsValue, ApiError>) -> Result<T, ApiError> {
    json::from_js(answer?).ok_or(ApiError::Network)
}

/// The id in the answer to a start; the rest of the documented answer is for servers. A whole number will do, too (INF).
fn start_answer_id(answer: &JsValue) -> Option<Rc<str>> {
    let id = json::field(&json::field(answer, "conversation"), "id");
    let id = if Number::is_safe_integer(&id) { Object::from(id).to_string().into() } else { id };
    id.as_string().map(Rc::from)
}

fn escape(id: &str) -> String {
    String::from(js_sys::encode_uri_component(id))
}
