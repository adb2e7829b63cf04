//! Making the proxy call a forbidden address, pass on forbidden data, or invent stream events.

use chataibot_wire::entry::Event;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::browser::{ORIGIN, StreamItem, refusal};
use crate::harness::{Harness, key, says};
use crate::platform::PlatformAnswer;

async fn is_no_call(method: &str, path: &str) {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}",
        browser.token
    );
    let answer = crate::socket::exchange(harness.proxy.address, request.as_bytes()).await;
    let status = crate::socket::statuses(&answer)[0].to_owned();
    assert!(matches!(status.as_str(), "400" | "404" | "405"), "{path}: {answer}");
    assert!(harness.platform.calls().is_empty(), "{path}");
}

macro_rules! no_call {
    ($($name:ident: $method:literal $path:literal;)+) => {
        $(#[tokio::test]
        async fn $name() {
            is_no_call($method, $path).await;
        })+
    };
}

no_call! {
    a_path_of_the_platform_that_is_not_one_of_the_two: "POST" "/api/v1/contacts";
    the_list_of_all_conversations: "GET" "/api/v1/conversations";
    the_deletion_of_a_conversation: "DELETE" "/api/v1/conversation/1/messages";
    a_path_below_a_known_one: "POST" "/api/v1/conversations/export";
    a_path_that_climbs_out: "POST" "/api/v1/conversation/../../account/messages";
    a_path_that_climbs_out_encoded: "POST" "/api/v1/conversation/%2e%2e%2f%2e%2e%2faccount/messages/x";
    a_path_with_two_slashes: "POST" "//api/v1/conversations";
    a_path_in_capitals: "POST" "/API/V1/CONVERSATIONS";
    a_path_with_a_slash_at_its_end: "POST" "/api/v1/conversations/";
    an_address_in_a_parameter: "POST" "/proxy?url=http://169.254.169.254/";
    an_unknown_method: "PROPFIND" "/api/v1/conversations";
}

#[tokio::test]
async fn headers_of_the_page_are_not_passed_on() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let body = json!({
        "channel": "API", "message": { "data": { "body": "Hi" }, "type": "text" }, "bot_key": "",
        "from": { "user_external_id": "x", "type": "VISITOR" },
    });
    let request = harness.http.post(harness.proxy.url("/api/v1/conversations?channel=X")).json(&body);
    let answer = request
        .header("origin", ORIGIN)
        .header("idempotency-key", key(1))
        .bearer_auth(&browser.token)
        .header("cookie", "session=1")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-for", "10.0.0.1")
        .header("x-http-method-override", "DELETE")
        .header("x-original-url", "/admin")
        .header("x-api-key", "planted")
        .header("referer", "https://evil.example/")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);
    let call = harness.platform.called(1).await;
    let mut names: Vec<&str> = call.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "authorization", "content-length", "content-type", "host", "user-agent"]);
    assert_eq!(call.headers["authorization"], "Bearer demo-account-token");
    assert_eq!(call.path, "/api/v1/conversations");
}

#[tokio::test]
async fn fields_nobody_documented_are_not_passed_on() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let body = json!({
        "channel": "API", "admin": true, "bot_key": "", "token": "x", "platform_url": "http://127.0.0.1:1/",
        "message": { "data": { "body": "Hi", "html": "<b>" }, "type": "text", "internal": true },
        "variables": { "contact": { "name": "Ada", "is_staff": "yes" }, "system": { "ip": "1.2.3.4" }, "account": {} },
        "from": { "user_external_id": "x", "type": "VISITOR", "role": "AGENT" },
    });
    assert_eq!(browser.post("/api/v1/conversations", &key(1), &body).await.status(), 200);
    let sent = harness.platform.called(1).await.body;
    assert_eq!(
        sent,
        json!({
            "channel": "API", "bot_key": "demo-bot", "message": { "data": { "body": "Hi" }, "type": "text" },
            "variables": { "contact": { "name": "Ada" }, "system": {} },
            "from": { "user_external_id": browser.visitor, "type": "VISITOR" },
        })
    );
}

#[tokio::test]
async fn a_redirect_of_the_platform_is_not_followed() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let trap = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let location = format!("http://{}/latest/meta-data", trap.local_addr().expect("an address"));
    for status in [301, 302, 307, 308] {
        harness.platform.next(PlatformAnswer::Answer(status, json!({ "location": location }).to_string()));
        let answer = browser.post_start(&key(u8::try_from(status - 290).expect("small")), "Hi").await;
        assert_eq!(refusal(answer).await, (503, "UNAVAILABLE".to_owned()), "{status}");
    }
    let caller = tokio::time::timeout(std::time::Duration::from_millis(50), trap.accept()).await;
    assert!(caller.is_err(), "nobody came");
}

#[tokio::test]
async fn an_id_of_the_platform_stays_one_segment_of_a_path() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let id = "../../account?x=1#y%2f\u{e9}";
    let started = json!({ "ok": true, "conversation": { "id": id, "created_at": "2025-02-10 20:21:03.913000" } });
    harness.platform.next(PlatformAnswer::Answer(200, started.to_string()));
    let alias = browser.start(&key(1), "Hello").await;
    browser.send(&alias, &key(2), "Hi").await;
    let call = harness.platform.called(2).await;
    assert_eq!(call.path, "/api/v1/conversation/..%2F..%2Faccount%3Fx%3D1%23y%252f%C3%A9/messages");
}

#[tokio::test]
async fn ids_that_are_dots_or_nothing_are_not_taken() {
    for id in [".", "..", "", "a\nb", &"x".repeat(201)] {
        let harness = Harness::open().await;
        let browser = harness.browser().await;
        harness
            .platform
            .next(PlatformAnswer::Answer(200, json!({ "ok": true, "conversation": { "id": id } }).to_string()));
        assert_eq!(refusal(browser.post_start(&key(1), "Hello").await).await.0, 502, "{id:?}");
    }
}

#[tokio::test]
async fn the_platforms_own_words_are_not_passed_on() {
    for (status, body) in [
        (400, json!({ "ok": false, "error": "BAD_REQUEST", "message": "staff@example.com planted" })),
        (401, json!({ "ok": false, "error": "JWT_SIGNATURE_EXCEPTION", "message": "planted demo-account-token" })),
        (404, json!({ "ok": false, "error": "ACCOUNT_DETAILS_NOT_FOUND", "message": "planted" })),
        (500, json!("planted <html>")),
        (200, json!({ "ok": true, "planted": true })),
    ] {
        let harness = Harness::open().await;
        let browser = harness.browser().await;
        harness.platform.next(PlatformAnswer::Answer(status, body.to_string()));
        let answer = browser.post_start(&key(1), "Hello").await;
        assert_ne!(answer.status(), 200);
        let text = answer.text().await.expect("text");
        assert!(!text.contains("planted") && !text.contains("example.com"), "{text}");
    }
}

/// Texts with the end of an event, or what some parser takes for one.
const ENDS: &[&str] = &[
    "one\n\nevent: reset\ndata: {}\n\n",
    "two\r\n\r\nevent: reauth\r\ndata: {}\r\n\r\n",
    "three\rid: 9-9\revent: status\rdata: closed\r\r",
    "four\0id: 1-1\0\n",
    "five\u{2028}event: reset\u{2029}\u{85}data: {}",
    "six\u{b}event: reset\u{c}\u{c}data",
    "data: seven\n: comment\nretry: 1\n\n",
    "\u{feff}event: reset\n\n",
];

#[tokio::test]
async fn no_text_of_the_platform_forges_an_event() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut events = browser.stream(&alias, None).await;
    events.entries(2).await;
    for text in ENDS {
        for event in [says("bot", "conversation-1", text), unknown(text), assignee(text)] {
            harness.tell(vec![event]).await;
            match events.next().await {
                Some(StreamItem::Entry(entry)) => {
                    assert!(matches!(entry.event, Event::Message(_) | Event::Assignee(_)))
                }
                Some(StreamItem::Comment) => {}
                other => panic!("{text:?} became {other:?}"),
            }
        }
    }
}

fn unknown(text: &str) -> Value {
    json!({
        "event": { "type": "message", "payload": {
            "message": { "type": format!("x{text}"), "title": text }, "message_by": { "type": "bot" } } },
        "conversation": { "key": "conversation-1" },
    })
}

fn assignee(text: &str) -> Value {
    json!({
        "event": { "type": "assignee", "payload": { "assignee": { "type": "agent", "name": format!("N{text}") } } },
        "conversation": { "key": "conversation-1" },
    })
}

#[tokio::test]
async fn no_text_of_the_visitor_forges_an_event() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut events = browser.stream(&alias, None).await;
    events.entries(2).await;
    for (number, text) in (10..).zip(ENDS) {
        let said = format!("x{text}");
        browser.send(&alias, &key(number), &said).await;
        let entry = events.entry().await;
        assert!(matches!(&entry.event, Event::Message(message) if message.content.to_plain().starts_with('x')));
        assert!(matches!(events.entry().await.event, Event::Delivery(_)));
    }
}

#[tokio::test]
async fn no_cursor_of_the_reader_comes_back_unread() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    for cursor in
        ["x", "1", "1-", "-1", "1-1-1", "+1-1", "1-99999999999999999999", "1e3-1", "\u{661}-1", "<script>", "1-1%00"]
    {
        let answer = browser.get(&alias, &format!("?wait=0&after={cursor}"), &[("accept", "application/json")]).await;
        assert_eq!(answer.status(), 400, "{cursor}");
        assert!(!answer.text().await.expect("text").contains("<script>"));
    }
}

#[tokio::test]
async fn numbers_out_of_range_are_refused() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    for query in [
        "?wait=-1",
        "?wait=1e9",
        "?wait=99999999999",
        "?last=0",
        "?last=201",
        "?before=1-1&limit=0",
        "?before=1-1&limit=100000",
        "?wait=0&wait=1",
    ] {
        let status = browser.get(&alias, query, &[("accept", "application/json")]).await.status();
        assert_eq!(status, 400, "{query}");
    }
}
