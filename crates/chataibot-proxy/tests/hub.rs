//! The hub: who receives what is published, and when a reader is cut.

use std::sync::Arc;

use chataibot_proxy::hub::{Hub, MAX_SUBSCRIBERS, QUEUE_LENGTH};
use chataibot_proxy::ids::ConversationId;
use chataibot_wire::{Cursor, Entry, Event, entry::Status};

const TOPIC: ConversationId = ConversationId::new(7);

fn entry(seq: u32) -> Arc<Entry> {
    Arc::new(Entry { cursor: Cursor { epoch: 1, seq }, at: 0, event: Event::Status(Status::Open) })
}

#[tokio::test]
async fn every_subscriber_gets_every_entry_in_order() {
    let hub = Hub::default();
    let mut readers = [hub.subscribe(TOPIC), hub.subscribe(TOPIC)];
    let mut elsewhere = hub.subscribe(ConversationId::new(8));
    for seq in 1..=3 {
        hub.publish(TOPIC, &entry(seq));
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
    let mut slow = hub.subscribe(TOPIC);
    let mut quick = hub.subscribe(TOPIC);
    let full = u32::try_from(QUEUE_LENGTH).expect("a small number");
    for seq in 1..=full + 1 {
        hub.publish(TOPIC, &entry(seq));
        assert_eq!(quick.next().await.expect("an entry").cursor.seq, seq);
    }
    for seq in 1..=full {
        assert_eq!(slow.next().await.expect("queued").cursor.seq, seq);
    }
    assert!(slow.next().await.is_none(), "cut, never a silent gap");
    assert_eq!(hub.subscribers(), 1);
}

#[tokio::test]
async fn one_reader_too_many_cuts_the_oldest() {
    let hub = Hub::default();
    let mut oldest = hub.subscribe(TOPIC);
    let mut others: Vec<_> = (0..MAX_SUBSCRIBERS).map(|_| hub.subscribe(TOPIC)).collect();
    assert!(oldest.next().await.is_none());
    drop(oldest);
    hub.publish(TOPIC, &entry(1));
    for reader in &mut others {
        assert_eq!(reader.next().await.expect("an entry").cursor.seq, 1);
    }
}

#[tokio::test]
async fn a_dropped_subscriber_leaves_nothing_behind() {
    let hub = Hub::default();
    let first = hub.subscribe(TOPIC);
    let second = hub.subscribe(TOPIC);
    drop(first);
    let third = hub.subscribe(TOPIC);
    assert_eq!(hub.subscribers(), 2);
    drop(second);
    drop(third);
    assert_eq!(hub.subscribers(), 0);
    assert!(!hub.has_subscribers(TOPIC));
}
