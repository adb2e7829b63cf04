//! Valid tokens and renewal secrets in the wrong hands, in the wrong place, or after their expiry.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, ORIGIN, StreamItem};
use crate::harness::{Harness, key, says};

const ELSEWHERE: &str = "http://localhost:4712";

async fn ask(harness: &Harness, origin: &str, body: Value) -> reqwest::Response {
    let request = harness.http.post(harness.proxy.url("/token")).header("origin", origin).json(&body);
    request.send().await.expect("an answer")
}

async fn credentials(harness: &Harness, body: Value) -> (String, String, String) {
    let answer: Value = ask(harness, ORIGIN, body).await.json().await.expect("JSON");
    let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
    (text("token"), text("renewal"), text("visitor"))
}

/// Status codes of each call with a token: 404, as there is no such conversation, or 401.
async fn statuses(harness: &Harness, token: &str, origin: Option<&str>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for (method, path) in [
        ("GET", "/api/v1/conversation/nobodys/events?wait=0"),
        ("POST", "/api/v1/conversation/nobodys/messages"),
        ("POST", "/api/v1/conversation/nobodys/files"),
        ("POST", "/api/v1/conversations"),
    ] {
        let method = method.parse().expect("a method");
        let mut request = harness.http.request(method, harness.proxy.url(path)).bearer_auth(token);
        request = request.header("idempotency-key", key(9)).header("accept", "application/json");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let body = json!({ "message": { "data": { "body": "Hi" }, "type": "text" }, "user": { "type": "VISITOR" } });
        statuses.push(request.json(&body).send().await.expect("an answer").status().as_u16());
    }
    statuses
}

#[tokio::test]
async fn a_token_taken_to_another_allowed_origin() {
    let harness = Harness::open().await;
    let (token, ..) = credentials(&harness, json!({})).await;
    assert_eq!(statuses(&harness, &token, Some(ORIGIN)).await[..2], [404, 404]);
    assert_eq!(statuses(&harness, &token, Some(ELSEWHERE)).await, [401; 4]);
}

#[tokio::test]
async fn a_token_taken_to_a_foreign_origin() {
    let harness = Harness::open().await;
    let (token, ..) = credentials(&harness, json!({})).await;
    assert_eq!(statuses(&harness, &token, Some("https://evil.example")).await, [403; 4]);
}

#[tokio::test]
async fn a_token_used_without_any_origin() {
    let harness = Harness::open().await;
    let (token, ..) = credentials(&harness, json!({})).await;
    assert_eq!(statuses(&harness, &token, None).await, [401; 4]);
}

#[tokio::test]
async fn a_token_after_its_time() {
    let harness = Harness::open().await;
    let (token, ..) = credentials(&harness, json!({})).await;
    harness.proxy.clock.advance(Duration::from_secs(600));
    assert_eq!(statuses(&harness, &token, Some(ORIGIN)).await, [401; 4]);
}

#[tokio::test]
async fn a_token_in_an_address_or_a_cookie_or_a_body() {
    let harness = Harness::open().await;
    let (token, ..) = credentials(&harness, json!({})).await;
    let url = format!("/api/v1/conversation/nobodys/events?wait=0&access_token={token}&token={token}");
    let request = harness.http.get(harness.proxy.url(&url)).header("origin", ORIGIN);
    assert_eq!(request.send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    let request =
        harness.http.post(harness.proxy.url("/api/v1/conversation/nobodys/messages")).header("origin", ORIGIN);
    let request = request.header("cookie", format!("token={token}; Authorization=Bearer {token}"));
    let answer = request.json(&json!({ "token": token, "access_token": token })).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn two_tokens_in_one_request() {
    let harness = Harness::open().await;
    let (token, ..) = credentials(&harness, json!({})).await;
    for second in ["Bearer x".to_owned(), format!("Bearer {token}")] {
        let request =
            harness.http.get(harness.proxy.url("/api/v1/conversation/nobodys/events")).header("origin", ORIGIN);
        let request = request.bearer_auth(&token).header("authorization", second);
        assert_eq!(request.send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_renewal_secret_from_another_origin() {
    let harness = Harness::open().await;
    let (_, renewal, visitor) = credentials(&harness, json!({})).await;
    assert_eq!(ask(&harness, ELSEWHERE, json!({ "renewal": renewal })).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(credentials(&harness, json!({ "renewal": renewal })).await.2, visitor, "and nothing was used up");
}

#[tokio::test]
async fn a_renewal_secret_used_again_after_the_grace() {
    let harness = Harness::open().await;
    let (first, renewal, _) = credentials(&harness, json!({})).await;
    let (second, heir, _) = credentials(&harness, json!({ "renewal": renewal })).await;
    harness.proxy.clock.advance(Duration::from_secs(21));
    assert_eq!(ask(&harness, ORIGIN, json!({ "renewal": renewal })).await.status(), StatusCode::UNAUTHORIZED);
    for token in [first, second] {
        assert_eq!(statuses(&harness, &token, Some(ORIGIN)).await, [401; 4], "the whole family has ended");
    }
    assert_eq!(ask(&harness, ORIGIN, json!({ "renewal": heir })).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_as_a_renewal_secret_and_a_secret_as_a_token() {
    let harness = Harness::open().await;
    let (token, renewal, _) = credentials(&harness, json!({})).await;
    assert_eq!(ask(&harness, ORIGIN, json!({ "renewal": token })).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(statuses(&harness, &renewal, Some(ORIGIN)).await, [401; 4]);
}

#[tokio::test]
async fn a_token_for_a_site_that_the_origin_does_not_belong_to() {
    let harness = Harness::open().await;
    assert_eq!(ask(&harness, ORIGIN, json!({ "site": "other" })).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ask(&harness, ORIGIN, json!({ "site": "demo'--" })).await.status(), StatusCode::FORBIDDEN);
}

/// Opens a stream with a valid token; returns browser, alias and stream.
async fn reading(harness: &Harness) -> (Browser, String, crate::browser::Events) {
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut events = browser.stream(&alias, None).await;
    events.entries(2).await;
    (browser, alias, events)
}

async fn ends(mut events: crate::browser::Events) {
    loop {
        match events.next().await {
            Some(StreamItem::Reauth) => break,
            Some(StreamItem::Comment) => {}
            other => panic!("the end, not {other:?}"),
        }
    }
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_stream_past_the_end_of_its_token() {
    let harness = Harness::with(|config| config.token_lifetime = Duration::from_secs(2)).await;
    let (_, _, events) = reading(&harness).await;
    ends(events).await;
}

#[tokio::test]
async fn a_stream_of_a_revoked_visitor_within_a_second() {
    let harness = Harness::open().await;
    let (browser, _, events) = reading(&harness).await;
    let family = harness.visitor(&browser).family;
    let began = std::time::Instant::now();
    harness.app().services.tokens.revoke(family);
    ends(events).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_long_poll_of_a_revoked_visitor_within_a_second() {
    let harness = Harness::open().await;
    let (browser, alias, _events) = reading(&harness).await;
    let family = harness.visitor(&browser).family;
    let last = browser.log(&alias).await.last().expect("entries").cursor;
    let waiting = harness.app().hub.subscribers();
    let poll = tokio::spawn(async move {
        let query = format!("?wait=25&after={last}");
        browser.get(&alias, &query, &[("accept", "application/json")]).await.status().as_u16()
    });
    harness.until(|harness| harness.app().hub.subscribers() > waiting).await;
    let began = std::time::Instant::now();
    harness.app().services.tokens.revoke(family);
    assert_eq!(poll.await.expect("no panic"), 401);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_long_poll_past_the_end_of_its_token() {
    let harness = Harness::with(|config| config.token_lifetime = Duration::from_secs(2)).await;
    let (browser, alias, _events) = reading(&harness).await;
    let last = browser.log(&alias).await.last().expect("entries").cursor;
    let began = std::time::Instant::now();
    let answer = browser.get(&alias, &format!("?wait=25&after={last}"), &[("accept", "application/json")]).await;
    assert_eq!(answer.status(), 200);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    harness.tell(vec![says("bot", "conversation-1", "late")]).await;
}
