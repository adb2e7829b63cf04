//! The idempotency records in Redis. A lost answer of Redis leaves no doubt: a message that was
//! begun and not forwarded is rolled back, and an outcome is sent again until Redis answers.

use std::{sync::Arc, time::Duration};

use chataibot_wire::{Author, Event, entry::Message};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::incoming::{digest_of, digest_of_letters};
use super::{Inner, Redis, Result, StoreError, random_hex, unreadable};
use crate::store::incoming::possible_echoes;
use crate::store::sends::{BeginOutcome, NewSend, Outcome, SendId, SendKey, Settled};

/// How long a visitor waits until Redis has recorded an outcome. The attempts continue after that.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest a message is in flight (the platform has 30 s): later, its proxy has forgotten it.
pub(super) const MAX_IN_FLIGHT: Duration = Duration::from_secs(120);
const RETRY_DELAY: Duration = Duration::from_millis(250);

impl Redis {
    pub async fn begin_start(&self, send: NewSend, alias: String) -> Result<BeginOutcome> {
        self.begin("begin_start", send, alias).await
    }

    pub async fn begin_send(&self, send: NewSend, alias: String) -> Result<BeginOutcome> {
        self.begin("begin_send", send, alias).await
    }

    async fn begin(&self, op: &str, send: NewSend, alias: String) -> Result<BeginOutcome> {
        let nonce = random_hex()?;
        let mut arguments = begin_arguments(&send, alias)?;
        arguments["nonce"] = nonce.as_str().into();
        if self.inner.rollbacks.lock().contains(&send.key) {
            return Err(StoreError::Unavailable);
        }
        let answer = self.inner.query::<Option<BeginOutcome>>(op, arguments).await;
        if matches!(&answer, Err(StoreError::Redis(error)) if super::is_lost(error)) {
            self.inner.rollbacks.lock().insert(send.key.clone());
            tokio::spawn(roll_back(Arc::clone(&self.inner), send.key, nonce));
        }
        // `None`: this proxy gave up this attempt a moment ago.
        answer?.ok_or(StoreError::Unavailable)
    }

    pub async fn settle(&self, send: SendId, outcome: Outcome) -> Result<Settled> {
        let arguments = json!({ "send": send, "outcome": outcome });
        // Idempotent: a state that is already recorded is not logged again.
        let task = tokio::spawn(repeat_until_answered(Arc::clone(&self.inner), "settle", arguments));
        let joined = timeout(SETTLE_TIMEOUT, task).await.map_err(|_| StoreError::Unavailable)?;
        let settled: Option<Settled> = joined.map_err(|_| StoreError::Stopped)??;
        settled.ok_or_else(|| StoreError::corrupt("a message was deleted before its outcome was known"))
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
    if let Err(error) = repeat_until_answered::<()>(Arc::clone(&inner), "roll_back", arguments).await {
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
