//! Ends: the proxy's shutdown, a conversation's expiry, an expired pending event.

use std::time::Duration;

use crate::browser::refusal;
use crate::harness::{Harness, key, says, short};
use crate::platform::PlatformAnswer;

#[tokio::test]
async fn the_shutdown_ends_streams_and_polls_and_waits_for_what_is_on_its_way() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut stream = browser.stream(&alias, None).await;
    let log = stream.entries(2).await;
    let polling = tokio::spawn({
        let (browser, alias, last) = (browser.clone(), alias.clone(), log[1].cursor);
        async move { browser.poll(&alias, Some(last), 25).await }
    });
    harness.until(|harness| harness.app().hub.subscribers() == 2).await;
    let held = harness.platform.hold();
    let sending = tokio::spawn({
        let (browser, alias) = (browser.clone(), alias.clone());
        async move { browser.send(&alias, &key(2), "text").await }
    });
    harness.platform.called(2).await;
    assert_eq!(short(&[stream.entry().await]), ["visitor: text"]);
    assert_eq!(short(&polling.await.expect("answered").entries), ["visitor: text"]);
    let store = harness.app().store.clone();
    let conversation =
        store.owned_conversation("demo", &browser.visitor, &alias).await.expect("asked").expect("owned").id;

    let stopping = tokio::spawn(harness.proxy.stop());
    assert_eq!(stream.next().await, None, "at once");
    assert!(!stopping.is_finished());
    held.send(PlatformAnswer::Accept).expect("held");
    assert_eq!(sending.await.expect("answered"), "message-2");
    assert_eq!(stopping.await.expect("stopped"), 0);
    let log = store.read_after(conversation, Default::default(), 10).await.expect("read").entries;
    assert_eq!(short(&log)[2..], ["visitor: text", "02 sent"]);
}

#[tokio::test]
async fn a_conversation_past_its_retention_is_gone_and_its_reader_is_cut() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut stream = browser.stream(&alias, None).await;
    stream.entries(2).await;
    let days = harness.app().config.sites.iter().next().expect("a site").retention_days;
    harness.proxy.clock.advance(Duration::from_secs(u64::from(days) * 86_400 - 60));
    harness.app().services.retention.delete_old().await.expect("swept");
    assert_eq!(harness.app().metrics.conversations_deleted.get(), 0);
    harness.proxy.clock.advance(Duration::from_secs(120));
    harness.app().services.retention.delete_old().await.expect("swept");
    assert_eq!(harness.app().metrics.conversations_deleted.get(), 1);
    assert_eq!(stream.next().await, None);
    // The visitor's token has expired long ago; a new visitor gets the same answer.
    let other = harness.browser().await;
    assert_eq!(refusal(other.get(&alias, "", &[]).await).await, (404, "NOT_FOUND".to_owned()));
    harness.tell(vec![says("bot", "conversation-1", "late")]).await;
    assert_eq!(harness.app().metrics.webhook_foreign.get(), 1);
}

#[tokio::test]
async fn what_waits_in_vain_is_dropped_and_counted() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let held = harness.platform.hold();
    let starting = tokio::spawn({
        let browser = browser.clone();
        async move { browser.start(&key(1), "Hello").await }
    });
    harness.platform.called(1).await;
    harness.tell(vec![says("bot", "another", "who?"), says("bot", "conversation-1", "Hi")]).await;
    harness.proxy.clock.advance(Duration::from_secs(59));
    harness.app().services.retention.drop_pending_events().await.expect("swept");
    held.send(PlatformAnswer::Accept).expect("held");
    let alias = starting.await.expect("started");
    harness.proxy.clock.advance(Duration::from_secs(2));
    harness.app().services.retention.drop_pending_events().await.expect("swept");
    assert_eq!(short(&browser.log(&alias).await), ["visitor: hello", "01 sent", "bot: hi"]);
    let metrics = &harness.app().metrics;
    assert_eq!([metrics.waiting_delivered.get(), metrics.waiting_dropped.get()], [1, 1]);
}
