//! In-process publish/subscribe: hands each committed entry to the subscribers of its conversation.
//! Independent of log and network. `tests/log_reader.rs` compiles this very file with its own locks
//! and counters in `sync`, and runs it under every schedule of small cases.
//!
//! A subscriber that needs the whole log subscribes first, then reads the log, and skips entries it
//! has already read: whatever is committed after the read was published after the subscription. The
//! log's numbers have no gaps, so "already read" is a comparison of two numbers.

use std::collections::{HashMap, hash_map::Entry as Slot};

use chataibot_wire::Entry;
use tokio::sync::mpsc;

use super::ids::ConversationId;
use super::sync::{Arc, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError};

/// Entries that may be queued for one subscriber. One further behind is cut off, and comes back.
pub const QUEUE_LENGTH: usize = 256;

/// Maximum subscribers of one conversation: a browser needs one, and reconnecting leaves some dead
/// ones behind. One more cuts off the oldest.
pub const MAX_SUBSCRIBERS: usize = 32;

/// Handle to the hub. Clones share its state.
#[derive(Clone, Default)]
pub struct Hub {
    /// Subscribers by conversation, oldest first. A std mutex: publishers and subscribers hold it
    /// for a few pushes into bounded queues, and never across an await. Topics without subscribers
    /// are removed, which keeps the map small.
    topics: Arc<Mutex<HashMap<ConversationId, Vec<Sender>>>>,
    /// Never reused: dropping a subscriber that was cut off must not remove another one's sender.
    next_id: Arc<AtomicU64>,
}

/// The hub's side of a subscription.
struct Sender {
    id: u64,
    queue: mpsc::Sender<Arc<Entry>>,
}

impl Hub {
    /// Subscribes to a conversation's entries from now on, until the subscriber is dropped.
    pub fn subscribe(&self, conversation: ConversationId) -> Subscriber {
        let (sender, receiver) = mpsc::channel(QUEUE_LENGTH);
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

    /// Sends an entry to all subscribers of its conversation, and cuts off those whose queue is
    /// full. Called in the order of the log, after the commit.
    pub fn publish(&self, conversation: ConversationId, entry: &Arc<Entry>) {
        // Once its sender is dropped, the subscriber still gets what is in its queue, then `None`.
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

    /// Ends every subscription, because entries may have been missed; readers return with cursors.
    pub fn clear(&self) {
        self.topics().clear();
    }

    /// Whether the conversation has subscribers.
    pub fn has_subscribers(&self, conversation: ConversationId) -> bool {
        self.topics().contains_key(&conversation)
    }

    /// The number of subscribers.
    pub fn subscribers(&self) -> usize {
        self.topics().values().map(Vec::len).sum()
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<ConversationId, Vec<Sender>>> {
        // No change to the map can panic halfway, so it is consistent even if the lock is poisoned.
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A subscription to one conversation. Dropping it unsubscribes.
pub struct Subscriber {
    hub: Hub,
    conversation: ConversationId,
    id: u64,
    queue: mpsc::Receiver<Arc<Entry>>,
}

impl Subscriber {
    /// The next entry; `None` if this subscriber was too slow, or its conversation was deleted.
    pub async fn next(&mut self) -> Option<Arc<Entry>> {
        self.queue.recv().await
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.hub.retain(self.conversation, |sender| sender.id != self.id);
    }
}
