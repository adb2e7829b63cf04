//! The idempotency records: what became of each message a visitor sent, by the key it was sent
//! with.
//!
//! A record, and the log entry of its message, are written before anything is forwarded. So a reply
//! that overtakes the answer still stands after the message, and a crash in between leaves a trace:
//! such a send becomes `unknown`, never a second send. Only a `failed` one may be forwarded again.

use chataibot_wire::{Content, entry::DeliveryState};
use sha2::{Digest, Sha256};

use crate::ids::ConversationId;

/// Whose message it is, and the key it came with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SendKey {
    pub site: String,
    pub visitor: String,
    /// The `Idempotency-Key`, which is the client message id.
    pub key: String,
}

/// A message to send: what must be the same when its key comes again.
#[derive(Clone, Debug)]
pub struct NewSend {
    pub key: SendKey,
    /// A digest of what is sent and where to.
    pub fingerprint: [u8; 32],
    pub body: MessageBody,
}

/// A digest of some texts, each with its length, so that no two lists of texts share one.
pub fn fingerprint(parts: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// What a message says.
#[derive(Clone, Debug)]
pub struct MessageBody {
    /// What the log shows.
    pub content: Content,
    /// What its echo may say instead, separators aside: a platform that is told values and links
    /// may repeat those.
    pub echoes: Vec<String>,
}

/// One record's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendId(pub(in crate::store) i64);

/// What to do with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BeginOutcome {
    /// It is logged: forward it, then [`Store::settle`] it.
    Forward(Forward),
    /// It was here before: answer from the record, forward nothing.
    Known(Record),
    /// The key was used for something else.
    KeyReused,
    /// The conversation has ended. Nothing was logged.
    Ended,
    /// There is no such conversation of this visitor's. Nothing was logged.
    NotFound,
    /// Nobody knows yet under which id the platform has the conversation. Nothing was logged.
    NotYetBound,
    /// Another proxy is forwarding this message, or another one of its conversation. Nothing was
    /// logged; ask again when the log has grown, or soon.
    OwnedByPeer(ConversationId),
}

/// A message that is to be forwarded now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    pub send: SendId,
    pub conversation: ConversationId,
    /// The platform's id of the conversation; `None` for a start.
    pub platform_id: Option<String>,
}

/// What is known of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its conversation's alias.
    pub alias: String,
    pub state: DeliveryState,
    /// Of an accepted start `created_at`, of an accepted send the platform's message id; each as
    /// the platform wrote it.
    pub answer: Option<String>,
    /// Why, when it was refused.
    pub refusal: Option<PlatformRefusal>,
}

/// A final refusal by the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformRefusal {
    pub status: u16,
    pub code: String,
}

/// How forwarding ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The platform took it.
    Accepted {
        /// Of a start: the platform's id of the new conversation.
        platform_id: Option<String>,
        /// As [`Record::answer`].
        answer: Option<String>,
    },
    /// It definitely did not arrive.
    Failed,
    /// The platform refused it for good.
    Refused(PlatformRefusal),
    /// The answer was lost.
    Unknown,
}

/// What settling came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub record: Record,
    /// Events that had waited for the conversation and are in its log now.
    pub released: u64,
    /// The platform named a conversation that belongs to another visitor: nothing was bound.
    pub foreign: bool,
}

/// The name of a state in a store.
pub(in crate::store) const fn name_of(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Sending => "sending",
        DeliveryState::Sent => "sent",
        DeliveryState::Unknown => "unknown",
        DeliveryState::Failed => "failed",
        DeliveryState::Refused => "refused",
    }
}

/// A name nobody wrote counts as `unknown`, the one state that promises nothing and forwards
/// nothing.
pub(in crate::store) fn state_of(name: &str) -> DeliveryState {
    match name {
        "sending" => DeliveryState::Sending,
        "sent" => DeliveryState::Sent,
        "failed" => DeliveryState::Failed,
        "refused" => DeliveryState::Refused,
        _ => DeliveryState::Unknown,
    }
}
