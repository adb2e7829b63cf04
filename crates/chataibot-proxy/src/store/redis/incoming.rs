//! Receives the platform's events. The script compares digests of their words, not the words.

use std::{sync::Arc, time::Duration};

use chataibot_wire::{Author, Event, entry::Message};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use super::{Inner, Redis, Result, unreadable};
use crate::normalise::{EventKind, Incoming};
use crate::store::incoming::{
    REDELIVERY_WINDOW, ReceiveStats, digest, kind_name, letters_and_digits, to_json, without_whitespace,
};
use crate::store::pending_events::{MAX_BYTES, MAX_EVENTS, MAX_WAIT, visitor_of};
use crate::store::retention::IDEMPOTENCY_LIFETIME;

/// How long to wait until another proxy has reported whether it acknowledged the same events. After
/// that, this delivery counts as a redelivery.
const PEER_ACK_TIMEOUT: Duration = Duration::from_secs(2);
const RETRY_DELAY: Duration = Duration::from_millis(10);

/// Whether our 2xx for a delivery was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct AckNote {
    delivery: u64,
    /// The earliest time of that by Redis' clock, microseconds.
    at: u64,
    is_acknowledged: bool,
}

impl Redis {
    pub async fn receive(&self, delivery: u64, sites: Vec<String>, events: Vec<Incoming>) -> Result<ReceiveStats> {
        // The latest possible time: an event that may have come after the acknowledgement of an
        // identical one is not its redelivery. A duplicate is better than a loss.
        let arrived_at = self.inner.redis_clock.latest();
        // Outcomes of earlier deliveries decide what is a redelivery, so they are written first.
        self.inner.write_acks().await?;
        let script_events = events.iter().map(|event| event_argument(&sites, event)).collect::<Result<Vec<_>, _>>()?;
        let now = self.now();
        let mut arguments = json!({
            "arrived_at": arrived_at, "may_wait": true,
            "delivery": self.inner.delivery_id(delivery),
            "sites": sites, "sites_text": format!(",{},", sites.join(",")),
            "events": script_events,
            "recent_since": now.saturating_sub(2 * MAX_WAIT),
            "redelivery_since": now.saturating_sub(REDELIVERY_WINDOW),
            "max_events": MAX_EVENTS, "max_bytes": MAX_BYTES,
            "id_lifetime": IDEMPOTENCY_LIFETIME / 1000, "mark_lifetime": 2 * REDELIVERY_WINDOW / 1000,
        });
        let until = Instant::now() + PEER_ACK_TIMEOUT;
        loop {
            // `None`, nothing stored: whether another proxy acknowledged the event is still open.
            if let Some(stats) = self.inner.query("receive", arguments.clone()).await? {
                return Ok(stats);
            }
            arguments["may_wait"] = (Instant::now() < until).into();
            sleep(RETRY_DELAY).await;
        }
    }

    pub fn acknowledge(&self, delivery: u64, sent: bool) {
        let note = AckNote { delivery, at: self.inner.redis_clock.earliest(), is_acknowledged: sent };
        self.inner.ack_notes.lock().push(note);
        let inner = Arc::clone(&self.inner);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = inner.write_acks().await {
                tracing::debug!(%error, "what became of a delivery is written with the next one");
            }
        });
    }
}

impl Inner {
    /// The instance makes the id unique: two proxies may count from the same number.
    fn delivery_id(&self, number: u64) -> String {
        format!("{}/{number}", self.instance)
    }

    /// Writes the outcomes of deliveries, in order; what can't be written stays for the next time.
    pub(super) async fn write_acks(&self) -> Result<()> {
        let _writing = self.ack_write_lock.lock().await;
        loop {
            let first = self.ack_notes.lock().first().copied();
            let Some(note) = first else { return Ok(()) };
            let op = if note.is_acknowledged { "acknowledged" } else { "unacknowledged" };
            let delivery = self.delivery_id(note.delivery);
            let arguments =
                json!({ "delivery": delivery, "at": note.at, "mark_lifetime": 2 * REDELIVERY_WINDOW / 1000 });
            self.query::<()>(op, arguments).await?;
            self.ack_notes.lock().remove(0);
        }
    }
}

/// An event for the script: with the JSON of its log entry, and its size in bytes while pending.
fn event_argument(sites: &[String], event: &Incoming) -> Result<Value> {
    let json = |event: &Event| serde_json::to_string(event).map_err(|_| unreadable("an event"));
    let mut argument = json!({
        "conversation": event.conversation, "visitor": event.visitor_key.as_deref().map(visitor_of), "id": event.id,
        "digest": hex::encode(digest(sites, event)?), "kind": kind_name(&event.kind),
        "size": to_json(&event.kind)?.len(),
    });
    match &event.kind {
        EventKind::Message { author, content } => {
            if *author == Author::Visitor {
                let words = content.to_plain();
                argument["words"] = digest_of(&without_whitespace(&words)).into();
                argument["letters"] = digest_of_letters(&words).into();
            }
            let message = Message { author: *author, client_message_id: None, content: content.clone() };
            argument["entry"] = json(&Event::Message(message))?.into();
        }
        EventKind::Status(status) => argument["status"] = json!(status),
        EventKind::Assignee(assignee) => argument["entry"] = json(&Event::Assignee(assignee.clone()))?.into(),
        EventKind::Created { closed } => argument["closed"] = (*closed).into(),
    }
    Ok(argument)
}

/// Returns a short digest of fixed length, so that a list of them can be searched as text.
pub(super) fn digest_of(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}

/// The same of a text's letters and digits, if it has any.
pub(super) fn digest_of_letters(text: &str) -> Option<String> {
    Some(letters_and_digits(text)).filter(|letters| !letters.is_empty()).map(|letters| digest_of(&letters))
}
