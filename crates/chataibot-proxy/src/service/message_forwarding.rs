//! The two flows of a visitor's message to the platform: start a conversation, send to one.
//!
//! Each message is logged, forwarded and settled by a task of its own, which goes on when the visitor's connection breaks. A
//! second request with the same key waits for that task. Messages of one conversation are forwarded one after the other, in the
//! order of the log, because their echoes are matched by that order.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chataibot_wire::{
    Pairs,
    documented::{
        Channel, Contact, From, MessageData, SendAnswer, StartAnswer, StartConversation, SystemVariables, User,
        UserType, Variables, VisitorMessage,
    },
    entry::DeliveryState,
    error::code,
    typed::{SendTyped, TypedMessage},
};
use http::StatusCode;
use sha2::{Digest, Sha256};
use tokio::{sync::watch, time::Instant};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::{
    app::App,
    error::ApiError,
    failpoints::{Failpoint, failpoint},
    platform::{Fault, Forwarded},
    service::token::{Visitor, hex, sign_in},
    store::{
        StoreError,
        sends::{BeginOutcome, Forward, NewSend, Outcome, PlatformRefusal, Record, SendKey},
    },
};

mod idempotency;
mod message_body;
pub use idempotency::IdempotencyKey;

/// The longest message, in characters.
pub const TEXT_CHARS: usize = 4_000;
/// The longest value of a variable, in characters.
const VALUE_CHARS: usize = 1_000;
/// The longest name of a variable, in characters.
const NAME_CHARS: usize = 100;
/// How many variables a page may give a conversation.
const VARIABLES: usize = 50;
/// How long a message waits for those before it in its conversation.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);
/// How often to ask what became of a message that another proxy forwards.
const PEER_POLL_INTERVAL: Duration = Duration::from_millis(250);

/// An accepted message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its conversation's alias.
    pub alias: String,
    /// Of a start `created_at`, of a send the platform's message id; absent when an echo told of it and not the answer.
    pub answer: Option<String>,
}

type Answer = Result<Accepted, ApiError>;

/// The messages on their way to the platform.
#[derive(Debug, Default)]
pub struct Conversations {
    // Never held across an await.
    in_flight: Mutex<HashMap<SendKey, InFlight>>,
    conversation_locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    tasks: TaskTracker,
}

/// A message on its way.
#[derive(Debug)]
struct InFlight {
    fingerprint: [u8; 32],
    answer: watch::Receiver<Option<Answer>>,
}

impl Conversations {
    /// How many messages are on their way.
    #[must_use]
    pub fn forwarding(&self) -> usize {
        self.in_flight().len()
    }

    /// Ends when no message is on its way any more. For the shutdown: after it, nothing new is to come.
    pub async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn in_flight(&self) -> MutexGuard<'_, HashMap<SendKey, InFlight>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn conversation_lock(&self, alias: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut conversation_locks = self.conversation_locks.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(conversation_locks.entry(alias.to_owned()).or_default())
    }

    fn release_conversation_lock(&self, alias: &str) {
        let mut conversation_locks = self.conversation_locks.lock().unwrap_or_else(PoisonError::into_inner);
        // One is the map's own.
        if conversation_locks.get(alias).is_some_and(|conversation_lock| Arc::strong_count(conversation_lock) == 1) {
            conversation_locks.remove(alias);
        }
    }
}

/// Starts a conversation with the visitor's first message.
///
/// # Errors
/// 400 for what is wrong with the message or its variables, 409 `KEY_REUSED`, 502 `UNKNOWN_OUTCOME`, 503, and the platform's refusals.
pub async fn start(app: &Arc<App>, visitor: &Visitor, key: IdempotencyKey, body: StartConversation) -> Answer {
    let text = message_body::validated_text(body.message.data)?;
    let site = Arc::clone(&visitor.site);
    let bot_key = match body.bot_key {
        none if none.is_empty() => site.bot_key.clone(),
        named if site.knows_bot(&named) => named,
        _ => {
            return Err(ApiError::bad_request(
                "this site has no bot of that `bot_key`; leave it empty for the site's own",
            ));
        }
    };
    let mut variables = body.variables.map(checked_variables).transpose()?;
    if visitor.signed_in {
        let person = sign_in::verified(app, &visitor.family).await.map_err(ApiError::unavailable)?;
        let page = variables.unwrap_or_default();
        let (contact, conversation) = (Some(person.over(page.contact)), Some(person.among(page.conversation)));
        variables = Some(Variables { system: page.system, contact, conversation });
    }
    let body = StartConversation {
        channel: Channel::Api,
        message: VisitorMessage::text(text.as_str()),
        variables,
        bot_key,
        from: From { user_external_id: visitor.visitor.as_str().to_owned(), kind: UserType::Visitor },
    };
    let send = NewSend {
        key: send_key(visitor, key),
        // What the visitor said. The variables are the browser's state, which a reload may change between two tries.
        fingerprint: fingerprint(&["start", &text]),
        said: message_body::plain_body(&text),
    };
    let flight = Arc::clone(app);
    coalesced(app, send.clone(), async move {
        let alias = random_alias()?;
        let forward = match begin(&flight, || flight.store.begin_start(send.clone(), alias.clone())).await {
            Ok(forward) => forward,
            Err(answer) => return answer,
        };
        failpoint(Failpoint::Logged);
        let forwarded = timed_call(&flight, "start", flight.platform.start(&site, &body)).await;
        failpoint(Failpoint::Forwarded);
        let accepted = |answer: StartAnswer| Outcome::Accepted {
            platform_id: Some(answer.conversation.id),
            answer: answer.conversation.created_at,
        };
        settle(&flight, forward, forwarded, accepted, true).await
    })
    .await
}

/// Sends a message, a text or a typed answer, to a conversation of the visitor's.
///
/// # Errors
/// 400 for what is wrong with the message and for a typed answer that the site does not take, 404, 409 `KEY_REUSED` and `CONVERSATION_ENDED`, 502 `UNKNOWN_OUTCOME`, 503, and the
/// platform's refusals.
pub async fn send(app: &Arc<App>, visitor: &Visitor, alias: String, key: IdempotencyKey, body: SendTyped) -> Answer {
    let site = Arc::clone(&visitor.site);
    // A stranger gets no place in the conversation's lane.
    let owned = app.store.owned(site.id.as_str(), visitor.visitor.as_str(), &alias).await;
    let owned = owned.map_err(ApiError::unavailable)?.ok_or_else(ApiError::not_found)?;
    let (message, said) = message_body::validate(app, &site, owned.id, body.message).await?;
    let fingerprint = of_message(&alias, &message)?;
    let send = NewSend { key: send_key(visitor, key), fingerprint, said };
    let body = SendTyped { message, user: User { kind: UserType::Visitor } };
    let flight = Arc::clone(app);
    coalesced(app, send.clone(), async move {
        let answer = with_conversation_lock(&flight, &alias, async {
            let forward = match begin(&flight, || flight.store.begin_send(send.clone(), alias.clone())).await {
                Ok(forward) => forward,
                Err(answer) => return answer,
            };
            let conversation = forward.platform_id.clone();
            let conversation = conversation.ok_or_else(|| ApiError::internal("a send to a conversation without id"))?;
            failpoint(Failpoint::Logged);
            let forwarded = timed_call(&flight, "send", flight.platform.send(&site, &conversation, &body)).await;
            failpoint(Failpoint::Forwarded);
            let accepted =
                |answer: SendAnswer| Outcome::Accepted { platform_id: None, answer: Some(answer.message_id) };
            settle(&flight, forward, forwarded, accepted, false).await
        })
        .await;
        flight.conversations.release_conversation_lock(&alias);
        answer
    })
    .await
}

/// Measures a call to the platform, and gives it a span of its own.
async fn timed_call<T>(app: &App, call: &'static str, forwarded: impl Future<Output = T>) -> T {
    app.histograms.forward.time(forwarded).instrument(tracing::info_span!("forward", call)).await
}

async fn with_conversation_lock(app: &App, alias: &str, message: impl Future<Output = Answer>) -> Answer {
    let conversation_lock = app.conversations.conversation_lock(alias);
    match tokio::time::timeout(LOCK_TIMEOUT, conversation_lock.lock()).await {
        Ok(_turn) => message.await,
        Err(_) => Err(ApiError::unavailable("the messages before this one in its conversation take too long")),
    }
}

/// Runs `flight` for a key, or waits for the one that is under way.
async fn coalesced(app: &Arc<App>, send: NewSend, flight: impl Future<Output = Answer> + Send + 'static) -> Answer {
    let mut answer = {
        let mut in_flight = app.conversations.in_flight();
        match in_flight.get(&send.key) {
            Some(other) if other.fingerprint != send.fingerprint => return Err(key_reused()),
            Some(same) => {
                app.counters.sends_repeated.increment();
                same.answer.clone()
            }
            None => {
                let (sender, receiver) = watch::channel(None);
                in_flight
                    .insert(send.key.clone(), InFlight { fingerprint: send.fingerprint, answer: receiver.clone() });
                let guard = InFlightGuard { app: Arc::clone(app), key: send.key };
                let drain = async move {
                    let answer = flight.await;
                    // Off the list before the answer is out: whoever comes with the key now reads the record.
                    drop(guard);
                    sender.send_replace(Some(answer));
                };
                app.conversations.tasks.spawn(drain.in_current_span());
                receiver
            }
        }
    };
    match answer.wait_for(Option::is_some).await {
        Ok(answer) => answer.clone().unwrap_or_else(|| Err(ApiError::internal("a message without an answer"))),
        Err(_) => Err(ApiError::internal("the task that forwards a message panicked")),
    }
}

/// Takes a flight off the list, whichever way it ended.
struct InFlightGuard {
    app: Arc<App>,
    key: SendKey,
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.app.conversations.in_flight().remove(&self.key);
    }
}

/// Records how forwarding ended, and says so.
async fn settle<T>(
    app: &App,
    forward: Forward,
    forwarded: Forwarded<T>,
    accepted: impl FnOnce(T) -> Outcome,
    is_start: bool,
) -> Answer {
    let (outcome, fault) = match forwarded {
        Forwarded::Accepted(answer) => (accepted(answer), None),
        Forwarded::Failed(fault) => (Outcome::Failed, Some(fault)),
        Forwarded::Refused(fault) => {
            let refusal = PlatformRefusal { status: StatusCode::BAD_REQUEST.as_u16(), code: fault.code.to_owned() };
            (Outcome::Refused(refusal), Some(fault))
        }
        Forwarded::Unknown(fault) => (Outcome::Unknown, Some(fault)),
    };
    if fault.as_ref().is_some_and(|fault| fault.operator) {
        app.counters.platform_operator_faults.increment();
    }
    let settled = match app.histograms.commit.time(app.store.settle(forward.send, outcome)).await {
        Ok(settled) => settled,
        // It may well be with the platform: to say "try again" would be wrong.
        Err(error) => return Err(unknown_outcome().cause(error)),
    };
    app.counters.waiting_delivered.add(settled.released);
    let counter = match settled.record.state {
        DeliveryState::Sent => &app.counters.sends_accepted,
        DeliveryState::Failed => &app.counters.sends_failed,
        DeliveryState::Refused => &app.counters.sends_refused,
        DeliveryState::Unknown | DeliveryState::Sending => &app.counters.sends_unknown,
    };
    counter.increment();
    if is_start && settled.record.state == DeliveryState::Sent {
        app.counters.conversations_started.increment();
    }
    if settled.foreign {
        return Err(unknown_outcome().cause("the platform answered a start with another visitor's conversation"));
    }
    let answer = of_record(settled.record);
    match (answer, fault) {
        (Err(_), Some(fault)) => Err(of_fault(fault)),
        (answer, _) => answer,
    }
}

/// The message is to be forwarded, or else this is its answer. While another proxy forwards it, or another message of the
/// conversation, it waits for that.
async fn begin<F>(app: &App, ask: impl Fn() -> F) -> Result<Forward, Answer>
where
    F: Future<Output = Result<BeginOutcome, StoreError>>,
{
    let until = Instant::now() + LOCK_TIMEOUT;
    loop {
        return Err(
            match app.histograms.commit.time(ask()).await.map_err(|error| Err(ApiError::unavailable(error)))? {
                BeginOutcome::Forward(forward) => return Ok(forward),
                BeginOutcome::Known(record) => {
                    app.counters.sends_repeated.increment();
                    of_record(record)
                }
                BeginOutcome::KeyReused => Err(key_reused()),
                BeginOutcome::Ended => Err(ApiError::new(
                    StatusCode::CONFLICT,
                    code::CONVERSATION_ENDED,
                    "the conversation has ended; start a new one",
                )),
                BeginOutcome::NotFound => Err(ApiError::not_found()),
                BeginOutcome::NotYetBound => {
                    Err(ApiError::unavailable("the platform's id of the conversation is not known yet"))
                }
                BeginOutcome::OwnedByPeer(conversation) if Instant::now() < until => {
                    let mut log = app.hub.subscribe(conversation);
                    // Its outcome is an entry. The pause is for one that came before the subscribing, or that never comes.
                    tokio::select! {
                        _ = log.next() => {}
                        () = tokio::time::sleep(PEER_POLL_INTERVAL) => {}
                    }
                    continue;
                }
                BeginOutcome::OwnedByPeer(_) => {
                    Err(ApiError::unavailable("another proxy takes too long with its message"))
                }
            },
        );
    }
}

fn of_record(record: Record) -> Answer {
    match record.state {
        DeliveryState::Sent => Ok(Accepted { alias: record.alias, answer: record.answer }),
        DeliveryState::Refused => {
            let refusal = record.refusal.unwrap_or(PlatformRefusal { status: 400, code: code::BAD_REQUEST.to_owned() });
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
            Err(ApiError::new(status, refusal.code, REFUSED))
        }
        DeliveryState::Failed => Err(ApiError::unavailable("an earlier try failed")),
        DeliveryState::Unknown | DeliveryState::Sending => Err(unknown_outcome()),
    }
}

const REFUSED: &str = "the platform refused this message; sending it again can't help";

fn of_fault(fault: Fault) -> ApiError {
    let error = match fault.code {
        code::UNKNOWN_OUTCOME => unknown_outcome(),
        code::RATE_LIMITED => ApiError::rate_limited(fault.retry_after.unwrap_or(5)),
        code::UNAVAILABLE | code::CONVERSATION_CREATION_EXCEPTION => ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            fault.code,
            "the message did not arrive; try again with the same Idempotency-Key",
        ),
        refused => ApiError::new(StatusCode::BAD_REQUEST, refused, REFUSED),
    };
    // An operator needs longer than a network.
    let wait = fault.retry_after.or(Some(if fault.operator { 60 } else { 1 }));
    match wait {
        Some(seconds) if fault.code != code::UNKNOWN_OUTCOME => error.retry_after(seconds),
        _ => error,
    }
    .cause(fault.cause)
}

fn unknown_outcome() -> ApiError {
    ApiError::new(
        StatusCode::BAD_GATEWAY,
        code::UNKNOWN_OUTCOME,
        "the platform's answer was lost; do not send the message under another key. Asking again with the same key forwards nothing and tells what is known by then",
    )
}

fn key_reused() -> ApiError {
    ApiError::new(StatusCode::CONFLICT, code::KEY_REUSED, "this Idempotency-Key was used for another message")
}

fn send_key(visitor: &Visitor, key: IdempotencyKey) -> SendKey {
    SendKey {
        site: visitor.site.id.as_str().to_owned(),
        visitor: visitor.visitor.as_str().to_owned(),
        key: key.into_string(),
    }
}

fn fingerprint(parts: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// A digest of what is sent and where to. That of a text is the one it always had: keys outlive an update of this program.
fn of_message(alias: &str, message: &TypedMessage) -> Result<[u8; 32], ApiError> {
    if let TypedMessage::Text(MessageData { body }) = message {
        return Ok(fingerprint(&["send", alias, body]));
    }
    let json = serde_json::to_string(message).map_err(ApiError::internal)?;
    Ok(fingerprint(&["typed", alias, &json]))
}

/// 128 random bits: the alias is no secret, but nobody needs to be able to count conversations.
fn random_alias() -> Result<String, ApiError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::internal(format!("no randomness: {error}")))?;
    Ok(hex(&bytes))
}

/// The documented variables and no others; each of a size that fits a variable.
fn checked_variables(variables: Variables) -> Result<Variables, ApiError> {
    let fits = |value: Option<String>| match value {
        Some(text) if text.chars().count() > VALUE_CHARS => {
            Err(ApiError::bad_request(format!("a variable's value may hold {VALUE_CHARS} characters")))
        }
        value => Ok(value),
    };
    let system = match variables.system {
        Some(SystemVariables { timezone, referrer_url, browser_language }) => Some(SystemVariables {
            timezone: fits(timezone)?,
            referrer_url: fits(referrer_url)?,
            browser_language: fits(browser_language)?,
        }),
        None => None,
    };
    let contact = match variables.contact {
        Some(Contact { name, email, phone }) => {
            Some(Contact { name: fits(name)?, email: fits(email)?, phone: fits(phone)? })
        }
        None => None,
    };
    let conversation = variables.conversation.map(checked_names).transpose()?;
    Ok(Variables { system, contact, conversation })
}

fn checked_names(variables: Pairs) -> Result<Pairs, ApiError> {
    if variables.len() > VARIABLES {
        return Err(ApiError::bad_request(format!("`variables.conversation` may hold {VARIABLES} variables")));
    }
    for (name, value) in variables.iter() {
        if name.is_empty() || name.chars().count() > NAME_CHARS || value.chars().count() > VALUE_CHARS {
            return Err(ApiError::bad_request(format!(
                "a conversation variable has a name of 1 to {NAME_CHARS} and a value of up to {VALUE_CHARS} characters"
            )));
        }
    }
    Ok(variables)
}
