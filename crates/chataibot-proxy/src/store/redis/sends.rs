//! The idempotency records in Redis. A lost answer of Redis leaves no doubt: a message that was
//! begun and not forwarded is rolled back, and an outcome is sent again until Redis answers.

use std::{sync::Arc, time::Duration};

use chataibot_wire::{Author, Event, entry::Message};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::{
    Inner, Redis, format_id,
    incoming::{digest_of, digest_of_letters},
    parse_id, unreadable,
};
use crate::{
    ids::{ConversationId, random_hex},
    store::{
        Result, StoreError,
        incoming::possible_echoes,
        sends::{
            BeginOutcome, Forward, NewSend, Outcome, PlatformRefusal, Record, SendId, SendKey, Settled, parse_state,
        },
    },
};

/// How long a visitor waits until Redis has recorded an outcome. The attempts continue after that.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest a message is in flight: the platform has 30 s. A proxy that has not settled it by
/// then has forgotten it.
pub(super) const MAX_IN_FLIGHT: Duration = Duration::from_secs(120);
/// Delay between two attempts.
const RETRY_DELAY: Duration = Duration::from_millis(250);

#[derive(Deserialize)]
#[serde(tag = "begun", rename_all = "snake_case")]
enum BeginAnswer {
    Forward {
        send: String,
        conversation: String,
        platform: Option<String>,
    },
    Known {
        record: RecordAnswer,
    },
    KeyReused,
    Ended,
    NotFound,
    NotYetBound,
    OwnedByPeer {
        conversation: String,
    },
    /// This proxy gave up this attempt a moment ago.
    RolledBack,
}

#[derive(Deserialize)]
struct RecordAnswer {
    alias: String,
    state: String,
    answer: Option<String>,
    status: Option<u16>,
    code: Option<String>,
}

#[derive(Deserialize)]
struct SettleAnswer {
    /// Absent if the message was deleted.
    record: Option<RecordAnswer>,
    #[serde(default)]
    released: u64,
    #[serde(default)]
    foreign: bool,
}

impl RecordAnswer {
    fn into_record(self) -> Record {
        let refusal = self.status.zip(self.code).map(|(status, code)| PlatformRefusal { status, code });
        Record { alias: self.alias, state: parse_state(&self.state), answer: self.answer, refusal }
    }
}

impl Redis {
    pub async fn begin_start(&self, send: NewSend, alias: String) -> Result<BeginOutcome> {
        self.begin("begin_start", send, alias).await
    }

    pub async fn begin_send(&self, send: NewSend, alias: String) -> Result<BeginOutcome> {
        self.begin("begin_send", send, alias).await
    }

    async fn begin(&self, op: &str, send: NewSend, alias: String) -> Result<BeginOutcome> {
        let nonce = random_hex().map_err(StoreError::no_randomness)?;
        let mut arguments = begin_arguments(&send, alias)?;
        arguments["nonce"] = nonce.as_str().into();
        if self.inner.rollbacks.lock().contains(&send.key) {
            return Err(StoreError::Unavailable);
        }
        let answer = self.inner.query::<BeginAnswer>(op, arguments).await;
        if matches!(&answer, Err(StoreError::Redis(error)) if super::is_lost(error)) {
            self.inner.rollbacks.lock().insert(send.key.clone());
            tokio::spawn(roll_back(Arc::clone(&self.inner), send.key, nonce));
        }
        answer?.into_outcome()
    }

    pub async fn settle(&self, send: SendId, outcome: Outcome) -> Result<Settled> {
        let outcome = match outcome {
            Outcome::Accepted { platform_id, answer } => {
                json!({ "kind": "accepted", "platform": platform_id, "answer": answer })
            }
            Outcome::Failed => json!({ "kind": "failed" }),
            Outcome::Refused(PlatformRefusal { status, code }) => {
                json!({ "kind": "refused", "status": status, "code": code })
            }
            Outcome::Unknown => json!({ "kind": "unknown" }),
        };
        let arguments = json!({ "send": format_id(send.0), "outcome": outcome });
        // Idempotent: a state that is already recorded is not logged again.
        let task = tokio::spawn(repeat_until_answered(Arc::clone(&self.inner), "settle", arguments));
        let joined = timeout(SETTLE_TIMEOUT, task).await.map_err(|_| StoreError::Unavailable)?;
        let settled: SettleAnswer = joined.map_err(|_| StoreError::Stopped)??;
        let record =
            settled.record.ok_or_else(|| StoreError::corrupt("a message was deleted before its outcome was known"))?;
        Ok(Settled { record: record.into_record(), released: settled.released, is_foreign: settled.foreign })
    }
}

/// Repeats an operation that must not be lost until Redis answers.
async fn repeat_until_answered<T: DeserializeOwned>(
    inner: Arc<Inner>,
    op: &'static str,
    arguments: Value,
) -> Result<T> {
    loop {
        let error = match inner.try_call(op, arguments.clone()).await {
            Err(error @ StoreError::Redis(_)) => error,
            answer => return answer.map(|reply| reply.answer),
        };
        if inner.shutdown.run_until_cancelled(sleep(RETRY_DELAY)).await.is_none() {
            return Err(error);
        }
    }
}

/// Rolls back a message that was not forwarded, whether or not its `begin_*` call reached Redis.
async fn roll_back(inner: Arc<Inner>, key: SendKey, nonce: String) {
    let arguments = json!({ "site": key.site, "visitor": key.visitor, "key": key.key, "nonce": nonce });
    if let Err(error) = repeat_until_answered::<Value>(Arc::clone(&inner), "roll_back", arguments).await {
        tracing::error!(%error, "a message that was not forwarded could not be taken back; it will count as lost");
    }
    inner.rollbacks.lock().remove(&key);
}

fn begin_arguments(send: &NewSend, alias: String) -> Result<Value> {
    let (key, body) = (&send.key, &send.body);
    let message =
        Message { author: Author::Visitor, client_message_id: Some(key.key.clone()), content: body.content.clone() };
    let text = body.content.to_plain();
    let own_text = (!body.echoes.is_empty()).then_some(&text);
    let letters = own_text.into_iter().chain(&body.echoes).filter_map(|text| digest_of_letters(text));
    Ok(json!({
        "site": key.site, "visitor": key.visitor, "key": key.key, "alias": alias,
        "fingerprint": hex::encode(send.fingerprint),
        "message": serde_json::to_string(&Event::Message(message)).map_err(|_| unreadable("a message"))?,
        "words": possible_echoes(&text).map(|form| digest_of(&form)).join(" "),
        "letters": letters.collect::<Vec<_>>().join(" "),
    }))
}

impl BeginAnswer {
    fn into_outcome(self) -> Result<BeginOutcome> {
        Ok(match self {
            Self::Forward { send, conversation, platform } => BeginOutcome::Forward(Forward {
                send: SendId(parse_id(&send)?),
                conversation: ConversationId::new(parse_id(&conversation)?),
                platform_id: platform,
            }),
            Self::Known { record } => BeginOutcome::Known(record.into_record()),
            Self::KeyReused => BeginOutcome::KeyReused,
            Self::Ended => BeginOutcome::Ended,
            Self::NotFound => BeginOutcome::NotFound,
            Self::NotYetBound => BeginOutcome::NotYetBound,
            Self::OwnedByPeer { conversation } => {
                BeginOutcome::OwnedByPeer(ConversationId::new(parse_id(&conversation)?))
            }
            Self::RolledBack => return Err(StoreError::Unavailable),
        })
    }
}
