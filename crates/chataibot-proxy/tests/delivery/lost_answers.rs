//! Lost answers on either side, and repeated keys.

use chataibot_wire::entry::DeliveryState;

use crate::browser::refusal;
use crate::harness::{Harness, key, says, says_to, short};
use crate::platform::PlatformAnswer;

#[tokio::test]
async fn a_lost_answer_is_unknown_until_the_echo_tells_and_is_never_sent_again() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut stream = browser.stream(&alias, None).await;
    stream.entries(2).await;
    harness.platform.next(PlatformAnswer::HangUp);
    for _ in 0..3 {
        let answer = browser.post_send(&alias, &key(2), "text").await;
        assert_eq!(refusal(answer).await, (502, "UNKNOWN_OUTCOME".to_owned()));
    }
    assert_eq!(short(&stream.entries(2).await), ["visitor: text", "02 unknown"]);
    harness.tell(vec![says("visitor", "conversation-1", "text")]).await;
    assert_eq!(short(&[stream.entry().await]), ["02 sent"]);
    assert_eq!(browser.send(&alias, &key(2), "text").await, key(2), "an id, though not the platform's");
    assert_eq!(harness.platform.calls().len(), 2, "one start, one send");
    assert_eq!(harness.app().metrics.sends_reconciled.get(), 1);
}

#[tokio::test]
async fn a_lost_answer_without_echo_stays_unknown_and_the_conversation_goes_on() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    for (number, step) in [
        (2, PlatformAnswer::HangUp),
        (3, PlatformAnswer::Answer(200, "<html>sign in</html>".to_owned())),
        (4, PlatformAnswer::Answer(500, String::new())),
        (5, PlatformAnswer::Answer(504, String::new())),
        (6, PlatformAnswer::Answer(200, format!(r#"{{"ok":true,"message_id":"{}"}}"#, "x".repeat(1_000_000)))),
    ] {
        harness.platform.next(step);
        let answer = browser.post_send(&alias, &key(number), "text").await;
        assert_eq!(refusal(answer).await, (502, "UNKNOWN_OUTCOME".to_owned()), "{number}");
    }
    harness.tell(vec![says("bot", "conversation-1", "still here")]).await;
    browser.send(&alias, &key(7), "next").await;
    let log = short(&browser.log(&alias).await);
    assert_eq!(log[log.len() - 4..], ["06 unknown", "bot: still here", "visitor: next", "07 sent"]);
}

#[tokio::test]
async fn a_start_whose_answer_is_lost_is_found_by_its_echo() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    harness.platform.next(PlatformAnswer::HangUp);
    assert_eq!(refusal(browser.post_start(&key(1), "Hello").await).await, (502, "UNKNOWN_OUTCOME".to_owned()));
    assert_eq!(refusal(browser.post_start(&key(1), "Hello").await).await, (502, "UNKNOWN_OUTCOME".to_owned()));
    harness
        .tell(vec![
            says_to(&browser.visitor, "visitor", "conversation-1", "Hello"),
            says("bot", "conversation-1", "Hi"),
        ])
        .await;
    let alias = browser.start(&key(1), "Hello").await;
    assert_eq!(short(&browser.log(&alias).await), ["visitor: hello", "01 unknown", "01 sent", "bot: hi"]);
    browser.send(&alias, &key(2), "text").await;
    assert_eq!(harness.platform.calls().len(), 2, "one start, one send");
}

#[tokio::test]
async fn an_answer_the_browser_does_not_wait_for_is_still_recorded() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut stream = browser.stream(&alias, None).await;
    stream.entries(2).await;
    let held = harness.platform.hold();
    let sending = tokio::spawn({
        let (browser, alias) = (browser.clone(), alias.clone());
        async move { browser.post_send(&alias, &key(2), "text").await }
    });
    harness.platform.called(2).await;
    sending.abort();
    assert!(sending.await.is_err(), "the browser hung up");
    // The repeated request finds the first one in progress, and waits for its outcome.
    let again = tokio::spawn({
        let (browser, alias) = (browser.clone(), alias.clone());
        async move { browser.send(&alias, &key(2), "text").await }
    });
    harness.until(|harness| harness.app().metrics.sends_repeated.get() == 1).await;
    held.send(PlatformAnswer::Accept).expect("held");
    assert_eq!(again.await.expect("answered"), "message-2");
    assert_eq!(short(&stream.entries(2).await), ["visitor: text", "02 sent"]);
    assert_eq!(harness.platform.calls().len(), 2);
}

#[tokio::test]
async fn one_key_at_the_same_time_is_one_message_with_one_answer() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let held = harness.platform.hold();
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let browser = browser.clone();
            tokio::spawn(async move { browser.start(&key(1), "Hello").await })
        })
        .collect();
    harness.until(|harness| harness.app().metrics.sends_repeated.get() == 7).await;
    let other = browser.post_start(&key(1), "something else").await;
    assert_eq!(refusal(other).await, (409, "KEY_REUSED".to_owned()), "also while it is on its way");
    held.send(PlatformAnswer::Accept).expect("held");
    let mut aliases = Vec::new();
    for start in starts {
        aliases.push(start.await.expect("started"));
    }
    aliases.dedup();
    assert_eq!(aliases.len(), 1);
    assert_eq!(refusal(browser.post_start(&key(1), "something else").await).await, (409, "KEY_REUSED".to_owned()));
    assert_eq!(refusal(browser.post_send(&aliases[0], &key(1), "Hello").await).await, (409, "KEY_REUSED".to_owned()));
    assert_eq!(harness.platform.calls().len(), 1);
    // Keys are separate for each visitor.
    harness.browser().await.start(&key(1), "something else").await;
}

#[tokio::test]
async fn what_did_not_arrive_may_be_sent_again_with_its_key() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let creation = r#"{"ok":false,"error":"CONVERSATION_CREATION_EXCEPTION","message":"busy","status":400}"#;
    harness.platform.next(PlatformAnswer::Answer(400, creation.to_owned()));
    assert_eq!(
        refusal(browser.post_start(&key(1), "Hello").await).await,
        (503, "CONVERSATION_CREATION_EXCEPTION".to_owned())
    );
    let alias = browser.start(&key(1), "Hello").await;
    assert_eq!(short(&browser.log(&alias).await), ["visitor: hello", "01 failed", "01 sending", "01 sent"]);
    for (status, expected, wait) in [(429, (429, "RATE_LIMITED"), "5"), (503, (503, "UNAVAILABLE"), "1")] {
        harness.platform.next(PlatformAnswer::Answer(status, String::new()));
        let answer = browser.post_send(&alias, &key(2), "text").await;
        assert_eq!(answer.headers()["retry-after"], wait, "{status}");
        let (status, code) = refusal(answer).await;
        assert_eq!((status, code.as_str()), expected);
    }
    browser.send(&alias, &key(2), "text").await;
    let log = short(&browser.log(&alias).await);
    assert_eq!(log[4..], ["visitor: text", "02 failed", "02 sending", "02 failed", "02 sending", "02 sent"]);
}

#[tokio::test]
async fn a_platform_that_is_not_there_has_certainly_not_processed_anything() {
    let harness = Harness::with(|config| {
        let site = config.sites.iter().next().expect("a site").as_ref().clone();
        // No server listens on port 1.
        let platform_url = "http://127.0.0.1:1/api/v1".parse().expect("a URL");
        config.sites =
            chataibot_proxy::config::Sites::new(vec![chataibot_proxy::config::Site { platform_url, ..site }]);
    })
    .await;
    let browser = harness.browser().await;
    assert_eq!(refusal(browser.post_start(&key(1), "Hello").await).await, (503, "UNAVAILABLE".to_owned()));
    let metrics = &harness.app().metrics;
    assert_eq!((metrics.sends_failed.get(), metrics.sends_unknown.get()), (1, 0));
}

#[tokio::test]
async fn a_refused_message_stays_refused() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let blocked =
        r#"{"ok":false,"error":"CONTACT_IS_BLOCKED","code":"CONTACT_IS_BLOCKED","message":"no","status":400}"#;
    harness.platform.next(PlatformAnswer::Answer(400, blocked.to_owned()));
    for _ in 0..2 {
        let answer = browser.post_send(&alias, &key(2), "text").await;
        assert_eq!(refusal(answer).await, (400, "CONTACT_IS_BLOCKED".to_owned()));
    }
    assert_eq!(harness.platform.calls().len(), 2);
    let log = browser.log(&alias).await;
    assert_eq!(short(&log)[2..], ["visitor: text", "02 refused"]);
    let chataibot_wire::Event::Delivery(delivery) = &log[3].event else { panic!("a delivery") };
    assert_eq!((delivery.client_message_id.as_str(), delivery.state), (key(2).as_str(), DeliveryState::Refused));
}
