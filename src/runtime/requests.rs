//! HTTP requests of the chat machine, some under a Web Lock because only one tab may send them at a
//! time, and the inputs their answers become.
//!
//! A request holds its session only weakly: its answer does not keep a dropped widget alive, and is
//! dropped if the session has ended.

use std::{cell::RefCell, rc::Rc};

use chataibot_wire::documented::{
    Channel, From, START_PATH, SendAnswer, StartConversation, UserType, Variables, VisitorMessage, send_path,
};
use chataibot_wire::token::{TokenAnswer, TokenRequest};
use js_sys::{Number, Object};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::{Runtime, SessionHandle, early_start::EarlyRequests, storage_barrier};
use crate::api::credentials::{Plan, plan};
use crate::api::http::{self, AbortGuard, EarlyResponse, REQUEST_TIMEOUT, Request};
use crate::api::{ApiError, Credentials, json, send_body};
use crate::browser::timers::Timer;
use crate::browser::{environment, tabs};
use crate::conversation::OutboxMessage;
use crate::machine::effect::ChatEffect;
use crate::machine::input::Input;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// The locks under which only one tab requests a token, or sends.
const TOKEN: &str = "token";
const SEND: &str = "send";

/// The requests in flight, each aborted when it is replaced.
#[derive(Default)]
pub(super) struct Requests {
    pub(super) token: RequestSlot,
    pub(super) send: RequestSlot,
    pub(super) log: RequestSlot,
    pub(super) page: RequestSlot,
    pub(super) early: EarlyRequests,
    /// Publishes the number of the last write to other tabs; see `storage_barrier`.
    pub(super) barrier: RefCell<Option<Timer>>,
}

#[derive(Default)]
pub(super) struct RequestSlot(RefCell<Option<Rc<AbortGuard>>>);

impl RequestSlot {
    /// Sets the request, and aborts the previous one.
    pub(super) fn replace(&self, guard: Option<Rc<AbortGuard>>) {
        let before = std::mem::replace(&mut *self.0.borrow_mut(), guard);
        // `abort()` can run page code synchronously, so no borrow is held across it.
        if let Some(before) = before {
            before.abort();
        }
    }
}

impl Requests {
    pub(super) fn abort(&self) {
        for slot in [&self.token, &self.send, &self.log, &self.page] {
            slot.replace(None);
        }
        drop((self.early.start.take(), self.early.log.take(), self.early.leader.take()));
        self.barrier.take();
    }
}

/// Builds the request, or returns the input that makes it unnecessary.
type Prepare = dyn FnOnce(&Rc<Runtime>) -> Result<Request, Input>;

/// A request that only one tab may make at a time.
struct LockedRequest {
    lock: &'static str,
    /// Its answer, if the shell has made the request.
    early: Option<EarlyResponse>,
    /// Runs inside the lock.
    prepare: Box<Prepare>,
    /// Converts the answer to an input.
    finish: Box<dyn FnOnce(Result<JsValue, ApiError>) -> Input>,
}

pub(super) fn run_chat_effect(runtime: &Rc<Runtime>, effect: ChatEffect) {
    let repository = runtime.repository();
    match effect {
        ChatEffect::Start { message, credentials } => runtime.start_conversation(message, credentials),
        ChatEffect::Send { message, conversation, credentials } => runtime.send(message, conversation, credentials),
        ChatEffect::Connect { generation, attempt, conversation, after, credentials } => {
            runtime.connect(generation, attempt, &conversation, after, &credentials);
        }
        ChatEffect::FetchPage { conversation, before, credentials } => {
            runtime.fetch_page(&conversation, before, &credentials)
        }
        ChatEffect::RequestLock { steal } => runtime.request_lock(steal),
        ChatEffect::SaveConversation { expected_id } => {
            let stored = runtime.machine.borrow().to_store();
            if let Some(newer) = stored.and_then(|stored| repository.save_conversation(stored, expected_id.as_deref()))
            {
                runtime.enqueue(Input::RemoteConversation(Some(Box::new(newer))));
            }
        }
        ChatEffect::RemoveMessage { id, discarded } => repository.remove_message(&id, discarded),
        ChatEffect::SaveProgress(progress) => repository.save_progress(&progress),
        ChatEffect::EndTokens(credentials) => runtime.end_tokens(&credentials),
        ChatEffect::ClearStorage => {
            repository.clear();
            runtime.requests.barrier.take();
        }
        ChatEffect::ClearStorageOf(visitor) => repository.clear_visitor(&visitor),
        ChatEffect::CheckStorage => {
            if let Some(input) = repository.find_data_loss() {
                runtime.enqueue(input);
            }
        }
    }
}

impl Runtime {
    /// Sends a request under its lock. Its input is also handled inside the lock, so that it is
    /// stored before the next tab looks.
    fn run_locked(self: &Rc<Self>, locked: LockedRequest) {
        let (session, lock) = (self.session(), self.lock_name(&locked));
        spawn_local(async move {
            let lock = tabs::lock(&lock).await;
            perform_locked(&session, locked).await;
            drop(lock);
        });
    }

    /// Like [`Self::run_locked`], but first waits until what earlier holders of the lock stored can
    /// be read here. A request that the shell made keeps the lock until it is aborted. A function
    /// of its own, which only the chunk for talking contains.
    fn run_locked_after_barrier(self: &Rc<Self>, locked: LockedRequest) {
        let (session, repository) = (self.session(), self.repository());
        if !repository.0.is_shared() && locked.early.is_none() {
            return self.run_locked(locked);
        }
        let lock = self.lock_name(&locked);
        spawn_local(async move {
            let early = locked.early.as_ref().map(|early| early.guard.clone());
            let lock = if early.is_none() {
                let lock = tabs::lock(&lock).await;
                storage_barrier::wait(&repository.0).await;
                Some(lock)
            } else {
                None
            };
            perform_locked(&session, locked).await;
            // Not if no conversation was started, or it was wiped since.
            if repository.started_conversation().is_some() {
                let published = storage_barrier::publish(&repository.0).await;
                if let Some(runtime) = session.runtime() {
                    runtime.requests.barrier.replace(published);
                }
            }
            if let Some(early) = early {
                early.abort();
            }
            drop(lock);
        });
    }

    fn lock_name(&self, locked: &LockedRequest) -> String {
        [self.repository.borrow().0.prefix(), locked.lock].concat()
    }

    pub(super) fn authorize(self: &Rc<Self>, held: Option<Rc<Credentials>>, refused: Option<Rc<str>>) {
        let repository = self.repository();
        let is_new_visitor = held.is_none() && repository.credentials().is_none();
        self.run_locked(LockedRequest {
            lock: TOKEN,
            early: None,
            prepare: Box::new(move |runtime| {
                let (settings, stored) = (runtime.settings(), runtime.repository().credentials());
                let renewal = match plan(stored, held.as_deref(), refused.as_deref(), environment::unix_millis()) {
                    Plan::Adopt(credentials) => return Err(Input::TokenAnswered(Ok(Rc::new(credentials)))),
                    Plan::Renew(secret) => Some(secret),
                    Plan::NewVisitor => None,
                };
                // A user without an identity sends an empty one, which the proxy refuses: otherwise
                // an anonymous visitor would be stored under the user's prefix.
                let identity =
                    settings.user.as_ref().map(|_| String::from(settings.identity.as_deref().unwrap_or_default()));
                let body = TokenRequest { site: settings.site.as_deref().map(String::from), renewal, identity };
                Ok(Request::post(&settings.token_url, &body))
            }),
            finish: Box::new(move |answer| {
                // Another tab was first, not yet seen here: both are one visitor.
                if let Some(first) = repository.credentials().filter(|_| is_new_visitor) {
                    return Input::TokenAnswered(Ok(Rc::new(first)));
                }
                let credentials = |answer| Rc::new(Credentials::new(answer, environment::unix_millis()));
                Input::TokenAnswered(decode::<TokenAnswer>(answer).map(credentials))
            }),
        });
    }

    /// Ends the visitor's tokens, with `keepalive`: after a log-out, pages often change.
    pub(super) fn end_tokens(&self, credentials: &Credentials) {
        let body = TokenRequest { renewal: Some(credentials.renewal.clone()), ..TokenRequest::default() };
        let url = [&*self.settings().token_url, "/end"].concat();
        let guard = AbortGuard::new(Some(REQUEST_TIMEOUT));
        spawn_local(async move {
            // If this fails, the token expires by itself.
            let _ = http::fetch_json(Request::post(&url, &body).keepalive(), guard).await;
        });
    }

    pub(super) fn start_conversation(self: &Rc<Self>, message: Rc<OutboxMessage>, credentials: Rc<Credentials>) {
        let (id, session) = (message.id.clone(), self.session());
        let (early, log) = self.requests.early.take_start(&id).unzip();
        self.run_locked_after_barrier(LockedRequest {
            lock: SEND,
            early,
            prepare: Box::new(move |runtime| {
                check_storage(runtime);
                let (settings, repository) = (runtime.settings(), runtime.repository());
                if repository.0.is_shared() {
                    // Another visitor's conversation keeps nobody from starting one.
                    if let Some(stored) = repository.conversation_of(&credentials.visitor) {
                        return Err(Input::RemoteConversation(Some(Box::new(stored))));
                    }
                    if !repository.has_message(&message.id) {
                        return Err(Input::SettledRemotely { id: message.id.clone() });
                    }
                    if repository.has_older(&message.id) {
                        // Another tab's, which will notify this one: it waits.
                        return Err(Input::StartAnswered { id: message.id.clone(), result: Err(ApiError::Network) });
                    }
                }
                let (contact, variables) = settings.with_form(runtime.state().progress().prechat.as_deref());
                let body = StartConversation {
                    channel: Channel::Api,
                    message: VisitorMessage::text(&*message.text),
                    variables: Some(Variables {
                        system: Some(environment::system_variables()),
                        contact: Some(contact).filter(|contact| *contact != Default::default()),
                        conversation: Some(variables).filter(|variables| !variables.is_empty()),
                    }),
                    bot_key: String::from(&*settings.bot_key),
                    from: From { user_external_id: credentials.visitor.clone(), kind: UserType::Visitor },
                };
                let url = [&*settings.api_url, START_PATH].concat();
                Ok(Request::post(&url, &body).bearer(&credentials.token).with_header(IDEMPOTENCY_KEY, &message.id))
            }),
            finish: Box::new(move |answer| {
                let result = answer.and_then(|answer| start_answer_id(&answer).ok_or(ApiError::Network));
                if let (Ok(conversation), Some(log), Some(runtime)) = (&result, log, session.runtime()) {
                    runtime.requests.early.log.replace(Some((conversation.clone(), log)));
                }
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
        let id = message.id.clone();
        self.run_locked(LockedRequest {
            lock: SEND,
            early: None,
            prepare: Box::new(move |runtime| {
                check_storage(runtime);
                let repository = runtime.repository();
                if repository.0.is_shared() && !repository.has_message(&message.id) {
                    return Err(Input::SettledRemotely { id: message.id.clone() });
                }
                let url = [&*runtime.settings().api_url, &send_path(&encode_uri_component(&conversation))].concat();
                // The credentials sent along tell whether the site takes typed answers.
                let answer = message.typed.as_deref().filter(|_| credentials.typed);
                let body = match answer {
                    Some(answer) => send_body::send(answer),
                    None => send_body::send(&send_body::text_message("text", &message.text)),
                };
                Ok(Request::post_json(&url, body).bearer(&credentials.token).with_header(IDEMPOTENCY_KEY, &message.id))
            }),
            finish: Box::new(|answer| Input::SendAnswered { id, result: decode::<SendAnswer>(answer).map(drop) }),
        });
    }
}

/// Sends a locked request, unless it was sent early, and delivers the resulting input.
async fn perform_locked(session: &SessionHandle, locked: LockedRequest) {
    let Some(runtime) = session.runtime() else { return };
    let input = match (locked.prepare)(&runtime) {
        Ok(request) => {
            let (request, guard) = request.with_guard(locked.early, Some(REQUEST_TIMEOUT));
            // In its slot, so that the session can abort the request.
            let Requests { token, send, .. } = &runtime.requests;
            if locked.lock == TOKEN { token } else { send }.replace(guard.clone());
            drop(runtime);
            (locked.finish)(http::fetch_json(request, guard).await)
        }
        Err(input) => input,
    };
    session.deliver(input);
}

/// Stores everything again if storage was cleared: what is missing would count as settled.
fn check_storage(runtime: &Rc<Runtime>) {
    if let Some(input) = runtime.repository().find_data_loss() {
        runtime.handle(input);
    }
}

/// Decodes an answer; one of another shape is no answer.
fn decode<T: DeserializeOwned>(answer: Result<JsValue, ApiError>) -> Result<T, ApiError> {
    json::from_js(answer?).ok_or(ApiError::Network)
}

/// Returns the conversation's id in the answer to a start; the rest of the documented answer is for
/// servers. A whole number is accepted, too (INF).
fn start_answer_id(answer: &JsValue) -> Option<Rc<str>> {
    let id = json::field(&json::field(answer, "conversation"), "id");
    let id = if Number::is_safe_integer(&id) { Object::from(id).to_string().into() } else { id };
    id.as_string().map(Rc::from)
}

pub(super) fn encode_uri_component(id: &str) -> String {
    String::from(js_sys::encode_uri_component(id))
}
