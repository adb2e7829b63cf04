//! Delivery without faults, in each order in which two things can happen.

use chataibot_proxy::demo;
use chataibot_wire::{Author, Event};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::browser::StreamItem;
use crate::harness::{Harness, key, says, says_to, short};
use crate::platform::PlatformAnswer;

#[tokio::test]
async fn the_whole_life_of_a_message() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;

    let answer = browser.post_start(&key(1), "Hello").await;
    let text = answer.text().await.expect("a text");
    assert!(
        !text.contains("staff@example.com") && !text.contains("contact") && !text.contains("conversation-1"),
        "{text}"
    );
    let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answer["conversation"]["created_at"], "2025-02-10 20:21:03.913000");
    let alias = answer["conversation"]["id"].as_str().expect("an alias").to_owned();

    let call = harness.platform.called(1).await;
    assert_eq!(call.path, "/api/v1/conversations");
    assert_eq!(call.headers["authorization"], format!("Bearer {}", demo::ACCOUNT_TOKEN));
    assert!(!call.headers.contains_key("origin") && !call.headers.contains_key("idempotency-key"));
    assert_eq!(
        call.body,
        json!({
            "channel": "API",
            "message": { "data": { "body": "Hello" }, "type": "text" },
            "bot_key": demo::BOT_KEY,
            "from": { "user_external_id": browser.visitor, "type": "VISITOR" },
        })
    );

    let mut stream = browser.stream(&alias, None).await;
    assert_eq!(stream.next().await, Some(StreamItem::Comment), "something at once");
    assert_eq!(short(&stream.entries(2).await), ["visitor: hello", "01 sent"]);

    harness
        .tell(vec![
            says("visitor", "conversation-1", "<p>Hello</p>"),
            says("bot", "conversation-1", "<p>Hi <b>there</b></p>"),
        ])
        .await;
    let reply = stream.entry().await;
    let Event::Message(message) = &reply.event else { panic!("a message") };
    assert_eq!((message.author, message.content.to_plain().as_str(), reply.cursor.seq), (Author::Bot, "Hi there", 3));

    assert_eq!(browser.send(&alias, &key(2), "Bye").await, "message-2");
    assert_eq!(harness.platform.called(2).await.path, "/api/v1/conversation/conversation-1/messages");
    assert_eq!(short(&stream.entries(2).await), ["visitor: bye", "02 sent"]);
    harness.tell(vec![says("visitor", "conversation-1", "Bye"), says("agent", "conversation-1", "See you")]).await;
    assert_eq!(short(&[stream.entry().await]), ["agent: see you"]);

    let metrics = &harness.app().metrics;
    assert_eq!(
        [
            metrics.conversations_started.get(),
            metrics.sends_accepted.get(),
            metrics.webhook_echoes.get(),
            metrics.webhook_entries.get()
        ],
        [1, 2, 2, 2]
    );
    assert_eq!(harness.proxy.stop().await, 0, "nothing had to be cut");
    assert_eq!(stream.next().await, None, "the shutdown ends the stream cleanly");
}

#[tokio::test]
async fn variables_are_rebuilt_and_nothing_else_goes_through() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let body = json!({
        "channel": "API",
        "message": { "data": { "body": "Hello", "secret": 1 }, "type": "text", "by": "agent" },
        "variables": {
            "system": { "timezone": "Asia/Calcutta", "referrerUrl": "https://chataibot.io", "browserLanguage": "en-GB", "ip": "1" },
            "contact": { "name": "N", "email": "e@example.com", "phone": "1", "account": "x" },
            "conversation": { "plan": "gold" },
            "account": {},
        },
        "bot_key": demo::BOT_KEY,
        "from": { "user_external_id": "ffffffffffffffffffffffffffffffff", "type": "VISITOR", "admin": true },
        "extra": true,
    });
    assert_eq!(browser.post("/api/v1/conversations", &key(1), &body).await.status(), 200);
    assert_eq!(
        harness.platform.called(1).await.body,
        json!({
            "channel": "API",
            "message": { "data": { "body": "Hello" }, "type": "text" },
            "variables": {
                "system": { "timezone": "Asia/Calcutta", "referrerUrl": "https://chataibot.io", "browserLanguage": "en-GB" },
                "contact": { "name": "N", "email": "e@example.com", "phone": "1" },
                "conversation": { "plan": "gold" },
            },
            "bot_key": demo::BOT_KEY,
            "from": { "user_external_id": browser.visitor, "type": "VISITOR" },
        })
    );
}

#[tokio::test]
async fn a_reply_that_overtakes_the_answer_stands_after_the_message() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut stream = browser.stream(&alias, None).await;
    stream.entries(2).await;

    let held = harness.platform.hold();
    let sending = tokio::spawn({
        let (browser, alias) = (browser.clone(), alias.clone());
        async move { browser.send(&alias, &key(2), "Question").await }
    });
    harness.platform.called(2).await;
    harness.tell(vec![says("bot", "conversation-1", "Answer")]).await;
    assert_eq!(short(&stream.entries(2).await), ["visitor: question", "bot: answer"]);
    held.send(PlatformAnswer::Accept).expect("held");
    sending.await.expect("sent");
    assert_eq!(short(&[stream.entry().await]), ["02 sent"]);
}

#[tokio::test]
async fn a_webhook_before_the_start_has_answered_waits_for_it() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let held = harness.platform.hold();
    let starting = tokio::spawn({
        let browser = browser.clone();
        async move { browser.start(&key(1), "Hello").await }
    });
    harness.platform.called(1).await;
    let visitor = browser.visitor.as_str();
    harness
        .tell(vec![
            says_to(visitor, "visitor", "conversation-1", "Hello"),
            says_to(visitor, "bot", "conversation-1", "Hi"),
        ])
        .await;
    harness.tell(vec![says_to("ffffffffffffffffffffffffffffffff", "bot", "elsewhere", "psst")]).await;
    held.send(PlatformAnswer::Accept).expect("held");
    let alias = starting.await.expect("started");
    assert_eq!(short(&browser.log(&alias).await), ["visitor: hello", "01 sent", "bot: hi"]);
    let metrics = &harness.app().metrics;
    assert_eq!(
        [metrics.waiting_parked.get(), metrics.waiting_delivered.get(), metrics.webhook_foreign.get()],
        [2, 2, 1]
    );
}

#[tokio::test]
async fn two_tabs_see_the_same_order_and_an_honest_repeat() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let (mut one, mut two) = (browser.stream(&alias, None).await, browser.stream(&alias, None).await);
    browser.send(&alias, &key(2), "ok").await;
    browser.send(&alias, &key(3), "ok").await;
    for _ in 0..2 {
        harness.tell(vec![says("visitor", "conversation-1", "ok")]).await;
        harness.tell(vec![says("bot", "conversation-1", "ok")]).await;
    }
    let seen = one.entries(8).await;
    assert_eq!(two.entries(8).await, seen);
    assert_eq!(short(&seen)[2..], ["visitor: ok", "02 sent", "visitor: ok", "03 sent", "bot: ok", "bot: ok"]);
    assert_eq!(browser.log(&alias).await, seen);
}

#[tokio::test]
async fn what_the_visitor_wrote_elsewhere_is_shown() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    harness.tell(vec![says("visitor", "conversation-1", "from my phone")]).await;
    let log = browser.log(&alias).await;
    let Event::Message(message) = &log[2].event else { panic!("a message") };
    assert_eq!((message.author, message.client_message_id.as_deref()), (Author::Visitor, None));
    assert_eq!(message.content.to_plain(), "from my phone");
}

#[tokio::test]
async fn messages_of_one_conversation_reach_the_platform_one_after_the_other() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let held = harness.platform.hold();
    let sends: Vec<_> = (2..7)
        .map(|number| {
            let (browser, alias) = (browser.clone(), alias.clone());
            tokio::spawn(async move { browser.send(&alias, &key(number), &format!("text {number}")).await })
        })
        .collect();
    harness.platform.called(2).await;
    // Another conversation is not held up.
    let other = harness.browser().await;
    other.start(&key(1), "Hello").await;
    held.send(PlatformAnswer::Accept).expect("held");
    for send in sends {
        send.await.expect("sent");
    }
    let forwarded: Vec<_> = harness
        .platform
        .calls()
        .iter()
        .filter(|call| call.path.ends_with("/messages"))
        .map(|call| format!("visitor: {}", call.text()))
        .collect();
    let logged: Vec<_> =
        short(&browser.log(&alias).await).into_iter().filter(|line| line.starts_with("visitor: text")).collect();
    assert_eq!(forwarded.len(), 5);
    assert_eq!(forwarded, logged, "the order of the log");
}

#[tokio::test]
async fn a_webhook_whose_sender_hung_up_is_known_when_it_comes_again() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let body = json!({ "token": demo::WEBHOOK_TOKEN, "events": [says("bot", "conversation-1", "Hi")] }).to_string();
    let head = format!(
        "POST /webhook/{} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n",
        demo::WEBHOOK_SECRET,
        harness.proxy.address,
        body.len()
    );
    // The database stays locked until the platform has hung up.
    let busy = rusqlite::Connection::open(&harness.app().config.database).expect("opened");
    match &harness.redis {
        Some(redis) => redis.freeze(),
        None => busy.execute_batch("BEGIN IMMEDIATE").expect("held"),
    }
    // The browser keeps its own connections.
    let others = harness.app().connections();
    let mut socket = tokio::net::TcpStream::connect(harness.proxy.address).await.expect("connected");
    socket.write_all(format!("{head}{body}").as_bytes()).await.expect("written");
    harness.until(|harness| harness.app().metrics.webhook_events.get() == 1).await;
    drop(socket);
    harness.until(|harness| harness.app().connections() == others).await;
    match &harness.redis {
        Some(redis) => redis.thaw(),
        None => busy.execute_batch("ROLLBACK").expect("let go"),
    }

    for _ in 0..3 {
        harness.tell(vec![says("bot", "conversation-1", "Hi")]).await;
    }
    let log = short(&browser.log(&alias).await);
    assert_eq!(log[2..], ["bot: hi", "bot: hi", "bot: hi"], "the first of the three is the one that was lost");
    assert_eq!(harness.app().metrics.webhook_redelivered.get(), 1);
}
