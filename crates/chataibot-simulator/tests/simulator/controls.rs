//! The controls that the other tests do not use.

use serde_json::{Value, json};

use crate::calls::list;
use crate::harness::{Harness, VISITOR};

#[tokio::test]
async fn an_answer_can_be_dropped_after_or_before_the_message_is_processed() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("drop", json!({ "call": "send", "times": 2 })).await;
    harness.order("drop", json!({ "call": "send", "processed": false })).await;
    for text in ["one", "two", "three"] {
        let lost = harness.try_send(&id, text).await;
        assert!(lost.is_err(), "{lost:?}");
    }
    assert_eq!(harness.try_send(&id, "four").await.unwrap().status, 200);
    let calls = harness.look("calls?call=send").await;
    let told: Vec<(&Value, &Value, &Value)> = list(&calls["calls"])
        .iter()
        .map(|call| (&call["body"]["message"]["data"]["body"], &call["processed"], &call["outcome"]))
        .collect();
    // The order that acts before processing applies to the first call, whatever else is queued.
    let wanted =
        json!([["one", false, "cut"], ["two", true, "cut"], ["three", true, "cut"], ["four", true, "answered"]]);
    assert_eq!(json!(told), wanted);
}

#[tokio::test]
async fn an_answer_can_be_cut_in_half() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("drop", json!({ "how": "truncate" })).await;
    let error = harness.try_send(&id, "text").await.unwrap_err();
    assert!(error.is_body() || error.is_decode() || error.is_request(), "{error:?}");
    assert_eq!(harness.look("calls?call=send").await["calls"][0]["processed"], true);
    let refused = harness.try_order("drop", json!({ "how": "truncate", "processed": false })).await;
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("BAD_ORDER")));
}

#[tokio::test]
async fn failures_come_as_ordered() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("fail", json!({ "call": "send", "times": 2, "status": 503, "retry_after": 7 })).await;
    for _ in 0..2 {
        // A start does not count as a send.
        assert_eq!(harness.try_start("Hello").await.unwrap().status, 200);
        let failed = harness.try_send(&id, "text").await.unwrap();
        assert_eq!((failed.status, &failed.headers["retry-after"]), (503, &"7".parse().unwrap()));
    }
    assert_eq!(harness.try_send(&id, "text").await.unwrap().status, 200);

    harness.order("fail", json!({ "error": "SOMETHING_NEW", "without_code": true })).await;
    let failed = harness.try_send(&id, "text").await.unwrap();
    let wanted = json!({ "ok": false, "error": "SOMETHING_NEW", "message": "Something went wrong", "status": 400 });
    assert_eq!(failed.body, wanted);

    harness
        .order("fail", json!({ "status": 200, "text": "<html>captive</html>", "headers": { "x-portal": "1" } }))
        .await;
    let failed = harness.try_send(&id, "text").await.unwrap();
    assert_eq!((failed.status, &failed.body), (200, &json!("<html>captive</html>")));
    assert_eq!(failed.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(failed.headers["x-portal"], "1");

    harness.order("fail", json!({ "status": 200, "json": { "ok": true }, "processed": true })).await;
    assert_eq!(harness.try_send(&id, "stored").await.unwrap().body, json!({ "ok": true }));
    let calls = harness.look("calls?call=send&processed=true").await;
    assert_eq!(list(&calls["calls"]).len(), 2);

    for bad in [
        json!({ "status": 99 }),
        json!({ "json": 1, "text": "" }),
        json!({ "headers": { "a b": "c" } }),
        json!({ "tims": 2 }),
    ] {
        assert_eq!(harness.try_order("fail", bad.clone()).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn a_hold_released_early_holds_nothing_and_unknown_ones_are_named() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    let hold = harness.order("hold", json!({})).await["hold"].clone();
    harness.order("release", json!({ "hold": hold })).await;
    assert_eq!(harness.try_send(&id, "text").await.unwrap().status, 200);
    assert_eq!(harness.try_order("release", json!({ "hold": "h9" })).await.status, 400);
}

#[tokio::test]
async fn a_caller_that_goes_away_while_held_is_seen() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("hold", json!({ "call": "send" })).await;
    let send = tokio::spawn({
        let request = harness.client.post(harness.url(&format!("/api/v1/conversation/{id}/messages")));
        request.bearer_auth("demo-account-token").json(&Harness::send_body("text")).send()
    });
    harness.look("calls?outcome=held&at_least=1").await;
    send.abort();
    let gone = harness.look("calls?outcome=caller%20gone&at_least=1").await;
    assert_eq!(gone["calls"][0]["processed"], true);
}

#[tokio::test]
async fn anything_can_be_said() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    let say = |what: Value| {
        let harness = &harness;
        async move {
            harness.order("reply", what).await;
            harness.receiver.next().await
        }
    };
    let came = say(json!({ "text": "Hi", "by": "agent" })).await;
    assert_eq!(came.body["events"][0]["event"]["payload"]["message_by"]["type"], "agent");
    let came = say(json!({ "message": { "type": "hologram" } })).await;
    assert_eq!(came.body["events"][0]["event"]["payload"]["message"], json!({ "type": "hologram" }));
    let came = say(json!({ "payload": { "message": "a string", "message_by": "bot" } })).await;
    assert_eq!(came.body["events"][0]["event"]["payload"], json!({ "message": "a string", "message_by": "bot" }));
    let came = say(json!({ "event": { "type": "label", "payload": { "label": "VIP" } } })).await;
    assert_eq!(came.body["events"][0]["event"], json!({ "type": "label", "payload": { "label": "VIP" } }));
    assert_eq!(came.body["events"][0]["conversation"]["key"], id);
    let came = say(json!({ "conversation": "unheard-of", "text": "Hi" })).await;
    assert_eq!(came.body["events"][0]["conversation"]["key"], "unheard-of");
    assert_eq!(
        say(json!({ "body": { "token": "wrong", "events": [] } })).await.body,
        json!({ "token": "wrong", "events": [] })
    );
    assert_eq!(say(json!({ "raw": "not { json" })).await.text, "not { json");
    for bad in [json!({}), json!({ "text": "a", "raw": "b" })] {
        assert_eq!(harness.try_order("reply", bad).await.status, 400);
    }
}

#[tokio::test]
async fn thousands_can_be_said_in_order() {
    let harness = Harness::new().await;
    harness.start().await;
    let order = json!({ "message": { "type": "text", "text": "<p>{n}</p>" }, "times": 2000, "wait": true });
    let told = harness.order("reply", order).await;
    assert!(list(&told["states"]).iter().all(|state| state == "delivered"));
    for number in 1..=2000 {
        assert_eq!(harness.receiver.next_message().await["text"], format!("<p>{number}</p>"));
    }
}

#[tokio::test]
async fn what_was_delivered_can_be_delivered_again() {
    let harness = Harness::new().await;
    harness.start().await;
    let order = json!({ "text": "{n}", "times": 3, "wait": true });
    let ids = harness.order("reply", order).await["deliveries"].clone();
    for _ in 0..3 {
        harness.receiver.next().await;
    }
    let told = harness.order("redeliver", json!({ "last": 2 })).await;
    assert_eq!(told["results"], json!([{ "delivery": ids[1], "status": 200 }, { "delivery": ids[2], "status": 200 }]));
    for wanted in ["2", "3"] {
        assert_eq!(harness.receiver.next_message().await["text"], wanted);
    }
    let told = harness.order("redeliver", json!({ "deliveries": [ids[0]], "times": 10, "together": true })).await;
    assert_eq!(list(&told["results"]).len(), 10);
    for _ in 0..10 {
        assert_eq!(harness.receiver.next_message().await["text"], "1");
    }
    assert_eq!(harness.try_order("redeliver", json!({ "deliveries": ["d999"] })).await.status, 400);
}

#[tokio::test]
async fn a_test_plays_the_agent() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("handover", json!({ "name": "Grace", "picture": "https://example.com/grace.png" })).await;
    let came = harness.receiver.next().await;
    let assignee = &came.body["events"][0]["event"]["payload"]["assignee"];
    assert_eq!((&assignee["name"], &assignee["type"]), (&json!("Grace"), &json!("agent")));
    assert_eq!(assignee["image"], "https://example.com/grace.png");

    harness.send(&id, "buttons").await;
    harness.order("agent", json!({ "text": "<p>One moment</p>" })).await;
    let came = harness.receiver.next().await;
    assert_eq!(came.body["events"][0]["event"]["payload"]["message"]["text"], "<p>One moment</p>", "the bot is silent");

    harness.order("hand-back", json!({})).await;
    assert_eq!(harness.receiver.next().await.body["events"][0]["event"]["payload"]["assignee"]["type"], "bot");
    harness.send(&id, "buttons").await;
    assert_eq!(harness.receiver.next_message().await["type"], "button");
}

#[tokio::test]
async fn a_conversation_can_be_closed_and_opened_again() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("close", json!({ "conversation": id })).await;
    assert_eq!(harness.receiver.next().await.body["events"][0]["event"]["payload"]["status"], "closed");
    assert_eq!(harness.try_send(&id, "text").await.unwrap().status, 400);
    harness.order("reopen", json!({})).await;
    assert_eq!(harness.receiver.next().await.body["events"][0]["event"]["payload"]["status"], "open");
    harness.send(&id, "text").await;
    assert_eq!(harness.try_order("close", json!({ "conversation": "none" })).await.status, 400);
}

#[tokio::test]
async fn a_visitor_can_be_blocked_for_good() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("block", json!({ "visitor": VISITOR })).await;
    for refused in [harness.try_send(&id, "text").await.unwrap(), harness.try_start("Hello").await.unwrap()] {
        assert_eq!(refused.body["error"], "CONTACT_IS_BLOCKED");
    }
    assert_eq!(harness.order("unblock", json!({ "visitor": VISITOR })).await["was_blocked"], true);
    harness.send(&id, "text").await;
}

#[tokio::test]
async fn the_account_token_can_change() {
    let harness = Harness::new().await;
    harness.order("account-token", json!({ "token": "rotated" })).await;
    assert_eq!(harness.try_start("Hello").await.unwrap().status, 401);
    let request = harness.client.post(harness.url("/api/v1/conversations")).bearer_auth("rotated");
    assert_eq!(request.json(&Harness::start_body("Hello")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_pace_can_change() {
    let harness = Harness::with(|config| config.pace = std::time::Duration::from_secs(3600)).await;
    harness.order("pace", json!({ "ms": 0 })).await;
    harness.start().await;
    harness.idle().await;
}

#[tokio::test]
async fn lists_tell_what_reached_the_platform() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    let request = harness.client.post(harness.url(&format!("/api/v1/conversation/{id}/messages")));
    let request = request.bearer_auth("demo-account-token").header("cookie", "secret=1").header("x-forwarded", "yes");
    request.json(&Harness::send_body("text")).send().await.unwrap();
    let calls = harness.look(&format!("calls?call=send&conversation={id}&at_least=1")).await;
    let call = &calls["calls"][0];
    assert_eq!(call["body"], Harness::send_body("text"));
    assert_eq!((&call["status"], &call["request"]["authorization"]), (&json!(200), &json!("right")));
    let headers = list(&call["request"]["headers"]);
    for wanted in [json!(["cookie", "…"]), json!(["authorization", "…"]), json!(["x-forwarded", "yes"])] {
        assert!(headers.contains(&wanted), "{wanted} in {headers:?}");
    }
    harness.idle().await;
    let told = harness.look(&format!("deliveries?conversation={id}&type=message&state=delivered")).await;
    assert_eq!(list(&told["deliveries"]).len(), 5);
    let told = harness.look(&format!("conversations?visitor={VISITOR}")).await;
    let wanted = json!({
        "id": id, "visitor": VISITOR, "closed": false, "with": "bot", "visitor_messages": 2, "steps_left": 0,
    });
    assert_eq!(told["conversations"], json!([wanted]));
    let late = harness.client.get(harness.url("/_control/calls?at_least=99&timeout_ms=1")).send().await.unwrap();
    assert_eq!(late.status(), 408);
}

#[tokio::test]
async fn a_reset_forgets_all_but_the_webhook() {
    let harness = Harness::new().await;
    harness.start().await;
    harness.order("hold", json!({ "call": "start" })).await;
    let held = tokio::spawn({
        let request = harness.client.post(harness.url("/api/v1/conversations"));
        request.bearer_auth("demo-account-token").json(&Harness::start_body("Hello")).send()
    });
    harness.look("calls?outcome=held&at_least=1").await;
    harness.order("fail", json!({ "times": 100, "status": 500 })).await;
    harness.order("reset", json!({})).await;
    assert_eq!(held.await.unwrap().unwrap().status(), 200);
    harness.receiver.rest().await;
    for path in ["calls", "deliveries", "conversations"] {
        assert_eq!(harness.look(path).await[path], json!([]));
    }
    harness.try_start("Hello").await.unwrap();
    harness.idle().await;
}

#[tokio::test]
async fn a_simulator_that_is_shut_down_takes_no_more_calls() {
    let harness = Harness::new().await;
    let (url, client) = (harness.url("/_control/health"), harness.client.clone());
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    harness.simulator.shutdown().await;
    assert!(client.get(&url).send().await.is_err());
}
