//! The two flows of a visitor's message to the platform: start a conversation, send to one.
//!
//! - Outbox: a message is logged first, then forwarded, then settled, by a task that continues if
//!   the visitor's connection breaks.
//! - Singleflight: a second request with the same idempotency key waits for the task of the first.
//! - A lock per conversation: its messages are forwarded one after the other, in the order of the
//!   log, because their echoes are matched by that order.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chataibot_wire::documented::{
    Channel, Contact, From, MessageData, SendAnswer, StartAnswer, StartConversation, SystemVariables, User, UserType,
    Variables, VisitorMessage,
};
use chataibot_wire::entry::DeliveryState;
use chataibot_wire::error::code;
use chataibot_wire::typed::{SendTyped, TypedMessage};
use http::StatusCode;
use parking_lot::Mutex;
use tokio::{sync::watch, time::Instant};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::{owned_conversation, token::Visitor};
use crate::error::ApiError;
use crate::failpoints::{Failpoint, failpoint};
use crate::hub::Hub;
use crate::ids::random_hex;
use crate::metrics::{Metrics, timed};
use crate::platform::{Fault, FaultKind, PlatformClient};
use crate::store::sends::{BeginOutcome, Forward, NewSend, Outcome, PlatformRefusal, Record, SendKey, fingerprint};
use crate::store::{Store, StoreError};

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
/// How long a message waits for earlier ones of its conversation.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);
/// Wait after a 429 of the platform that names none, in seconds.
const PLATFORM_RATE_WAIT: u32 = 5;
/// Interval between checks of a message that another proxy forwards.
const PEER_POLL_INTERVAL: Duration = Duration::from_millis(250);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub alias: String,
    /// `created_at` of a start, or the platform's message id of a send; `None` if an echo confirmed
    /// the message and the answer was lost.
    pub answer: Option<String>,
}

type Answer = Result<Accepted, ApiError>;

/// Forwards messages to the platform. Clones share their state.
#[derive(Clone)]
pub struct MessageForwarder(Arc<Inner>);

struct Inner {
    store: Store,
    hub: Hub,
    platform: PlatformClient,
    metrics: Arc<Metrics>,
    /// The messages in flight, by idempotency key. The lock is held for one look-up and never
    /// across an await: a request that finds its key here waits on the entry's watch channel.
    in_flight: Mutex<HashMap<SendKey, InFlight>>,
    /// One lock for each conversation with a waiting message; held until the message's outcome.
    conversation_locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// The tasks that forward, so that a shutdown can wait for them.
    tasks: TaskTracker,
}

struct InFlight {
    fingerprint: [u8; 32],
    answer: watch::Receiver<Option<Answer>>,
}

impl MessageForwarder {
    pub fn new(store: Store, hub: Hub, platform: PlatformClient, metrics: Arc<Metrics>) -> Self {
        let (in_flight, conversation_locks) = (Mutex::default(), Mutex::default());
        let tasks = TaskTracker::new();
        Self(Arc::new(Inner { store, hub, platform, metrics, in_flight, conversation_locks, tasks }))
    }

    pub fn in_flight(&self) -> usize {
        self.0.in_flight.lock().len()
    }

    /// Waits until no message is in flight. For the shutdown: no new message may come after it.
    pub async fn drain(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// Starts a conversation with the visitor's first message. Errors: 400, 409 `KEY_REUSED`, 502
    /// `UNKNOWN_OUTCOME`, 503, and the platform's refusals.
    pub async fn start(&self, visitor: &Visitor, key: IdempotencyKey, body: StartConversation) -> Answer {
        let text = body.message.data.body;
        message_body::check_text(&text)?;
        let site = Arc::clone(&visitor.site);
        let bot_key = if body.bot_key.is_empty() { site.bot_key.clone() } else { body.bot_key };
        if !site.knows_bot(&bot_key) {
            let what = "this site has no bot of that `bot_key`; leave it empty for the site's own";
            return Err(ApiError::bad_request(what));
        }
        let mut variables = body.variables;
        variables.as_ref().map_or(Ok(()), check_variables)?;
        if visitor.is_signed_in {
            let profile = self.0.store.profile_of(visitor.family.clone()).await?;
            let profile = profile.ok_or_else(|| ApiError::unavailable("a signed-in visitor is not known"))?;
            variables = Some(profile.merge_into(variables.unwrap_or_default()));
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
            // Not the variables: they are the browser's state, which a reload may change in
            // between.
            fingerprint: fingerprint(&["start", &text]),
            body: message_body::plain_body(&text),
        };
        let this = self.clone();
        self.singleflight(send.clone(), async move {
            let alias = random_hex().map_err(|error| ApiError::internal(format!("no randomness: {error}")))?;
            let forward = match this.begin(|| this.0.store.begin_start(send.clone(), alias.clone())).await {
                Ok(forward) => forward,
                Err(answer) => return answer,
            };
            let accepted = |answer: StartAnswer| Outcome::Accepted {
                platform_id: Some(answer.conversation.id),
                answer: answer.conversation.created_at,
            };
            this.forward(forward, this.0.platform.start(&site, &body), accepted).await
        })
        .await
    }

    /// Sends a text or a typed answer to one of the visitor's conversations. Errors: 400, 404, 409
    /// `KEY_REUSED` and `CONVERSATION_ENDED`, 502 `UNKNOWN_OUTCOME`, 503, and the platform's
    /// refusals.
    pub async fn send(&self, visitor: &Visitor, alias: String, key: IdempotencyKey, body: SendTyped) -> Answer {
        let site = Arc::clone(&visitor.site);
        // Checked first: a visitor who does not own the conversation must not wait for its lock.
        let owned = owned_conversation(&self.0.store, visitor, &alias).await?;
        let (message, logged) = message_body::validate(&self.0.store, &site, owned.id, body.message).await?;
        let fingerprint = message_fingerprint(&alias, &message)?;
        let send = NewSend { key: send_key(visitor, key), fingerprint, body: logged };
        let body = SendTyped { message, user: User { kind: UserType::Visitor } };
        let this = self.clone();
        self.singleflight(send.clone(), async move {
            let locked = this.with_conversation_lock(&alias, async {
                let forward = match this.begin(|| this.0.store.begin_send(send.clone(), alias.clone())).await {
                    Ok(forward) => forward,
                    Err(answer) => return answer,
                };
                let Some(conversation) = forward.platform_id.clone() else {
                    return Err(ApiError::internal("a send to a conversation without id"));
                };
                let accepted =
                    |answer: SendAnswer| Outcome::Accepted { platform_id: None, answer: Some(answer.message_id) };
                this.forward(forward, this.0.platform.send(&site, &conversation, &body), accepted).await
            });
            locked.await
        })
        .await
    }

    async fn with_conversation_lock(&self, alias: &str, message: impl Future<Output = Answer>) -> Answer {
        let lock = Arc::clone(self.0.conversation_locks.lock().entry(alias.to_owned()).or_default());
        let answer = match tokio::time::timeout(LOCK_TIMEOUT, lock.lock()).await {
            Ok(_guard) => message.await,
            Err(_) => Err(ApiError::unavailable("the messages before this one in its conversation take too long")),
        };
        drop(lock);
        let mut locks = self.0.conversation_locks.lock();
        // One reference is the map's own.
        if locks.get(alias).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(alias);
        }
        answer
    }

    /// Singleflight: runs `flight` in a task of its own, or waits for the running one of this key.
    async fn singleflight(&self, send: NewSend, flight: impl Future<Output = Answer> + Send + 'static) -> Answer {
        let mut answer = {
            let mut in_flight = self.0.in_flight.lock();
            match in_flight.get(&send.key) {
                Some(other) if other.fingerprint != send.fingerprint => return Err(ApiError::key_reused()),
                Some(same) => {
                    self.0.metrics.sends_repeated.inc();
                    same.answer.clone()
                }
                None => {
                    let (sender, receiver) = watch::channel(None);
                    let entry = InFlight { fingerprint: send.fingerprint, answer: receiver.clone() };
                    in_flight.insert(send.key.clone(), entry);
                    let guard = InFlightGuard { forwarder: self.clone(), key: send.key };
                    let task = async move {
                        let answer = flight.await;
                        // Before the answer is sent: a request with this key now reads the record.
                        drop(guard);
                        sender.send_replace(Some(answer));
                    };
                    self.0.tasks.spawn(task.in_current_span());
                    receiver
                }
            }
        };
        match answer.wait_for(Option::is_some).await {
            Ok(answer) => answer.clone().unwrap_or_else(|| Err(ApiError::internal("a message without an answer"))),
            Err(_) => Err(ApiError::internal("the task that forwards a message panicked")),
        }
    }

    /// Forwards a logged message, records its outcome, and returns the visitor's answer.
    async fn forward<T>(
        &self,
        forward: Forward,
        call: impl Future<Output = Result<T, Fault>>,
        accepted: impl FnOnce(T) -> Outcome,
    ) -> Answer {
        let metrics = &self.0.metrics;
        let is_start = forward.platform_id.is_none();
        failpoint(Failpoint::Logged);
        let span = tracing::info_span!("forward", call = if is_start { "start" } else { "send" });
        let forwarded = timed(&metrics.forward, call).instrument(span).await;
        failpoint(Failpoint::Forwarded);
        let (outcome, fault) = match forwarded {
            Ok(answer) => (accepted(answer), None),
            Err(fault) => (outcome_of(&fault), Some(fault)),
        };
        if fault.as_ref().is_some_and(|fault| fault.needs_operator) {
            metrics.platform_operator_faults.inc();
        }
        let settled = match timed(&metrics.commit, self.0.store.settle(forward.send, outcome)).await {
            Ok(settled) => settled,
            // The platform may well have the message: to say "try again" would be wrong.
            Err(error) => return Err(ApiError::unknown_outcome().cause(error)),
        };
        metrics.waiting_delivered.inc_by(settled.released);
        match settled.record.state {
            DeliveryState::Sent => &metrics.sends_accepted,
            DeliveryState::Failed => &metrics.sends_failed,
            DeliveryState::Refused => &metrics.sends_refused,
            DeliveryState::Unknown | DeliveryState::Sending => &metrics.sends_unknown,
        }
        .inc();
        if is_start && settled.record.state == DeliveryState::Sent {
            metrics.conversations_started.inc();
        }
        if settled.is_foreign {
            let cause = "the platform answered a start with another visitor's conversation";
            return Err(ApiError::unknown_outcome().cause(cause));
        }
        match (answer_from_record(settled.record), fault) {
            (Err(_), Some(fault)) => Err(error_from_fault(fault)),
            (answer, _) => answer,
        }
    }

    /// Begins a message: returns what to forward, or as an error the answer if nothing is to be
    /// forwarded. Waits while another proxy forwards it, or another message of the conversation.
    async fn begin<F>(&self, try_begin: impl Fn() -> F) -> Result<Forward, Answer>
    where
        F: Future<Output = Result<BeginOutcome, StoreError>>,
    {
        let until = Instant::now() + LOCK_TIMEOUT;
        loop {
            let begun =
                timed(&self.0.metrics.commit, try_begin()).await.map_err(|error| Err(ApiError::unavailable(error)))?;
            return Err(match begun {
                BeginOutcome::Forward(forward) => return Ok(forward),
                BeginOutcome::Known(record) => {
                    self.0.metrics.sends_repeated.inc();
                    answer_from_record(record)
                }
                BeginOutcome::KeyReused => Err(ApiError::key_reused()),
                BeginOutcome::Ended => Err(ApiError::conversation_ended()),
                BeginOutcome::NotFound => Err(ApiError::not_found()),
                BeginOutcome::NotYetBound => {
                    Err(ApiError::unavailable("the platform's id of the conversation is not known yet"))
                }
                BeginOutcome::OwnedByPeer(conversation) if Instant::now() < until => {
                    let mut log = self.0.hub.subscribe(conversation);
                    // The outcome comes as an entry. The pause covers one that was missed.
                    tokio::select! {
                        _ = log.next() => {}
                        () = tokio::time::sleep(PEER_POLL_INTERVAL) => {}
                    }
                    continue;
                }
                BeginOutcome::OwnedByPeer(_) => {
                    Err(ApiError::unavailable("another proxy takes too long with its message"))
                }
            });
        }
    }
}

/// Removes a message from the in-flight map, however its task ended.
struct InFlightGuard {
    forwarder: MessageForwarder,
    key: SendKey,
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        self.forwarder.0.in_flight.lock().remove(&self.key);
    }
}

fn outcome_of(fault: &Fault) -> Outcome {
    match fault.kind {
        FaultKind::Failed => Outcome::Failed,
        FaultKind::Refused => Outcome::Refused(PlatformRefusal { status: 400, code: fault.code.to_owned() }),
        FaultKind::Unknown => Outcome::Unknown,
    }
}

fn answer_from_record(record: Record) -> Answer {
    match record.state {
        DeliveryState::Sent => Ok(Accepted { alias: record.alias, answer: record.answer }),
        DeliveryState::Refused => {
            let refusal = record.refusal.unwrap_or(PlatformRefusal { status: 400, code: code::BAD_REQUEST.to_owned() });
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
            Err(ApiError::new(status, refusal.code, REFUSED_MESSAGE))
        }
        DeliveryState::Failed => Err(ApiError::unavailable("an earlier try failed")),
        DeliveryState::Unknown | DeliveryState::Sending => Err(ApiError::unknown_outcome()),
    }
}

const REFUSED_MESSAGE: &str = "the platform refused this message; sending it again can't help";

fn error_from_fault(fault: Fault) -> ApiError {
    // An operator needs longer to fix a fault than a network.
    let default = if fault.needs_operator { 60 } else { 1 };
    let (error, default) = match fault.code {
        code::UNKNOWN_OUTCOME => return ApiError::unknown_outcome().cause(fault.cause),
        code::RATE_LIMITED => (ApiError::rate_limited(PLATFORM_RATE_WAIT), PLATFORM_RATE_WAIT),
        code::UNAVAILABLE | code::CONVERSATION_CREATION_EXCEPTION => {
            let message = "the message did not arrive; try again with the same Idempotency-Key";
            (ApiError::new(StatusCode::SERVICE_UNAVAILABLE, fault.code, message), default)
        }
        refused => (ApiError::new(StatusCode::BAD_REQUEST, refused, REFUSED_MESSAGE), default),
    };
    error.retry_after(fault.retry_after.unwrap_or(default)).cause(fault.cause)
}

fn send_key(visitor: &Visitor, key: IdempotencyKey) -> SendKey {
    SendKey { site: visitor.site.id.to_string(), visitor: visitor.visitor.to_string(), key: key.into_string() }
}

/// A digest of a message and its destination; for a text, unchanged by updates of this program,
/// because keys outlive them.
fn message_fingerprint(alias: &str, message: &TypedMessage) -> Result<[u8; 32], ApiError> {
    if let TypedMessage::Text(MessageData { body }) = message {
        return Ok(fingerprint(&["send", alias, body]));
    }
    let json = serde_json::to_string(message).map_err(ApiError::internal)?;
    Ok(fingerprint(&["typed", alias, &json]))
}

/// Checks the sizes of the documented variables. All others were ignored when the body was read.
fn check_variables(variables: &Variables) -> Result<(), ApiError> {
    let system = variables.system.iter().flat_map(|system| {
        let SystemVariables { timezone, referrer_url, browser_language } = system;
        [timezone, referrer_url, browser_language]
    });
    let contact = variables.contact.iter().flat_map(|Contact { name, email, phone }| [name, email, phone]);
    if system.chain(contact).flatten().any(|value| value.chars().count() > VALUE_CHARS) {
        return Err(ApiError::bad_request(format!("a variable's value may hold {VALUE_CHARS} characters")));
    }
    let Some(page_variables) = &variables.conversation else { return Ok(()) };
    if page_variables.len() > VARIABLES {
        return Err(ApiError::bad_request(format!("`variables.conversation` may hold {VARIABLES} variables")));
    }
    let fits = |(name, value): (&str, &str)| {
        !name.is_empty() && name.chars().count() <= NAME_CHARS && value.chars().count() <= VALUE_CHARS
    };
    if !page_variables.iter().all(fits) {
        return Err(ApiError::bad_request(format!(
            "a conversation variable has a name of 1 to {NAME_CHARS} and a value of up to {VALUE_CHARS} characters"
        )));
    }
    Ok(())
}
