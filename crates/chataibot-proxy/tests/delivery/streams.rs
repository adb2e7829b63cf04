//! Reading a log while it grows: no gap, no duplicate, and a clean end.

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use chataibot_proxy::ids::ConversationId;
use chataibot_proxy::normalise::{EventKind, Incoming};
use chataibot_proxy::store::ReadFrom;
use chataibot_wire::{Author, Content, Cursor, Entry, RichText, content::Text, entry::Poll};
use futures_util::StreamExt;

use crate::browser::{Browser, StreamItem, refusal};
use crate::harness::{Harness, key, says, short};

/// Stores bot messages with these numbers, without a network.
pub async fn store(harness: &Harness, texts: std::ops::Range<usize>) {
    let events = texts
        .map(|n| Incoming {
            conversation: "conversation-1".to_owned(),
            visitor_key: None,
            id: Some(n.to_string()),
            kind: EventKind::Message {
                author: Author::Bot,
                content: Content::Text(Text { body: RichText::plain(n.to_string()), prompt: None }),
            },
        })
        .collect();
    let tally = harness.app().store.receive(1, vec!["demo".to_owned()], events).await.expect("stored");
    assert_eq!(tally.foreign + tally.redelivered, 0);
}

fn after(cursor: Cursor) -> ReadFrom {
    ReadFrom { after: Some(cursor), last: None }
}

async fn conversation(harness: &Harness, browser: &Browser, alias: &str) -> ConversationId {
    harness.app().store.owned_conversation("demo", &browser.visitor, alias).await.expect("asked").expect("owned").id
}

/// Number of streams that ended for this reason.
fn ends(harness: &Harness, reason: &str) -> u64 {
    harness.app().metrics.stream_ends.with_label_values(&[reason]).get()
}

/// Reads over as many streams as necessary, until entry `last`.
async fn read_until(browser: Browser, alias: String, last: u32) -> Vec<Entry> {
    let mut seen: Vec<Entry> = Vec::new();
    loop {
        let mut stream = browser.stream(&alias, seen.last().map(|entry| entry.cursor)).await;
        while let Some(said) = stream.next().await {
            match said {
                StreamItem::Comment => {}
                StreamItem::Entry(entry) => {
                    let done = entry.cursor.seq == last;
                    seen.push(entry);
                    if done {
                        return seen;
                    }
                }
                StreamItem::Reset(_) | StreamItem::Begin(_) | StreamItem::Reauth => panic!("no reason for {said:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_come_at_any_time_see_each_of_thousands_of_entries_once() {
    const WRITERS: usize = 4;
    const DELIVERIES: usize = 75;
    const EVENTS: usize = 10;
    let harness = Arc::new(Harness::open().await);
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let last = u32::try_from(2 + WRITERS * DELIVERIES * EVENTS).expect("a small number");

    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let harness = Arc::clone(&harness);
            tokio::spawn(async move {
                for delivery in 0..DELIVERIES {
                    let text = |event| format!("{writer} {delivery} {event}");
                    harness.tell((0..EVENTS).map(|event| says("bot", "conversation-1", &text(event))).collect()).await;
                }
            })
        })
        .collect();
    let mut readers = Vec::new();
    for tenth in 0..10 {
        // Each reader starts when about that many tenths of the log are stored.
        let stored = last as usize * tenth / 10;
        harness.until(|harness| harness.app().metrics.webhook_entries.get() as usize >= stored.saturating_sub(2)).await;
        readers.push(tokio::spawn(read_until(browser.clone(), alias.clone(), last)));
    }
    for writer in writers {
        writer.await.expect("written");
    }
    let mut first: Option<Vec<Entry>> = None;
    for reader in readers {
        let seen = reader.await.expect("read");
        let numbers: Vec<u32> = seen.iter().map(|entry| entry.cursor.seq).collect();
        assert_eq!(numbers, (1..=last).collect::<Vec<_>>(), "no gap, no double");
        assert_eq!(*first.get_or_insert_with(|| seen.clone()), seen, "the same for all");
    }
    let texts = short(&first.expect("ten readers"));
    for writer in 0..WRITERS {
        let own: Vec<_> = texts.iter().filter(|text| text.starts_with(&format!("bot: {writer} "))).collect();
        let sent = (0..DELIVERIES).flat_map(|d| (0..EVENTS).map(move |e| format!("bot: {writer} {d} {e}")));
        assert!(own.into_iter().eq(sent.collect::<Vec<_>>().iter()), "in the order in which it was told");
    }
}

#[tokio::test]
async fn a_long_log_is_replayed_whole_and_resumed_where_it_was_left() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    store(&harness, 0..1_000).await;
    let seen = read_until(browser.clone(), alias.clone(), 1_002).await;
    assert_eq!(seen.len(), 1_002);
    for at in [0, 1, 200, 1_000] {
        let mut stream = browser.stream(&alias, Some(seen[at].cursor)).await;
        assert_eq!(stream.entries(1_001 - at).await, seen[at + 1..]);
    }
    let mut live = browser.stream(&alias, Some(seen[1_001].cursor)).await;
    assert_eq!(live.next().await, Some(StreamItem::Comment));
    harness.tell(vec![says("bot", "conversation-1", "new")]).await;
    assert_eq!(short(&[live.entry().await]), ["bot: new"]);
}

#[tokio::test]
async fn a_cursor_that_does_not_fit_is_told_and_gets_the_whole_log() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let log = browser.log(&alias).await;
    let epoch = log[0].cursor.epoch;
    for (cursor, reason) in [
        (Cursor { epoch: epoch + 1, seq: 1 }, "epoch"),
        (Cursor { epoch: 0, seq: 0 }, "epoch"),
        (Cursor { epoch, seq: 3 }, "future"),
        (Cursor { epoch, seq: u32::MAX }, "future"),
    ] {
        let mut stream = browser.stream(&alias, Some(cursor)).await;
        assert_eq!(stream.next().await, Some(StreamItem::Comment));
        let Some(StreamItem::Reset(reset)) = stream.next().await else { panic!("a reset for {cursor}") };
        assert_eq!(reset.reason, reason);
        assert_eq!(stream.entries(2).await, log);
        let Poll { reset, entries, .. } = browser.poll(&alias, Some(cursor), 25).await;
        assert_eq!(
            (reset.expect("a reset").reason.as_str(), entries),
            (reason, log.clone()),
            "at once, without waiting"
        );
    }
    for malformed in ["1", "1-", "-1", "1-01", "+1-1", "a-b", "1-1-1", "4294967296-0"] {
        let refused = refusal(browser.get(&alias, "", &[("last-event-id", malformed)]).await).await;
        assert_eq!(refused, (400, "BAD_REQUEST".to_owned()), "{malformed}");
    }
    for query in ["?wait=-1", "?wait=soon", "?after=x"] {
        let refused = refusal(browser.get(&alias, query, &[("accept", "application/json")]).await).await;
        assert_eq!(refused, (400, "BAD_REQUEST".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn a_poll_waits_for_something_and_then_tells_it() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let log = browser.poll(&alias, None, 25).await;
    assert_eq!((log.reset, short(&log.entries)), (None, vec!["visitor: hello".to_owned(), "01 sent".to_owned()]));
    let last = log.entries[1].cursor;
    assert_eq!(browser.poll(&alias, Some(last), 0).await.entries, []);
    let waiting = tokio::spawn({
        let (browser, alias) = (browser.clone(), alias.clone());
        async move { browser.poll(&alias, Some(last), 25).await }
    });
    harness.until(|harness| harness.app().hub.subscribers() == 1).await;
    harness.tell(vec![says("bot", "conversation-1", "Hi")]).await;
    assert_eq!(short(&waiting.await.expect("answered").entries), ["bot: hi"]);
    assert_eq!(harness.app().hub.subscribers(), 0);

    let mut all = Vec::new();
    store(&harness, 0..450).await;
    loop {
        let page = browser.poll(&alias, all.last().map(|entry: &Entry| entry.cursor), 0).await.entries;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    assert!(all.iter().map(|entry| entry.cursor.seq).eq(1..=453), "page by page");
}

#[tokio::test]
async fn a_poll_that_waits_in_vain_is_empty() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let conversation = conversation(&harness, &browser, &alias).await;
    let last = browser.log(&alias).await[1].cursor;
    let (app, visitor) = (Arc::clone(harness.app()), harness.visitor(&browser));
    let began = tokio::time::Instant::now();
    let waiting = tokio::spawn(async move {
        app.services.streams.poll(&visitor, conversation, after(last), Duration::from_secs(1_000)).await
    });
    harness.until(|harness| harness.app().hub.subscribers() == 1).await;
    // Reads are answered in order: once this one is, the poll has read, and no socket is late when
    // the clock jumps.
    browser.log(&alias).await;
    tokio::time::pause();
    let poll = waiting.await.expect("ran").expect("read").expect("not revoked");
    assert_eq!(poll.entries, []);
    assert_eq!(began.elapsed().as_secs(), 25, "never longer than that");
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_cut_and_misses_nothing() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let conversation = conversation(&harness, &browser, &alias).await;
    let open = |cursor: Option<Cursor>| {
        let place = cursor.map_or(ReadFrom::default(), after);
        harness.app().services.streams.events(harness.visitor(&browser), conversation, place)
    };

    let mut slow = pin!(open(None));
    let opening = [next(&mut slow).await, next(&mut slow).await].concat();
    assert_eq!(cursors(&opening).len(), 2);
    // A stream that is read from now on is live; this one is not read for a thousand entries.
    store(&harness, 0..1).await;
    assert_eq!(cursors(&next(&mut slow).await).len(), 1);
    store(&harness, 1..1_000).await;
    let mut seen = Vec::new();
    while let Some(chunk) = slow.next().await {
        seen.extend(cursors(&chunk.expect("bytes")));
    }
    assert!(seen.len() < 999, "cut");
    assert_eq!((harness.app().metrics.streams_cut.get(), ends(&harness, "cut")), (1, 1));
    let mut resumed = pin!(open(seen.last().copied()));
    while seen.last().is_none_or(|cursor| cursor.seq < 1_002) {
        seen.extend(cursors(&next(&mut resumed).await));
    }
    assert!(seen.iter().map(|cursor| cursor.seq).eq(4..=1_002), "no gap, no double");
}

async fn next(
    stream: &mut (impl futures_util::Stream<Item = Result<Bytes, std::convert::Infallible>> + Unpin),
) -> Bytes {
    stream.next().await.expect("not the end").expect("bytes")
}

fn cursors(chunk: &[u8]) -> Vec<Cursor> {
    let text = std::str::from_utf8(chunk).expect("UTF-8");
    text.lines().filter_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().expect("a cursor")).collect()
}

#[tokio::test]
async fn a_quiet_stream_speaks_every_15_to_25_seconds_and_asks_for_a_new_token_in_time() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let conversation = conversation(&harness, &browser, &alias).await;
    let visitor = harness.visitor(&browser);
    let life = Duration::from_millis(visitor.expires_at - harness.proxy.clock.now());
    let mut stream = pin!(harness.app().services.streams.events(visitor, conversation, ReadFrom::default()));
    let began = tokio::time::Instant::now();
    assert_eq!(&next(&mut stream).await[..], b": welcome\n\n");
    assert_eq!(cursors(&next(&mut stream).await).len(), 2);

    tokio::time::pause();
    let mut last = tokio::time::Instant::now();
    let mut pauses = Vec::new();
    loop {
        let chunk = next(&mut stream).await;
        if &chunk[..] == b"event: reauth\ndata: {}\n\n" {
            break;
        }
        assert_eq!(&chunk[..], b":\n\n");
        pauses.push(last.elapsed());
        last = tokio::time::Instant::now();
    }
    assert!(stream.next().await.is_none(), "and then it ends");
    assert_eq!(ends(&harness, "token_expiring"), 1);
    let left = life - began.elapsed();
    assert!(left >= Duration::from_secs(14) && left <= Duration::from_secs(31), "{left:?}");
    assert!(pauses.len() >= 20, "{}", pauses.len());
    for pause in &pauses {
        assert!(*pause >= Duration::from_millis(14_900) && *pause <= Duration::from_millis(25_100), "{pause:?}");
    }
    pauses.dedup();
    assert!(pauses.len() > 10, "spread");
}

#[tokio::test]
async fn a_revoked_visitor_hears_it_at_once() {
    let harness = Harness::open().await;
    let (browser, other) = (harness.browser().await, harness.browser().await);
    let (alias, others) = (browser.start(&key(1), "Hello").await, other.start(&key(1), "Hello").await);
    let mut stream = browser.stream(&alias, None).await;
    let mut others = other.stream(&others, None).await;
    stream.entries(2).await;
    others.entries(2).await;
    harness.app().services.tokens.revoke(harness.visitor(&browser).family);
    assert_eq!(stream.next().await, Some(StreamItem::Reauth));
    assert_eq!(stream.next().await, None);
    harness.until(|harness| ends(harness, "revoked") == 1).await;
    harness.tell(vec![says("bot", "conversation-2", "Hi")]).await;
    assert_eq!(short(&[others.entry().await]), ["bot: hi"]);
}

#[tokio::test]
async fn a_stream_that_the_browser_drops_is_counted_as_hung_up() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut stream = browser.stream(&alias, None).await;
    stream.entries(2).await;
    assert_eq!(ends(&harness, "hung_up"), 0);
    drop(stream);
    harness.until(|harness| ends(harness, "hung_up") == 1).await;
}
