//! A long log in parts: its last entries first, then the pages before them.

use chataibot_wire::entry::{Begin, Poll};
use chataibot_wire::{Cursor, Entry};

use crate::browser::{StreamItem, refusal};
use crate::harness::{Harness, key, says, short};
use crate::streams::store;

fn numbers(entries: &[Entry]) -> Vec<u32> {
    entries.iter().map(|entry| entry.cursor.seq).collect()
}

#[tokio::test]
async fn a_reader_begins_with_the_last_entries_and_pages_back_to_the_first() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    store(&harness, 0..300).await;
    let whole = {
        let mut stream = browser.stream(&alias, None).await;
        stream.entries(302).await
    };

    let mut stream = browser.stream_of(&alias, "?last=40", None).await;
    assert_eq!(stream.next().await, Some(StreamItem::Comment));
    assert_eq!(stream.next().await, Some(StreamItem::Begin(Begin { earlier: true })));
    let mut seen = stream.entries(40).await;
    assert_eq!(numbers(&seen), (263..=302).collect::<Vec<_>>());
    let Poll { entries, earlier, reset, .. } = browser.page(&alias, "?last=40").await;
    assert_eq!((&entries, earlier, reset), (&seen, Some(true), None), "a poll tells the same");

    let mut sizes = Vec::new();
    loop {
        let page = browser.page(&alias, &format!("?before={}&limit=100", seen[0].cursor)).await;
        assert_eq!(page.reset, None);
        sizes.push(page.entries.len());
        seen.splice(0..0, page.entries);
        if page.earlier != Some(true) {
            assert_eq!(page.earlier, Some(false));
            break;
        }
    }
    assert_eq!(sizes, [100, 100, 62]);
    assert_eq!(seen, whole, "no gap, no double");
    let first = browser.page(&alias, &format!("?before={}", whole[0].cursor)).await;
    assert_eq!((first.entries, first.earlier), (vec![], Some(false)));
    let usual = browser.page(&alias, &format!("?before={}", whole[200].cursor)).await;
    assert_eq!((numbers(&usual.entries), usual.earlier), ((151..=200).collect(), Some(true)), "50 when nobody says");

    harness.tell(vec![says("bot", "conversation-1", "new")]).await;
    assert_eq!(short(&[stream.entry().await]), ["bot: new"], "and the stream goes on");
}

#[tokio::test]
async fn a_short_log_is_told_whole_and_says_that_nothing_is_before_it() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let log = browser.log(&alias).await;
    for last in [2, 200] {
        let mut stream = browser.stream_of(&alias, &format!("?last={last}"), None).await;
        assert_eq!(stream.next().await, Some(StreamItem::Comment));
        assert_eq!(stream.next().await, Some(StreamItem::Begin(Begin { earlier: false })));
        assert_eq!(stream.entries(2).await, log);
        assert_eq!(browser.page(&alias, &format!("?last={last}")).await.earlier, Some(false));
    }
    assert_eq!(browser.page(&alias, "").await.earlier, None, "who does not ask is not told");
}

#[tokio::test]
async fn a_reader_with_a_cursor_goes_on_from_it_and_is_told_no_beginning() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    store(&harness, 0..10).await;
    let log = browser.log(&alias).await;
    let mut stream = browser.stream_of(&alias, "?last=2", Some(log[3].cursor)).await;
    assert_eq!(stream.next().await, Some(StreamItem::Comment));
    assert_eq!(stream.entries(8).await, log[4..]);
    let poll = browser.page(&alias, &format!("?last=2&after={}", log[3].cursor)).await;
    assert_eq!((poll.entries, poll.earlier), (log[4..].to_vec(), None));
}

#[tokio::test]
async fn a_cursor_that_does_not_fit_is_told_and_gets_the_last_entries() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    store(&harness, 0..10).await;
    let log = browser.log(&alias).await;
    let epoch = log[0].cursor.epoch;
    for (cursor, reason) in [(Cursor { epoch: epoch + 1, seq: 5 }, "epoch"), (Cursor { epoch, seq: 14 }, "future")] {
        let page = browser.page(&alias, &format!("?before={cursor}&limit=3")).await;
        assert_eq!(page.reset.expect("a reset").reason, reason);
        assert_eq!((page.entries, page.earlier), (log[9..].to_vec(), Some(true)));
        let mut stream = browser.stream_of(&alias, "?last=3", Some(cursor)).await;
        assert_eq!(stream.next().await, Some(StreamItem::Comment));
        assert!(matches!(stream.next().await, Some(StreamItem::Reset(reset)) if reset.reason == reason));
        assert_eq!(stream.next().await, Some(StreamItem::Begin(Begin { earlier: true })));
        assert_eq!(stream.entries(3).await, log[9..]);
        let poll = browser.page(&alias, &format!("?last=3&after={cursor}")).await;
        assert_eq!((poll.reset.is_some(), poll.entries, poll.earlier), (true, log[9..].to_vec(), Some(true)));
    }
    let end = browser.page(&alias, &format!("?before={epoch}-13&limit=1")).await;
    assert_eq!((end.reset, numbers(&end.entries)), (None, vec![12]), "right behind the last one is no gap");
}

#[tokio::test]
async fn a_page_is_asked_for_exactly_and_only_by_its_owner() {
    let harness = Harness::open().await;
    let (browser, other) = (harness.browser().await, harness.browser().await);
    let alias = browser.start(&key(1), "Hello").await;
    let cursor = browser.log(&alias).await[1].cursor;
    let json = [("accept", "application/json")];
    for query in [
        "?last=0",
        "?last=201",
        "?last=-1",
        "?last=many",
        "?before=x",
        "?before=",
        &format!("?before={cursor}&limit=0"),
        &format!("?before={cursor}&limit=201"),
        &format!("?before={cursor}&last=1"),
        &format!("?before={cursor}&after={cursor}"),
    ] {
        let refused = refusal(browser.get(&alias, query, &json).await).await;
        assert_eq!(refused, (400, "BAD_REQUEST".to_owned()), "{query}");
    }
    let stream = browser.get(&alias, &format!("?before={cursor}"), &[("accept", "text/event-stream")]).await;
    assert_eq!(refusal(stream).await.0, 400);
    for query in [format!("?before={cursor}"), "?last=5".to_owned()] {
        let refused = refusal(other.get(&alias, &query, &json).await).await;
        assert_eq!(refused, (404, "NOT_FOUND".to_owned()), "{query}");
    }
}
