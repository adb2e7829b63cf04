//! Who is listening to which conversation: hands each committed entry to its subscribers. Knows no log and no network.
//! `tests/log_reader.rs` runs this very file under every schedule of small cases, with locks and counters of its own in `sync`.
//!
//! A subscriber that wants all of a log subscribes first, reads the log after that, and skips what it has read already:
//! whatever is committed after its reading was published after its subscribing. The log's numbers have no gaps, so
//! "already read" is a comparison of two numbers.

use std::collections::{HashMap, hash_map::Entry as Slot};

use chataibot_wire::Entry;
use tokio::sync::mpsc;

use super::{
    store::ConversationId,
    sync::{Arc, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError},
};

/// How many entries may wait for one reader. A reader further behind is cut, and comes back with its cursor.
pub const QUEUE: usize = 256;

/// How many may listen to one conversation: a browser needs one, and a reconnecting one leaves some dead ones behind. One more cuts
/// the oldest.
pub const MAX_SUBSCRIBERS: usize = 32;

/// The hub. Clones are the same hub.
#[derive(Clone, Default)]
pub struct Hub {
    // A std Mutex: it is held for a few pushes and never across an await.
    topics: Arc<Mutex<HashMap<ConversationId, Vec<Sender>>>>,
    // Never used twice: the drop of a subscriber that was cut must not take another one's sender.
    next_id: Arc<AtomicU64>,
}

/// One subscriber, seen from the hub.
struct Sender {
    id: u64,
    queue: mpsc::Sender<Arc<Entry>>,
}

impl Hub {
    /// Listens to a conversation from now on, until the subscriber is dropped.
    #[must_use]
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

    /// Hands an entry to everyone who listens, and cuts those whose queue is full. Called in the order of the log, after commit.
    pub fn publish(&self, conversation: ConversationId, entry: &Arc<Entry>) {
        let mut topics = self.topics();
        if let Slot::Occupied(mut topic) = topics.entry(conversation) {
            // Dropping the sender ends the subscriber's queue after what is already in it.
            topic.get_mut().retain(|sender| sender.queue.try_send(Arc::clone(entry)).is_ok());
            if topic.get().is_empty() {
                topic.remove();
            }
        }
    }

    /// Ends every subscription to a conversation, because it was deleted.
    pub fn end(&self, conversation: ConversationId) {
        self.topics().remove(&conversation);
    }

    /// Ends every subscription, because of what may have been missed. Each reader comes back with its cursor.
    pub fn clear(&self) {
        self.topics().clear();
    }

    /// Does anybody listen to that conversation?
    #[must_use]
    pub fn is_listened_to(&self, conversation: ConversationId) -> bool {
        self.topics().contains_key(&conversation)
    }

    /// How many subscribers there are.
    #[must_use]
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
    /// The next entry; `None` when this reader was too slow and was cut, or the conversation was deleted.
    pub async fn next(&mut self) -> Option<Arc<Entry>> {
        self.queue.recv().await
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        let mut topics = self.hub.topics();
        if let Slot::Occupied(mut topic) = topics.entry(self.conversation) {
            topic.get_mut().retain(|sender| sender.id != self.id);
            if topic.get().is_empty() {
                topic.remove();
            }
        }
    }
}
