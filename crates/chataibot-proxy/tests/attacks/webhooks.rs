//! Events the platform never sent, and genuine ones altered or replayed.

use chataibot_proxy::config::{Site, SiteId, Sites};
use chataibot_proxy::demo;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::harness::{Harness, key, says, short};

const FORGED: &str = "This was never said";

/// Starts a conversation, and posts a webhook with this path, headers and body.
async fn post(path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (Harness, Browser, String, u16) {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut request = harness.http.post(harness.proxy.url(path)).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.body(body).send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("text");
    for secret in [demo::WEBHOOK_TOKEN, demo::WEBHOOK_SECRET, demo::ACCOUNT_TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
    (harness, browser, alias, status)
}

async fn is_refused(path: &str, headers: &[(&str, &str)], body: Vec<u8>, statuses: &[u16]) {
    let (_stage, browser, alias, status) = post(path, headers, body).await;
    assert!(statuses.contains(&status), "{status}");
    assert_eq!(short(&browser.log(&alias).await), ["visitor: hello", "01 sent"]);
}

/// Body of a webhook with this token; otherwise valid.
fn with(token: &Value) -> Vec<u8> {
    json!({ "token": token, "events": [says("bot", "conversation-1", FORGED)] }).to_string().into()
}

fn right() -> Vec<u8> {
    with(&demo::WEBHOOK_TOKEN.into())
}

const PATH: &str = "/webhook/demo-webhook-secret";

macro_rules! refused {
    ($($name:ident: $path:expr, $headers:expr, $body:expr => $($status:literal)|+;)+) => {
        $(#[tokio::test]
        async fn $name() {
            is_refused($path, $headers, $body, &[$($status),+]).await;
        })+
    };
}

refused! {
    a_webhook_without_secret: "/webhook/", &[], right() => 404;
    a_webhook_with_a_wrong_secret: "/webhook/wrong-webhook-secret", &[], right() => 404;
    a_webhook_with_the_beginning_of_the_secret: "/webhook/demo-webhook-secre", &[], right() => 404;
    a_webhook_with_more_than_the_secret: "/webhook/demo-webhook-secretX", &[], right() => 404;
    a_webhook_with_the_secret_in_capitals: "/webhook/DEMO-WEBHOOK-SECRET", &[], right() => 404;
    a_webhook_with_the_token_as_its_secret: "/webhook/demo-webhook-token", &[], right() => 404;
    a_webhook_with_a_path_behind_the_secret: "/webhook/demo-webhook-secret/x", &[], right() => 404;
    a_webhook_without_token: PATH, &[], json!({ "events": [says("bot", "conversation-1", FORGED)] }).to_string().into() => 401;
    a_webhook_with_a_wrong_token: PATH, &[], with(&"wrong".into()) => 401;
    a_webhook_with_an_empty_token: PATH, &[], with(&"".into()) => 401;
    a_webhook_with_the_beginning_of_the_token: PATH, &[], with(&"demo-webhook-toke".into()) => 401;
    a_webhook_with_a_nul_behind_the_token: PATH, &[], with(&"demo-webhook-token\0".into()) => 401;
    a_webhook_with_the_secret_as_its_token: PATH, &[], with(&demo::WEBHOOK_SECRET.into()) => 401;
    a_webhook_with_the_account_token: PATH, &[], with(&demo::ACCOUNT_TOKEN.into()) => 401;
    a_webhook_whose_token_is_a_list: PATH, &[], with(&json!([demo::WEBHOOK_TOKEN])) => 400 | 401;
    a_webhook_whose_token_is_true: PATH, &[], with(&true.into()) => 400 | 401;
    a_webhook_whose_token_is_null: PATH, &[], with(&Value::Null) => 400 | 401;
    a_webhook_with_a_wrong_token_in_its_body_and_the_right_one_in_a_header:
        PATH, &[("authorization", "Bearer demo-webhook-token")], with(&"wrong".into()) => 401;
    a_webhook_with_the_token_in_its_address: "/webhook/demo-webhook-secret?token=demo-webhook-token", &[], with(&"x".into()) => 401;
    a_webhook_with_the_token_in_a_cookie: PATH, &[("cookie", "token=demo-webhook-token")], with(&"x".into()) => 401;
    a_webhook_with_basic_credentials: PATH, &[("authorization", "Basic ZGVtby13ZWJob29rLXRva2Vu")], json!({ "events": [] }).to_string().into() => 401;
    a_webhook_that_is_compressed: PATH, &[("content-encoding", "gzip")], right() => 415;
    a_webhook_that_is_no_json: PATH, &[], b"token=demo-webhook-token".to_vec() => 400;
    a_webhook_that_is_empty: PATH, &[], Vec::new() => 400;
    a_webhook_that_is_a_number: PATH, &[], b"1".to_vec() => 400;
    a_webhook_nested_without_end: PATH, &[], "[".repeat(1_000_000).into() => 400;
    a_webhook_that_is_too_large: PATH, &[], vec![b' '; 4 * 1024 * 1024 + 1] => 413;
    a_handshake_with_a_wrong_token: PATH, &[], br#"{"token":"wrong"}"#.to_vec() => 401;
    a_handshake_that_wants_markup_back: PATH, &[], br#"{"token":"<script>alert(1)</script>"}"#.to_vec() => 401;
}

#[tokio::test]
async fn a_webhook_by_another_method() {
    let harness = Harness::open().await;
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let method = method.parse().expect("a method");
        let answer =
            harness.http.request(method, harness.proxy.url(PATH)).body(right()).send().await.expect("an answer");
        assert_eq!(answer.status(), 405);
    }
}

#[tokio::test]
async fn a_webhook_replayed_ten_times_is_told_once() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut event = says("bot", "conversation-1", "Once");
    event["event"]["payload"]["message"]["id"] = "m-1".into();
    for _ in 0..10 {
        harness.tell(vec![event.clone()]).await;
    }
    assert_eq!(short(&browser.log(&alias).await), ["visitor: hello", "01 sent", "bot: once"]);
}

#[tokio::test]
async fn a_webhook_altered_to_name_another_conversation_reaches_nobody() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    for name in ["conversation-2", "CONVERSATION-1", "conversation-1 ", "conversation-1\0", "' OR '1'='1", &alias] {
        harness.tell(vec![says("bot", name, FORGED)]).await;
    }
    assert_eq!(short(&browser.log(&alias).await), ["visitor: hello", "01 sent"]);
}

#[tokio::test]
async fn a_webhook_of_one_site_about_a_conversation_of_another() {
    let harness = Harness::with(|config| {
        let site = config.sites.iter().next().expect("a site").as_ref().clone();
        let other = Site {
            id: SiteId::parse("other").expect("an id"),
            webhook_secret: SecretString::from("other-webhook-secret"),
            webhook_token: SecretString::from("other-webhook-token"),
            origins: chataibot_proxy::config::Origins::exactly(["https://other.example".to_owned()]),
            ..site.clone()
        };
        config.sites = Sites::new(vec![site, other]);
    })
    .await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let body = json!({ "token": "other-webhook-token", "events": [says("bot", "conversation-1", FORGED)] });
    let post = harness.http.post(harness.proxy.url("/webhook/other-webhook-secret")).json(&body);
    assert_eq!(post.send().await.expect("an answer").status(), 200, "it is a webhook of that site's");
    assert_eq!(short(&browser.log(&alias).await), ["visitor: hello", "01 sent"]);
    // One site's token is refused on the other site's path.
    let post = harness.http.post(harness.proxy.url(PATH)).json(&body);
    assert_eq!(post.send().await.expect("an answer").status(), 401);
}

#[tokio::test]
async fn an_echo_that_claims_to_be_the_visitor_confirms_nothing_that_was_not_sent() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    harness.tell(vec![says("visitor", "conversation-1", "Hello")]).await;
    let log = short(&browser.log(&alias).await);
    assert_eq!(log[..2], ["visitor: hello", "01 sent"]);
    assert!(log.iter().filter(|line| line.as_str() == "visitor: hello").count() == 1, "{log:?}");
}

#[tokio::test]
async fn a_page_that_calls_the_webhook_gets_no_leave_to_read_its_answer() {
    let harness = Harness::open().await;
    let request = harness.http.post(harness.proxy.url(PATH)).header("origin", "https://evil.example").body(right());
    let answer = request.send().await.expect("an answer");
    assert!(answer.headers().get("access-control-allow-origin").is_none());
}
