//! Handshake, token, styles, redelivery: the Events webhook.

use serde_json::{Value, json};

use crate::harness::{Harness, Receiver};

#[tokio::test]
async fn the_handshake_is_tried_until_it_succeeds_and_no_event_goes_out_before() {
    let receiver = Receiver::new().await;
    receiver.refuse(&[503, 401, 200]).await;
    let harness = Harness::new().await;
    harness.order("webhook", json!({ "url": null })).await;
    let started = harness.try_start("Hello").await.unwrap();
    assert_eq!(started.status, 200);
    let waiting = harness.look("deliveries?state=waiting").await;
    assert_eq!(waiting["deliveries"].as_array().unwrap().len(), 4);

    harness.order("webhook", json!({ "url": receiver.url, "token": "another-token" })).await;
    let target = harness.look("webhook?timeout_ms=10000").await;
    let wanted =
        json!([{ "ok": false, "error": "status 503" }, { "ok": false, "error": "status 401" }, { "ok": true }]);
    assert_eq!(target["handshakes"], wanted);
    let first = receiver.next().await;
    assert_eq!(first.body["token"], "another-token");
    assert_eq!(first.body["events"][0]["event"]["type"], "conversation_create");
}

#[tokio::test]
async fn a_handshake_that_returns_another_token_does_not_count() {
    let harness = Harness::new().await;
    // This receiver answers the handshake with another token.
    let router = axum::Router::new().fallback(|| async { axum::Json(json!({ "token": "wrong" })) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    harness.order("webhook", json!({ "url": url })).await;
    let met = harness.order("handshake", json!({})).await;
    assert_eq!(met["handshake"], json!({ "ok": false, "error": "the answer does not hold the same token" }));
    assert_eq!(harness.look("webhook").await["greeted"], false);
}

#[tokio::test]
async fn the_token_stands_where_the_style_says() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    for (place, header, in_body) in [
        ("body", None, json!("demo-webhook-token")),
        ("bearer", Some("Bearer demo-webhook-token"), Value::Null),
        ("raw", Some("demo-webhook-token"), Value::Null),
    ] {
        harness.order("style", json!({ "token_in": place })).await;
        harness.order("reply", json!({ "conversation": id, "text": "<p>Hi</p>" })).await;
        let came = harness.receiver.next().await;
        assert_eq!(came.authorization.as_deref(), header);
        assert_eq!(came.body["token"], in_body);
    }
}

#[tokio::test]
async fn an_event_is_written_as_it_was_seen() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("reply", json!({ "text": "<p>Hi <b>there</b></p>" })).await;
    let came = harness.receiver.next().await;
    let mut seen: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/platform/seen-envelope-token-in-body.json"))
            .unwrap();
    seen["events"][0]["conversation"]["key"] = id.into();
    assert_eq!(came.body, seen);
}

#[tokio::test]
async fn the_created_event_holds_the_variables_and_planted_personal_data() {
    let harness = Harness::new().await;
    let mut body = Harness::start_body("Hello");
    body["variables"] = json!({ "system": { "timezone": "Europe/Rome" }, "contact": { "email": "ada@example.com" } });
    let started = harness.call("/api/v1/conversations", &body).await.unwrap();
    let created = harness.receiver.next().await;
    let payload = &created.body["events"][0]["event"]["payload"];
    assert_eq!(payload["external_key"], started.body["conversation"]["id"]);
    assert_eq!(payload["email"], "ada@example.com");
    let variables = payload["variables"].as_array().unwrap();
    assert!(variables.contains(&json!({ "type": "SYSTEM", "name": "timezone", "value": "Europe/Rome" })));
    assert!(variables.contains(&json!({ "type": "SYSTEM", "name": "ip_address", "value": "203.0.113.77" })));
}

#[tokio::test]
async fn echoes_come_in_every_style() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    for (style, wanted) in [("plain", "1 < 2"), ("html", "<p>1 &lt; 2</p>")] {
        harness.order("style", json!({ "echo": style })).await;
        harness.try_send(&id, "1 < 2").await.unwrap();
        let echo = harness.receiver.next().await;
        let payload = &echo.body["events"][0]["event"]["payload"];
        assert_eq!((&payload["message"]["text"], &payload["message_by"]["type"]), (&json!(wanted), &json!("visitor")));
        harness.receiver.next_message().await;
    }
    harness.order("style", json!({ "echo": "off" })).await;
    harness.try_send(&id, "text").await.unwrap();
    let first = harness.receiver.next().await;
    assert_eq!(first.body["events"][0]["event"]["payload"]["message_by"]["type"], "bot");
}

#[tokio::test]
async fn ids_and_times_come_when_they_are_on() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("style", json!({ "ids": true, "time": "iso" })).await;
    let sent = harness.try_send(&id, "text").await.unwrap();
    let echo = harness.receiver.next().await;
    let payload = &echo.body["events"][0]["event"]["payload"];
    assert_eq!(payload["message_id"], sent.body["message_id"]);
    let time = payload["created_at"].as_str().unwrap();
    assert!(time.contains('T') && time.ends_with("+00:00"), "{time}");
}

#[tokio::test]
async fn a_refused_webhook_comes_again_until_it_is_taken_and_the_next_one_waits() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.receiver.refuse(&[500, 429, 302]).await;
    for text in ["first", "second"] {
        harness.order("reply", json!({ "conversation": id, "text": text })).await;
    }
    for wanted in ["first", "first", "first", "first", "second"] {
        assert_eq!(harness.receiver.next_message().await["text"], wanted);
    }
    harness.idle().await;
    let told = harness.look(&format!("deliveries?conversation={id}")).await;
    let [.., first, second] = told["deliveries"].as_array().unwrap().as_slice() else { panic!("{told}") };
    let wanted = json!([{ "status": 500 }, { "status": 429 }, { "status": 302 }, { "status": 200 }]);
    assert_eq!((&first["attempts"], &first["state"]), (&wanted, &json!("delivered")));
    assert_eq!(second["attempts"], json!([{ "status": 200 }]));
}

#[tokio::test]
async fn a_webhook_nobody_takes_is_given_up_and_the_next_one_goes_out() {
    let harness = Harness::with(|config| config.retry.attempts = 3).await;
    harness.start().await;
    harness.receiver.refuse(&[500, 500, 500]).await;
    let order = json!({ "text": "{n}", "times": 2, "wait": true });
    assert_eq!(harness.order("reply", order).await["states"], json!(["given up", "delivered"]));
    for wanted in ["1", "1", "1", "2"] {
        assert_eq!(harness.receiver.next_message().await["text"], wanted);
    }
}

#[tokio::test]
async fn one_conversations_trouble_does_not_hold_up_another() {
    let harness = Harness::new().await;
    let (one, other) = (harness.start().await, harness.start().await);
    harness.order("webhooks/pause", json!({})).await;
    let stuck = harness.order("reply", json!({ "conversation": one, "text": "stuck" })).await;
    let free = harness.order("reply", json!({ "conversation": other, "text": "free" })).await;
    harness.order("webhooks/release", json!({ "deliveries": free["deliveries"] })).await;
    assert_eq!(harness.receiver.next_message().await["text"], "free");
    let told = harness.look("deliveries?state=waiting").await;
    assert_eq!(told["deliveries"][0]["id"], stuck["deliveries"][0]);
}

#[tokio::test]
async fn events_survive_a_receiver_that_is_gone_for_a_while() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    // Nothing listens on port 9 of the loopback.
    harness.order("webhook", json!({ "url": "http://127.0.0.1:9/", "handshake": false })).await;
    harness.order("reply", json!({ "conversation": id, "text": "patience" })).await;
    harness.look("deliveries?state=going&at_least=1").await;
    harness.order("webhook", json!({ "url": harness.receiver.url })).await;
    assert_eq!(harness.receiver.next_message().await["text"], "patience");
}
