//! The tests determine the order of events; nothing depends on the scheduler.

use serde_json::json;

use crate::harness::{Harness, VISITOR};

#[tokio::test]
async fn the_echo_comes_before_the_reply_and_messages_in_the_order_they_were_sent() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    for number in 0..30 {
        let text = format!("number {number}");
        harness.try_send(&id, &text).await.unwrap();
    }
    for number in 0..30 {
        let text = format!("number {number}");
        assert_eq!(harness.receiver.next_message().await["text"], text);
        assert!(harness.receiver.next_message().await["title"].as_str().unwrap().contains(&text));
    }
}

#[tokio::test]
async fn with_a_pace_the_bot_takes_its_time_and_the_echo_does_not() {
    let harness = Harness::with(|config| config.pace = std::time::Duration::from_secs(3600)).await;
    let started = harness.try_start("Hello").await.unwrap();
    let id = started.body["conversation"]["id"].as_str().unwrap();
    harness.receiver.next().await;
    assert_eq!(harness.receiver.next_message().await["text"], "Hello");
    harness.try_send(id, "text").await.unwrap();
    assert_eq!(harness.receiver.next_message().await["text"], "text");
    let told = harness.look("conversations").await;
    assert_eq!(told["conversations"][0]["visitor"], VISITOR);
    assert!(told["conversations"][0]["steps_left"].as_u64().unwrap() >= 3, "{told}");
    assert!(harness.receiver.rest().await.is_empty());
}

#[tokio::test]
async fn a_reply_can_come_before_its_send_is_answered() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    let hold = harness.order("hold", json!({ "call": "send" })).await["hold"].clone();
    let send = tokio::spawn({
        let request = harness.client.post(harness.url(&format!("/api/v1/conversation/{id}/messages")));
        request.bearer_auth("demo-account-token").json(&Harness::send_body("text")).send()
    });
    assert_eq!(harness.receiver.next_message().await["text"], "text");
    assert_eq!(harness.receiver.next_message().await["type"], "text");
    let held = harness.look("calls?call=send&outcome=held&at_least=1").await;
    assert_eq!(held["calls"][0]["processed"], true);
    assert!(!send.is_finished());
    let released = harness.order("release", json!({ "hold": hold })).await;
    assert_eq!(released["released"], json!([{ "hold": hold, "call": held["calls"][0]["id"] }]));
    assert_eq!(send.await.unwrap().unwrap().status(), 200);
    assert_eq!(harness.look("calls?call=send").await["calls"][0]["outcome"], "answered");
}

#[tokio::test]
async fn a_webhook_can_come_before_its_start_is_answered() {
    let harness = Harness::new().await;
    harness.order("hold", json!({ "call": "start" })).await;
    let start = tokio::spawn({
        let request = harness.client.post(harness.url("/api/v1/conversations"));
        request.bearer_auth("demo-account-token").json(&Harness::start_body("Hello")).send()
    });
    for _ in 0..4 {
        harness.receiver.next().await;
    }
    assert!(!start.is_finished());
    let id = harness.look("conversations").await["conversations"][0]["id"].clone();
    harness.order("release", json!({})).await;
    let answer: serde_json::Value = start.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer["conversation"]["id"], id);
}

#[tokio::test]
async fn webhooks_can_be_released_in_any_order_discarded_and_resumed() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("webhooks/pause", json!({})).await;
    let order = json!({ "conversation": id, "text": "{n}", "times": 5 });
    let queued = harness.order("reply", order).await["deliveries"].clone();
    let [_, second, third, fourth, _] = queued.as_array().unwrap().as_slice() else { panic!("{queued}") };
    let results = harness.order("webhooks/release", json!({ "deliveries": [fourth, second] })).await;
    let wanted = json!([{ "delivery": fourth, "status": 200 }, { "delivery": second, "status": 200 }]);
    assert_eq!(results["results"], wanted);
    harness.order("webhooks/discard", json!({ "deliveries": [third] })).await;
    harness.order("webhooks/resume", json!({})).await;
    for wanted in ["4", "2", "1", "5"] {
        assert_eq!(harness.receiver.next_message().await["text"], wanted);
    }
    harness.idle().await;
    assert!(harness.receiver.rest().await.is_empty());
}

#[tokio::test]
async fn a_release_that_is_refused_goes_back_into_its_place() {
    let harness = Harness::new().await;
    let id = harness.start().await;
    harness.order("webhooks/pause", json!({})).await;
    let order = json!({ "conversation": id, "text": "{n}", "times": 3 });
    let queued = harness.order("reply", order).await["deliveries"].clone();
    harness.receiver.refuse(&[503]).await;
    let results = harness.order("webhooks/release", json!({ "deliveries": [queued[1]] })).await;
    assert_eq!(results["results"], json!([{ "delivery": queued[1], "error": "status 503" }]));
    harness.order("webhooks/resume", json!({})).await;
    for wanted in ["2", "1", "2", "3"] {
        assert_eq!(harness.receiver.next_message().await["text"], wanted);
    }
}
