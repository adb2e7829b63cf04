//! The calls themselves: what is asked of the proxy, under which lock, and the fact that comes of it.
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

use super::{
    fact::{Fact, Frame, frame_of},
    fence,
    line::Dial,
    rim::{Call, Calls, Rim},
    shelf, typed,
};
use crate::{
    api::{
        Failure, Identity,
        http::{self, Leash, PATIENCE, Request},
        identity::{Plan, plan},
        json,
        stream::{Body, End},
        upload::{self, Sending},
    },
    conversation::Pending,
    system, tabs,
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

/// Makes the request, or gives the fact that makes asking needless.
type Prepare = dyn FnOnce(&Rim) -> Result<Request, Fact>;

/// A call that only one tab at a time may make.
struct Errand {
    /// The lock all tabs share.
    lock: &'static str,
    /// Where the session finds the call to let go of it.
    place: fn(&Calls) -> &Call,
    /// Runs inside the lock.
    prepare: Box<Prepare>,
    /// What the answer means.
    conclude: Box<dyn FnOnce(Result<JsValue, Failure>) -> Fact>,
}

impl Rim {
    /// Runs an errand. Its fact is told inside the lock: it is stored before the next tab looks.
    fn run(self: &Rc<Self>, errand: Errand) {
        let rim = Rc::downgrade(self);
        let lock = self.lock_of(&errand);
        spawn_local(async move {
            let lock = tabs::lock(&lock).await;
            perform(&rim, errand).await;
            drop(lock);
        });
    }

    /// The same, once what the tabs before this one have stored can be read here.
    fn run_fenced(self: &Rc<Self>, errand: Errand) {
        let (rim, shelf) = (Rc::downgrade(self), self.shelf());
        if !shelf.0.is_shared() {
            return self.run(errand);
        }
        let lock = self.lock_of(&errand);
        spawn_local(async move {
            let lock = tabs::lock(&lock).await;
            fence::pass(&shelf.0).await;
            perform(&rim, errand).await;
            // Not where it came to nothing, or was wiped meanwhile.
            if shelf.has_conversation() {
                let shown = fence::raise(&shelf.0).await;
                if let Some(live) = alive(&rim) {
                    live.calls.fence.replace(shown);
                }
            }
            drop(lock);
        });
    }

    fn lock_of(&self, errand: &Errand) -> String {
        [self.shelf.borrow().0.prefix(), errand.lock].concat()
    }

    pub(super) fn authorize(self: &Rc<Self>, held: Option<Rc<Identity>>, refused: Option<Rc<str>>) {
        let shelf = self.shelf();
        let blank = held.is_none() && shelf.identity().is_none();
        self.run(Errand {
            lock: "token",
            place: |calls| &calls.token,
            prepare: Box::new(move |rim| {
                let (settings, stored) = (rim.settings(), rim.shelf().identity());
                let renewal = match plan(stored, held.as_deref(), refused.as_deref(), system::wall()) {
                    Plan::Adopt(identity) => return Err(Fact::TokenAnswered(Ok(Rc::new(identity)))),
                    Plan::Renew(secret) => Some(secret),
                    Plan::Begin => None,
                };
                // A user without an identity brings an empty one, which is refused: never somebody else in a place that is kept for a user.
                let identity =
                    settings.user.as_ref().map(|_| String::from(settings.identity.as_deref().unwrap_or_default()));
                let body = TokenRequest { site: settings.site.as_deref().map(String::from), renewal, identity };
                Ok(Request::post(String::from(&*settings.token_url), &body))
            }),
            conclude: Box::new(move |answer| {
                // Another tab was first, and the browser had not told this one: both are one visitor.
                if let Some(first) = shelf.identity().filter(|_| blank) {
                    return Fact::TokenAnswered(Ok(Rc::new(first)));
                }
                let identity = |answer| Rc::new(Identity::new(answer, system::wall()));
                Fact::TokenAnswered(shaped::<TokenAnswer>(answer).map(identity))
            }),
        });
    }

    /// Without the lock, and past the end of the page: whoever logs out is often led away at once.
    pub(super) fn leave(&self, identity: &Identity) {
        let body = TokenRequest { renewal: Some(identity.renewal.clone()), ..TokenRequest::default() };
        let url = [&*self.settings().token_url, "/end"].concat();
        let Some(leash) = Leash::new(Some(PATIENCE)) else { return };
        spawn_local(async move {
            // A proxy that does not know the call, or no network: the token ends by itself.
            let _ = http::ask(Request::post(url, &body).to_the_end(), leash).await;
        });
    }

    pub(super) fn start_conversation(self: &Rc<Self>, message: Rc<Pending>, identity: Rc<Identity>) {
        let (id, weak) = (message.id.clone(), Rc::downgrade(self));
        self.run_fenced(Errand {
            lock: "send",
            place: |calls| &calls.send,
            prepare: Box::new(move |rim| {
                check_storage(&weak);
                let (settings, shelf) = (rim.settings(), rim.shelf());
                if shelf.0.is_shared() {
                    if let Some(stored) = shelf.conversation().filter(|stored| stored.id.is_some()) {
                        return Err(Fact::ConversationElsewhere(Some(Box::new(stored))));
                    }
                    if !shelf.has_message(&message.id) {
                        return Err(Fact::SettledElsewhere { id: message.id.clone() });
                    }
                    if shelf.has_older(&message.id) {
                        // Another tab's, and this tab will hear of it: it waits, as if the network did not let it through.
                        return Err(Fact::StartAnswered { id: message.id.clone(), result: Err(Failure::Network) });
                    }
                }
                let (contact, variables) = settings.with_form(rim.state().passed().prechat.as_deref());
                let body = StartConversation {
                    channel: Channel::Api,
                    message: VisitorMessage::text(&*message.text),
                    variables: Some(Variables {
                        system: Some(system::variables()),
                        contact: Some(contact).filter(|contact| *contact != Default::default()),
                        conversation: Some(variables).filter(|variables| !variables.is_empty()),
                    }),
                    bot_key: String::from(&*settings.bot_key),
                    from: From { user_external_id: identity.visitor.clone(), kind: UserType::Visitor },
                };
                let url = [&*settings.api_url, START_PATH].concat();
                Ok(Request::post(url, &body).by(&identity.token).with(IDEMPOTENCY_KEY, &message.id))
            }),
            conclude: Box::new(move |answer| {
                let result = answer.and_then(|answer| begun(&answer).ok_or(Failure::Network));
                Fact::StartAnswered { id, result }
            }),
        });
    }

    pub(super) fn send(self: &Rc<Self>, message: Rc<Pending>, conversation: Rc<str>, identity: Rc<Identity>) {
        let (id, weak) = (message.id.clone(), Rc::downgrade(self));
        self.run(Errand {
            lock: "send",
            place: |calls| &calls.send,
            prepare: Box::new(move |rim| {
                check_storage(&weak);
                let shelf = rim.shelf();
                if shelf.0.is_shared() && !shelf.has_message(&message.id) {
                    return Err(Fact::SettledElsewhere { id: message.id.clone() });
                }
                let url = [&*rim.settings().api_url, &send_path(&escape(&conversation))].concat();
                // What the site takes is told with the token that goes along.
                let answer = message.typed.as_deref().filter(|_| identity.typed);
                let body = match answer {
                    Some(answer) => typed::send(answer),
                    None => typed::send(&typed::words("text", &message.text)),
                };
                Ok(Request::bring(url, body).by(&identity.token).with(IDEMPOTENCY_KEY, &message.id))
            }),
            conclude: Box::new(|answer| Fact::SendAnswered { id, result: shaped::<SendAnswer>(answer).map(drop) }),
        });
    }

    pub(super) fn dial(
        self: &Rc<Self>,
        generation: u32,
        dial: Dial,
        conversation: &str,
        after: Option<Cursor>,
        identity: &Identity,
    ) {
        let Some(mut url) = self.events_url(conversation) else { return };
        let after = after.map(|cursor| cursor.to_string());
        let (request, limit) = match dial {
            Dial::Stream => {
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
            Dial::Poll { wait } => {
                url += &match &after {
                    Some(after) => ["?after=", after, "&wait="].concat(),
                    None => ["?", LAST, "&wait="].concat(),
                };
                url += &wait.to_string();
                (Request::get(url, "application/json"), Some(POLL_LIMIT))
            }
        };
        let request = request.by(&identity.token);
        let leash = Leash::new(limit);
        self.calls.log.replace(leash.clone());
        let rim = Rc::downgrade(self);
        spawn_local(async move {
            let read = match (leash, dial) {
                (None, _) => Err(Failure::Network),
                (Some(leash), Dial::Stream) => read_stream(&rim, generation, request, leash).await,
                (Some(leash), Dial::Poll { .. }) => http::ask(request, leash)
                    .await
                    .and_then(|answer| frames(&answer).ok_or(Failure::Network))
                    .map(|frames| Fact::Polled { generation, frames }),
            };
            tell(&rim, read.unwrap_or_else(|failure| Fact::LineFailed { generation, failure }));
        });
    }
}

impl Rim {
    /// Where a conversation's log is; `None` when replies are the page's affair.
    fn events_url(&self, conversation: &str) -> Option<String> {
        let base = self.settings.borrow().events_url.clone()?;
        Some([&*base, "/conversation/", &escape(conversation), "/events"].concat())
    }

    /// Gets a page of the log from before a place.
    pub(super) fn get_page(self: &Rc<Self>, conversation: &str, before: Cursor, identity: &Identity) {
        let Some(url) = self.events_url(conversation) else { return };
        let url = [&url, "?before=", &before.to_string(), PAGE].concat();
        let request = Request::get(url, "application/json").by(&identity.token);
        let leash = Leash::new(Some(PATIENCE));
        self.calls.page.replace(leash.clone());
        let rim = Rc::downgrade(self);
        spawn_local(async move {
            let answer = match leash {
                Some(leash) => http::ask(request, leash).await,
                None => Err(Failure::Network),
            };
            let result = answer.and_then(|answer| {
                let entries = json::field(&answer, "entries").dyn_into::<Array>().map_err(|_| Failure::Network)?;
                // An entry that cannot be read is left out. A proxy that does not say whether there is more knows of no pages.
                let earlier = json::field(&answer, EARLIER).is_truthy();
                Ok((entries.iter().filter_map(shelf::entry).collect(), earlier))
            });
            tell(&rim, Fact::EarlierAnswered { before, result });
        });
    }
}

impl Rim {
    pub(super) fn takes_typed(&self) -> bool {
        self.mind.borrow().identity().is_some_and(|identity| identity.typed)
    }

    pub(super) fn takes_files(&self) -> Option<Uploads> {
        self.mind.borrow().identity()?.uploads.clone()
    }

    /// A file goes to the conversation, which must have begun: it is a bot that asks for one.
    pub(super) fn send_file(&self, file: File, told: Box<dyn Fn(upload::Step)>) -> Rc<RefCell<Option<Sending>>> {
        let held = Rc::default();
        let mind = self.mind.borrow();
        let Some((identity, conversation)) = mind.identity().zip(mind.state().id()) else {
            told(upload::Step::Failed(0));
            return held;
        };
        let url = [&*self.settings().api_url, "/conversation/", &escape(conversation), "/files"].concat();
        let token = identity.token.clone();
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
                Ok(None) | Err(_) => told(upload::Step::Failed(0)),
            }
        });
        held
    }
}

async fn read_stream(rim: &Weak<Rim>, generation: u32, request: Request, leash: Rc<Leash>) -> Result<Fact, Failure> {
    let response = http::open(request, leash.clone()).await?;
    let mut body = response.body().and_then(|body| Body::new(&body)).ok_or(Failure::Network)?;
    tell(rim, Fact::StreamHead { generation });
    loop {
        match body.next().await {
            Ok(said) => {
                let frames: Vec<Frame> = said.into_iter().map(|one| frame_of(one, json::parse)).collect();
                tell(rim, Fact::Streamed { generation, frames });
            }
            Err(End::Closed) => return Ok(Fact::StreamEnded { generation }),
            Err(End::Broken) => return Err(Failure::Network),
        }
        // Given up while we were reading.
        if leash.is_over() {
            return Ok(Fact::StreamEnded { generation });
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
        frames.push(match shelf::entry(value) {
            Some(entry) => Frame::Entry(entry),
            None => Frame::Unreadable(cursor),
        });
    }
    Some(frames)
}

fn alive(rim: &Weak<Rim>) -> Option<Rc<Rim>> {
    rim.upgrade().filter(|rim| !rim.is_gone())
}

/// Does what an errand is about, and tells what came of it.
async fn perform(rim: &Weak<Rim>, errand: Errand) {
    let Some(live) = alive(rim) else { return };
    let fact = match (errand.prepare)(&live) {
        Ok(request) => {
            // Kept in its place so that the session can let go of the call.
            let leash = Leash::new(Some(PATIENCE));
            (errand.place)(&live.calls).replace(leash.clone());
            drop(live);
            (errand.conclude)(match leash {
                Some(leash) => http::ask(request, leash).await,
                None => Err(Failure::Network),
            })
        }
        Err(fact) => fact,
    };
    tell(rim, fact);
}

/// A message that is not in storage counts as settled by another tab: where all was cleared, it is stored again first.
fn check_storage(rim: &Weak<Rim>) {
    if let Some(fact) = alive(rim).and_then(|rim| rim.shelf().lost()) {
        tell(rim, fact);
    }
}

fn tell(rim: &Weak<Rim>, fact: Fact) {
    if let Some(rim) = alive(rim) {
        rim.hear(fact);
    }
}

/// The answer in its shape; what has another one is no answer.
fn shaped<T: DeserializeOwned>(answer: Result<JsValue, Failure>) -> Result<T, Failure> {
    json::from_js(answer?).ok_or(Failure::Network)
}

/// The id in the answer to a start; the rest of the documented answer is for servers. A whole number will do, too (INF).
fn begun(answer: &JsValue) -> Option<Rc<str>> {
    let id = json::field(&json::field(answer, "conversation"), "id");
    let id = if Number::is_safe_integer(&id) { Object::from(id).to_string().into() } else { id };
    id.as_string().map(Rc::from)
}

fn escape(id: &str) -> String {
    String::from(js_sys::encode_uri_component(id))
}
