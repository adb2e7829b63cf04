//! Messages and webhooks that are not forwarded, not shown, or not accepted.

use chataibot_proxy::demo;
use serde_json::json;

use crate::browser::refusal;
use crate::harness::{Harness, key, says};
use crate::platform::PlatformAnswer;

#[tokio::test]
async fn the_operators_troubles_are_not_the_visitors() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    for (status, code) in [
        (400, "CHANNEL_NOT_ENABLED"),
        (400, "CHANNEL_TOKEN_EXPIRED"),
        (401, "JWT_SIGNATURE_EXCEPTION"),
        (401, "UNAUTHORIZED_FEATURE"),
        (404, "ACCOUNT_DETAILS_NOT_FOUND"),
    ] {
        let body = json!({ "ok": false, "error": code, "message": "your plan: Enterprise", "status": status });
        harness.platform.next(PlatformAnswer::Answer(status, body.to_string()));
        let answer = browser.post_start(&key(1), "Hello").await;
        let text = answer.text().await.expect("a text");
        assert!(!text.contains(code) && !text.contains("plan"), "{text}");
        let body: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            (&body["error"], &body["status"], &body["retry_after"]),
            (&json!("UNAVAILABLE"), &json!(503), &json!(60))
        );
    }
    assert_eq!(harness.app().metrics.platform_operator_faults.get(), 5);
    browser.start(&key(1), "Hello").await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    harness.platform.next(PlatformAnswer::Answer(307, String::new()));
    assert_eq!(refusal(browser.post_start(&key(1), "Hello").await).await, (503, "UNAVAILABLE".to_owned()));
    assert_eq!(harness.platform.calls().len(), 1);
}

#[tokio::test]
async fn a_foreign_conversation_and_none_are_the_same() {
    let harness = Harness::open().await;
    let (owner, other) = (harness.browser().await, harness.browser().await);
    let alias = owner.start(&key(1), "Hello").await;
    let absent = "0123456789abcdef0123456789abcdef";
    for alias in [alias.as_str(), absent, "conversation-1", "%2e%2e", "x"] {
        let sent = refusal(other.post_send(alias, &key(2), "text").await).await;
        let streamed = refusal(other.get(alias, "", &[("accept", "text/event-stream")]).await).await;
        let polled = refusal(other.get(alias, "?wait=1", &[("accept", "application/json")]).await).await;
        let replayed = refusal(other.get(alias, "", &[("last-event-id", "1-1")]).await).await;
        for refused in [sent, streamed, polled, replayed] {
            assert_eq!(refused, (404, "NOT_FOUND".to_owned()), "{alias}");
        }
    }
    assert_eq!(harness.platform.calls().len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_message_is_said_and_not_forwarded() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let start = |text: &str, variables: serde_json::Value, bot_key: &str| {
        json!({
            "channel": "API",
            "message": { "data": { "body": text }, "type": "text" },
            "variables": variables,
            "bot_key": bot_key,
            "from": { "user_external_id": "", "type": "VISITOR" },
        })
    };
    let many: serde_json::Map<_, _> = (0..51).map(|n| (format!("v{n}"), json!("x"))).collect();
    for (body, what) in [
        (start(" \n", json!({}), ""), "empty"),
        (start(&"x".repeat(4_001), json!({}), ""), "4000 characters"),
        (start("Hello", json!({}), "another-bot"), "bot_key"),
        (start("Hello", json!({ "contact": { "name": "x".repeat(1_001) } }), ""), "1000 characters"),
        (start("Hello", json!({ "conversation": many }), ""), "50 variables"),
        (start("Hello", json!({ "conversation": { "": "x" } }), ""), "name of 1 to 100"),
    ] {
        let answer = browser.post("/api/v1/conversations", &key(1), &body).await;
        assert_eq!(answer.status(), 400, "{what}");
        let body: serde_json::Value = answer.json().await.expect("JSON");
        assert_eq!(body["error"], "BAD_REQUEST");
        assert!(body["message"].as_str().expect("a message").contains(what), "{body}");
    }
    let body = start("Hello", json!({}), "");
    for key in ["", "1", "018F5C3E-7A10-7C4E-9D1B-2F6A8B9C0D1E"] {
        let answer = browser.post("/api/v1/conversations", key, &body).await;
        assert_eq!(refusal(answer).await, (400, "BAD_REQUEST".to_owned()), "{key}");
    }
    assert_eq!(harness.platform.calls().len(), 0);
    let longest = "é".repeat(4_000);
    browser.start(&key(1), &longest).await;
    assert_eq!(harness.platform.called(1).await.text(), longest);
}

#[tokio::test]
async fn a_webhook_needs_its_secret_and_its_token() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let post = async |secret: &str, header: Option<&str>, body: String| {
        let mut request = harness.http.post(harness.proxy.url(&format!("/webhook/{secret}"))).body(body);
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        request.send().await.expect("an answer")
    };
    let events = |token: Option<&str>| {
        let mut body = json!({ "events": [says("bot", "conversation-1", "in")] });
        if let Some(token) = token {
            body["token"] = json!(token);
        }
        body.to_string()
    };
    let (secret, token) = (demo::WEBHOOK_SECRET, demo::WEBHOOK_TOKEN);
    let bearer = format!("Bearer {token}");
    assert_eq!(post("wrong", None, events(Some(token))).await.status(), 404);
    assert_eq!(post(secret, None, events(Some("wrong"))).await.status(), 401);
    assert_eq!(post(secret, None, events(None)).await.status(), 401);
    assert_eq!(post(secret, Some("Bearer wrong"), events(None)).await.status(), 401);
    assert_eq!(post(secret, Some(token), events(Some("wrong"))).await.status(), 401, "the body's counts");
    assert_eq!(post(secret, None, "nonsense".to_owned()).await.status(), 400);
    assert_eq!(browser.log(&alias).await.len(), 2, "nothing of all that got in");
    assert_eq!(post(secret, Some(token), events(None)).await.status(), 200);
    assert_eq!(post(secret, Some(&bearer), events(None)).await.status(), 200);
    assert_eq!(post(secret, None, events(Some(token))).await.status(), 200);
    assert_eq!(browser.log(&alias).await.len(), 5);

    let handshake = post(secret, None, json!({ "token": token }).to_string()).await;
    assert_eq!(handshake.status(), 200);
    assert_eq!(handshake.json::<serde_json::Value>().await.expect("JSON"), json!({ "token": token }));
    let wrong = post(secret, None, json!({ "token": "wrong" }).to_string()).await;
    assert_eq!(refusal(wrong).await, (401, "UNAUTHORIZED".to_owned()), "never echoed");
}

#[tokio::test]
async fn an_ended_conversation_says_so() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut stream = browser.stream(&alias, None).await;
    stream.entries(2).await;
    harness.tell(vec![crate::harness::closes("conversation-1")]).await;
    assert_eq!(crate::harness::short(&[stream.entry().await]), ["closed"]);
    assert_eq!(refusal(browser.post_send(&alias, &key(2), "text").await).await, (409, "CONVERSATION_ENDED".to_owned()));
    assert_eq!(harness.platform.calls().len(), 1);
    assert_ne!(browser.start(&key(3), "again").await, alias);
}
