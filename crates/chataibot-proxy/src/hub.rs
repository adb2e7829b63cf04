//! Who is listening to which conversation: hands each committed entry to its subscribers. Knows no log and no network.
//!
//! A subscriber that wants all of a log subscribes first, reads the log after that, and skips what it has read already:
//! whatever is committed after its reading was published after its subscribing. The log's numbers have no gaps, so
//! "already read" is a comparison of two numbers.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use chataibot_wire::Entry;
use tokio::sync::mpsc;

use crate::store::ConversationId;

/// How many entries may wait for one reader. A reader further behind is cut, and comes back with its cursor.
const QUEUE: usize = 256;

/// How many may listen to one conversation: a browser needs one, and a reconnecting one leaves some dead ones behind. One more cuts
/// the oldest.
const SEATS: usize = 32;

/// The hub. Clones are the same hub.
#[derive(Clone, Default)]
pub struct Hub {
    // A std Mutex: it is held for a few pushes and never across an await.
    rooms: Arc<Mutex<HashMap<ConversationId, Vec<Seat>>>>,
    // Never used twice: the drop of a subscriber that was cut must not take another one's seat.
    next_id: Arc<AtomicU64>,
}

/// One subscriber, seen from the hub.
struct Seat {
    id: u64,
    queue: mpsc::Sender<Arc<Entry>>,
}

impl Hub {
    /// Listens to a conversation from now on, until the subscriber is dropped.
    #[must_use]
    pub fn subscribe(&self, conversation: ConversationId) -> Subscriber {
        self.subscribe_with(conversation, QUEUE)
    }

    fn subscribe_with(&self, conversation: ConversationId, queue: usize) -> Subscriber {
        let (sender, receiver) = mpsc::channel(queue);
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mut rooms = self.rooms();
        let seats = rooms.entry(conversation).or_default();
        if seats.len() >= SEATS {
            seats.remove(0);
        }
        seats.push(Seat { id, queue: sender });
        drop(rooms);
        Subscriber { hub: self.clone(), conversation, id, queue: receiver }
    }

    /// Hands an entry to everyone who listens, and cuts those whose queue is full. Called in the order of the log, after commit.
    pub fn publish(&self, conversation: ConversationId, entry: &Arc<Entry>) {
        let mut rooms = self.rooms();
        if let Slot::Occupied(mut room) = rooms.entry(conversation) {
            // Dropping the sender ends the subscriber's queue after what is already in it.
            room.get_mut().retain(|seat| seat.queue.try_send(Arc::clone(entry)).is_ok());
            if room.get().is_empty() {
                room.remove();
            }
        }
    }

    /// Ends every subscription to a conversation, because it was deleted.
    pub fn end(&self, conversation: ConversationId) {
        self.rooms().remove(&conversation);
    }

    /// Ends every subscription, because of what may have been missed. Each reader comes back with its cursor.
    pub fn clear(&self) {
        self.rooms().clear();
    }

    /// Does anybody listen to that conversation?
    #[must_use]
    pub fn is_listened_to(&self, conversation: ConversationId) -> bool {
        self.rooms().contains_key(&conversation)
    }

    /// How many subscribers there are.
    #[must_use]
    pub fn subscribers(&self) -> usize {
        self.rooms().values().map(Vec::len).sum()
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<ConversationId, Vec<Seat>>> {
        // Nothing in here panics between two states, so a poisoned lock still guards a whole map.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut rooms = self.hub.rooms();
        if let Slot::Occupied(mut room) = rooms.entry(self.conversation) {
            room.get_mut().retain(|seat| seat.id != self.id);
            if room.get().is_empty() {
                room.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chataibot_wire::{Cursor, Event, entry::Status};

    use super::*;

    const ROOM: ConversationId = ConversationId::new(7);

    fn entry(seq: u32) -> Arc<Entry> {
        Arc::new(Entry { cursor: Cursor { epoch: 1, seq }, at: 0, event: Event::Status(Status::Open) })
    }

    #[tokio::test]
    async fn every_subscriber_gets_every_entry_in_order() {
        let hub = Hub::default();
        let mut readers = [hub.subscribe(ROOM), hub.subscribe(ROOM)];
        let mut elsewhere = hub.subscribe(ConversationId::new(8));
        for seq in 1..=3 {
            hub.publish(ROOM, &entry(seq));
        }
        for reader in &mut readers {
            for seq in 1..=3 {
                assert_eq!(reader.next().await.expect("an entry").cursor.seq, seq);
            }
        }
        hub.end(ConversationId::new(8));
        assert!(elsewhere.next().await.is_none(), "nothing of another conversation came");
    }

    #[tokio::test]
    async fn a_reader_that_is_too_slow_is_cut_after_what_it_has_and_the_others_go_on() {
        let hub = Hub::default();
        let mut slow = hub.subscribe_with(ROOM, 2);
        let mut quick = hub.subscribe(ROOM);
        for seq in 1..=3 {
            hub.publish(ROOM, &entry(seq));
        }
        assert_eq!(slow.next().await.expect("queued").cursor.seq, 1);
        assert_eq!(slow.next().await.expect("queued").cursor.seq, 2);
        assert!(slow.next().await.is_none(), "cut, never a silent gap");
        for seq in 1..=3 {
            assert_eq!(quick.next().await.expect("an entry").cursor.seq, seq);
        }
        assert_eq!(hub.subscribers(), 1);
    }

    #[tokio::test]
    async fn one_reader_too_many_cuts_the_oldest() {
        let hub = Hub::default();
        let mut oldest = hub.subscribe(ROOM);
        let mut others: Vec<_> = (0..SEATS).map(|_| hub.subscribe(ROOM)).collect();
        assert!(oldest.next().await.is_none());
        drop(oldest);
        hub.publish(ROOM, &entry(1));
        for reader in &mut others {
            assert_eq!(reader.next().await.expect("an entry").cursor.seq, 1);
        }
    }

    #[tokio::test]
    async fn a_dropped_subscriber_leaves_nothing_behind() {
        let hub = Hub::default();
        let first = hub.subscribe(ROOM);
        let second = hub.subscribe(ROOM);
        drop(first);
        let third = hub.subscribe(ROOM);
        assert_eq!(hub.subscribers(), 2);
        drop(second);
        drop(third);
        assert_eq!(hub.subscribers(), 0);
        assert!(hub.rooms().is_empty());
    }
}
