//! The idempotency records: the state of each message a visitor sent, by its idempotency key.
//!
//! A record and its message's log entry are written before forwarding. So a reply that overtakes
//! the answer still follows the message in the log, and a crash in between leaves a trace: such a
//! send becomes `unknown`, never a second send. Only a `failed` one may be forwarded again.

use chataibot_wire::{Content, entry::DeliveryState};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::ConversationId;

/// Identifies a message: by its site, its visitor, and the key it came with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SendKey {
    pub site: String,
    pub visitor: String,
    /// The `Idempotency-Key`, which is the client message id.
    pub key: String,
}

/// A message to send. If its key comes again, its fingerprint must be the same.
#[derive(Clone, Debug)]
pub struct NewSend {
    pub key: SendKey,
    /// A digest of the content and the destination.
    pub fingerprint: [u8; 32],
    pub body: MessageBody,
}

/// Hashes a list of texts, each with its length, so that no two lists have the same digest.
pub fn fingerprint(parts: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

#[derive(Clone, Debug)]
pub struct MessageBody {
    /// What the log shows.
    pub content: Content,
    /// Other texts the echo may have, ignoring separators: the values and links that were sent.
    pub echoes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendId(pub(in crate::store) i64);

/// What to do with a message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeginOutcome {
    /// It is logged: forward it, then [`Store::settle`] it.
    Forward(Forward),
    /// Its key is known: answer from the record, forward nothing.
    Known(Record),
    /// The key was used for a different message.
    KeyReused,
    /// The conversation has ended. Nothing was logged.
    Ended,
    /// This visitor has no such conversation. Nothing was logged.
    NotFound,
    /// The platform's id of the conversation is not known yet. Nothing was logged.
    NotYetBound,
    /// Another proxy is forwarding this message, or another one of its conversation. Nothing was
    /// logged; try again when the log has grown, or soon.
    OwnedByPeer(ConversationId),
}

/// A message that is to be forwarded now.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Forward {
    pub send: SendId,
    pub conversation: ConversationId,
    /// The platform's id of the conversation; `None` for a start.
    pub platform_id: Option<String>,
}

/// The recorded state of a message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// The alias of its conversation.
    pub alias: String,
    #[serde(deserialize_with = "read_state")]
    pub state: DeliveryState,
    /// As the platform wrote it: `created_at` of an accepted start, the message id of a send.
    pub answer: Option<String>,
    /// The reason, if it was refused.
    pub refusal: Option<PlatformRefusal>,
}

/// A final refusal by the platform.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct PlatformRefusal {
    pub status: u16,
    pub code: String,
}

/// The outcome of forwarding a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// The platform accepted it.
    Accepted {
        /// For a start: the platform's id of the new conversation.
        platform_id: Option<String>,
        /// As [`Record::answer`].
        answer: Option<String>,
    },
    /// It definitely did not arrive.
    Failed,
    /// The platform refused it; sending it again can't help.
    Refused(PlatformRefusal),
    /// The answer was lost.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Settled {
    pub record: Record,
    /// Pending events of the conversation that were released to its log.
    pub released: u64,
    /// The platform named a conversation that belongs to another visitor: nothing was bound.
    pub is_foreign: bool,
}

/// Returns the name of a state in a store.
pub(in crate::store) fn state_name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Sending => "sending",
        DeliveryState::Sent => "sent",
        DeliveryState::Unknown => "unknown",
        DeliveryState::Failed => "failed",
        DeliveryState::Refused => "refused",
    }
}

/// An unknown name counts as `unknown`, the one state that promises and forwards nothing.
pub(in crate::store) fn parse_state(name: &str) -> DeliveryState {
    use DeliveryState::{Failed, Refused, Sending, Sent, Unknown};
    [Sending, Sent, Failed, Refused].into_iter().find(|state| state_name(*state) == name).unwrap_or(Unknown)
}

fn read_state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DeliveryState, D::Error> {
    String::deserialize(deserializer).map(|name| parse_state(&name))
}
