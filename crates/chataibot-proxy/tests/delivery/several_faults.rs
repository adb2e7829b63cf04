//! Two proxies whose Redis is unreachable, slow, back, emptied, or back without its last entries.

use std::time::Duration;

use chataibot_wire::{Cursor, Entry, token::TokenAnswer};
use serde_json::json;

use crate::browser::{Browser, Events, ORIGIN, StreamItem, refusal};
use crate::harness::{key, says, short};
use crate::platform::PlatformAnswer;
use crate::several::{Pair, assert_whole};

/// Reads like a browser: reconnects with its cursor when the stream ends, and starts over after a
/// reset.
async fn read_to(browser: &Browser, alias: &str, mut seen: Vec<Entry>, stream: Events, last: &str) -> Vec<Entry> {
    let mut stream = Some(stream);
    loop {
        let mut events = match stream.take() {
            Some(events) => events,
            None => browser.stream(alias, seen.last().map(|entry| entry.cursor)).await,
        };
        while let Some(said) = events.next().await {
            match said {
                StreamItem::Comment | StreamItem::Begin(_) | StreamItem::Reauth => {}
                StreamItem::Reset(_) => seen.clear(),
                StreamItem::Entry(entry) => seen.push(entry),
            }
            if short(&seen).last().is_some_and(|line| line == last) {
                return seen;
            }
        }
    }
}

#[tokio::test]
async fn without_redis_nothing_is_acknowledged_and_after_it_all_is_there() {
    let mut pair = Pair::open().await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    let mut stream = browsers[1].stream(&alias, None).await;
    let seen = stream.entries(2).await;
    pair.redis.kill();
    for (at, browser) in browsers.iter().enumerate() {
        let (status, code) = refusal(browser.post_send(&alias, &key(1), "while away").await).await;
        assert_eq!((status, code.as_str()), (503, "UNAVAILABLE"), "with Retry-After: `refusal` compares it");
        let fresh = pair.http.post(pair.proxies[at].url("/token")).header("origin", ORIGIN).json(&json!({}));
        assert_eq!(refusal(fresh.send().await.expect("an answer")).await.0, 503);
        let told = pair.webhook(at, vec![says("bot", "conversation-1", "while away")]).await;
        assert_eq!(told.status(), 503, "the platform will come again");
        pair.until_ready(at, false).await;
        let ready: serde_json::Value =
            pair.http.get(pair.proxies[at].url("/readyz")).send().await.expect("an answer").json().await.expect("JSON");
        assert_eq!(ready["message"], "Redis does not take a write");
        assert_eq!(pair.http.get(pair.proxies[at].url("/healthz")).send().await.expect("an answer").status(), 200);
    }
    assert_eq!(pair.platform.calls().len(), 1, "what can't be logged is not forwarded");

    pair.redis.start_again();
    for at in 0..2 {
        pair.until_ready(at, true).await;
    }
    browsers[1].send(&alias, &key(1), "while away").await;
    pair.tell(0, vec![says("bot", "conversation-1", "while away")]).await;
    let seen = read_to(&browsers[1], &alias, seen, stream, "bot: while away").await;
    assert_whole(&seen);
    assert_eq!(short(&seen), ["visitor: hello", "00 sent", "visitor: while away", "01 sent", "bot: while away"]);
    assert_eq!(seen[4].cursor.epoch, seen[0].cursor.epoch, "nothing was lost, so nothing begins anew");
}

#[tokio::test]
async fn a_message_that_met_a_redis_standing_still_goes_out_once_when_it_is_sent_again() {
    let pair = Pair::open().await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    pair.redis.freeze();
    let began = std::time::Instant::now();
    let (status, _) = refusal(browsers[0].post_send(&alias, &key(1), "slow").await).await;
    assert_eq!(status, 503);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    // Once Redis is known to be unreachable, requests fail without waiting for it.
    let began = std::time::Instant::now();
    assert_eq!(refusal(browsers[0].post_send(&alias, &key(1), "slow").await).await.0, 503);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    pair.redis.thaw();
    for at in 0..2 {
        pair.until_ready(at, true).await;
    }
    // Commands in Redis's queue may have been executed after all. The message was logged but never
    // forwarded, and the proxy answers accordingly.
    let mut tries = 0;
    loop {
        let answer = browsers[tries % 2].post_send(&alias, &key(1), "slow").await;
        if answer.status() == 200 {
            break;
        }
        assert_eq!(answer.status(), 503);
        tries += 1;
        assert!(tries < 100_000, "it must go through");
        tokio::task::yield_now().await;
    }
    assert_eq!(pair.platform.calls().len(), 2, "forwarded once");
    let log = short(&browsers[0].log(&alias).await);
    assert_eq!(log.iter().filter(|line| *line == "visitor: slow").count(), 1, "{log:?}");
    assert_eq!(log.last().map(String::as_str), Some("01 sent"));
}

#[tokio::test]
async fn an_answer_that_comes_while_redis_is_away_is_logged_when_it_is_back() {
    let mut pair = Pair::open().await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    let held = pair.platform.hold();
    let sending = tokio::spawn({
        let (browser, alias) = (browsers[0].clone(), alias.clone());
        async move { browser.send(&alias, &key(1), "on its way").await }
    });
    pair.platform.called(2).await;
    pair.redis.kill();
    held.send(PlatformAnswer::Accept).expect("held");
    pair.until_ready(0, false).await;
    pair.redis.start_again();
    let message_id = sending.await.expect("accepted in the end");
    pair.until_ready(1, true).await;
    assert_eq!(browsers[1].send(&alias, &key(1), "on its way").await, message_id, "the other proxy knows it, too");
    assert_eq!(pair.platform.calls().len(), 2);
    let log = short(&browsers[1].log(&alias).await);
    assert_eq!(log, ["visitor: hello", "00 sent", "visitor: on its way", "01 sent"]);
}

#[tokio::test]
async fn after_a_flush_everybody_begins_anew_and_nobody_sees_a_strangers_words() {
    let pair = Pair::open().await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    let mut stream = browsers[1].stream(&alias, None).await;
    let old = stream.entries(2).await;
    redis::cmd("FLUSHALL").exec(&mut pair.redis.connect()).expect("flushed");

    let kid = |token: &str| jsonwebtoken::decode_header(token).expect("a header").kid;
    let fresh = async |at: usize| {
        let request = pair.http.post(pair.proxies[at].url("/token")).header("origin", ORIGIN).json(&json!({}));
        request.send().await.expect("an answer").json::<TokenAnswer>().await.expect("a token")
    };
    // The signing keys are gone, too: each proxy adopts the new ones once it notices.
    let mut token = fresh(0).await;
    for at in [0, 1] {
        while kid(&token.token) == kid(&browsers[0].token) {
            token = fresh(at).await;
        }
        token = fresh(1 - at).await;
    }
    let stranger = Browser { token: token.token, visitor: token.visitor, ..browsers[1].clone() };
    let answer: serde_json::Value = stranger.post_start(&key(7), "A stranger").await.json().await.expect("JSON");
    let theirs = answer["conversation"]["id"].as_str().expect("an alias");
    let new = stranger.log(theirs).await;
    assert_eq!(short(&new), ["visitor: a stranger", "07 sent"]);
    assert!(new[0].cursor.epoch > old[0].cursor.epoch, "a flush shows as another epoch");
    while let Some(said) = stream.next().await {
        assert!(matches!(said, StreamItem::Comment | StreamItem::Reauth), "the old reader gets no more: {said:?}");
    }
    let reset = stranger.poll(theirs, Some(old[1].cursor), 0).await;
    assert_eq!(reset.reset.expect("told").reason, "epoch");
    assert_eq!(reset.entries, new, "all that is left follows");
    let gone = browsers[0].get(&alias, "", &[("accept", "application/json")]).await;
    assert!(matches!(gone.status().as_u16(), 401 | 404), "{}", gone.status());
}

#[tokio::test]
async fn a_redis_that_comes_back_without_its_last_entries_resets_every_reader() {
    let pair = Pair::open().await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    let mut stream = browsers[1].stream(&alias, None).await;
    pair.tell(0, vec![says("bot", "conversation-1", "will be lost")]).await;
    let seen = stream.entries(3).await;

    // As after a failover to a replica that had not received everything.
    let mut redis = pair.redis.connect();
    let (_, log): (u32, Vec<String>) =
        redis::cmd("SCAN").arg(0).arg("MATCH").arg("*:log:*").arg("COUNT").arg(1000).query(&mut redis).expect("found");
    let conversation = log[0].replace(":log:", ":conversation:");
    let bus: Vec<(String, Vec<String>)> = redis::cmd("XREVRANGE")
        .arg("{chataibot}:bus")
        .arg("+")
        .arg("-")
        .arg("COUNT")
        .arg(1)
        .query(&mut redis)
        .expect("read");
    redis::pipe()
        .atomic()
        .cmd("XDEL")
        .arg(&log[0])
        .arg("3-0")
        .ignore()
        .cmd("XSETID")
        .arg(&log[0])
        .arg("2-0")
        .ignore()
        .cmd("HSET")
        .arg(&conversation)
        .arg("seq")
        .arg(2)
        .ignore()
        .cmd("XDEL")
        .arg("{chataibot}:bus")
        .arg(&bus[0].0)
        .ignore()
        .cmd("CLIENT")
        .arg("KILL")
        .arg("TYPE")
        .arg("normal")
        .arg("SKIPME")
        .arg("yes")
        .ignore()
        .exec(&mut redis)
        .expect("lost");

    let mut now = Cursor { epoch: seen[0].cursor.epoch, seq: 0 };
    while now.epoch == seen[0].cursor.epoch {
        let told = browsers[0].get(&alias, "", &[("accept", "application/json")]).await;
        if told.status() == 200 {
            let poll: chataibot_wire::entry::Poll = told.json().await.expect("a poll");
            now = poll.entries[0].cursor;
        }
        tokio::task::yield_now().await;
    }
    pair.until_ready(1, true).await;
    pair.tell(1, vec![says("bot", "conversation-1", "after it")]).await;
    let read = read_to(&browsers[1], &alias, seen, stream, "bot: after it").await;
    // The lost entry's number was reused, and no reader takes the new entry for the lost one.
    assert_eq!(short(&read), ["visitor: hello", "00 sent", "bot: after it"]);
    assert_whole(&read);
}
