//! In-process publish/subscribe: hands each committed entry to the subscribers of its conversation.
//! Knows no log and no network. `tests/log_reader.rs` runs this very file under every schedule of
//! small cases, with locks and counters of its own in `sync`.
//!
//! A subscriber that wants all of a log subscribes first, reads the log after that, and skips what
//! it has read already: whatever is committed after its reading was published after its
//! subscribing. The log's numbers have no gaps, so "already read" is a comparison of two numbers.

use std::collections::{HashMap, hash_map::Entry as Slot};

use chataibot_wire::Entry;
use tokio::sync::mpsc;

use super::{
    ids::ConversationId,
    sync::{Arc, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError},
};

/// How many entries may wait for one reader. A reader further behind is cut, and comes back with
/// its cursor.
pub const QUEUE: usize = 256;

/// How many may listen to one conversation: a browser needs one, and a reconnecting one leaves some
/// dead ones behind. One more cuts the oldest.
pub const MAX_SUBSCRIBERS: usize = 32;

/// The hub. Clones are the same hub.
#[derive(Clone, Default)]
pub struct Hub {
    /// Subscribers by conversation, oldest first. A std mutex: publishers and subscribers hold it
    /// for a few pushes into bounded queues, and never across an await. A topic without subscribers
    /// is removed, so that the map is as small as what is listened to.
    topics: Arc<Mutex<HashMap<ConversationId, Vec<Sender>>>>,
    /// Never used twice: the drop of a subscriber that was cut must not remove another one's
    /// sender.
    next_id: Arc<AtomicU64>,
}

/// One subscriber, seen from the hub.
struct Sender {
    id: u64,
    queue: mpsc::Sender<Arc<Entry>>,
}

impl Hub {
    /// Listens to a conversation from now on, until the subscriber is dropped.
    pub fn subscribe(&self, conversation: ConversationId) -> Subscriber {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mut topics = self.topics();
        let senders = topics.entry(conversation).or_default();
        if senders.len() >= MAX_SUBSCRIBERS {
            senders.remove(0);
        }
        senders.push(Sender { id, queue: sender });
        drop(topics);
        Subscriber { hub: self.clone(), conversation, id, queue: receiver }
    }

    /// Hands an entry to everyone who listens, and cuts those whose queue is full. Called in the
    /// order of the log, after commit.
    pub fn publish(&self, conversation: ConversationId, entry: &Arc<Entry>) {
        // Dropping the sender ends the subscriber's queue after what is already in it.
        self.retain(conversation, |sender| sender.queue.try_send(Arc::clone(entry)).is_ok());
    }

    fn retain(&self, conversation: ConversationId, keep: impl FnMut(&Sender) -> bool) {
        if let Slot::Occupied(mut topic) = self.topics().entry(conversation) {
            topic.get_mut().retain(keep);
            if topic.get().is_empty() {
                topic.remove();
            }
        }
    }

    /// Ends every subscription to a conversation, because it was deleted.
    pub fn end(&self, conversation: ConversationId) {
        self.topics().remove(&conversation);
    }

    /// Ends every subscription, because of what may have been missed. Each reader comes back with
    /// its cursor.
    pub fn clear(&self) {
        self.topics().clear();
    }

    /// Does anybody listen to that conversation?
    pub fn is_listened_to(&self, conversation: ConversationId) -> bool {
        self.topics().contains_key(&conversation)
    }

    /// How many subscribers there are.
    pub fn subscribers(&self) -> usize {
        self.topics().values().map(Vec::len).sum()
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<ConversationId, Vec<Sender>>> {
        // Nothing in here panics between two states, so a poisoned lock still guards a whole map.
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One reader of one conversation. Dropping it ends the subscription.
pub struct Subscriber {
    hub: Hub,
    conversation: ConversationId,
    id: u64,
    queue: mpsc::Receiver<Arc<Entry>>,
}

impl Subscriber {
    /// The next entry; `None` when this reader was too slow and was cut, or the conversation was
    /// deleted.
    pub async fn next(&mut self) -> Option<Arc<Entry>> {
        self.queue.recv().await
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.hub.retain(self.conversation, |sender| sender.id != self.id);
    }
}
