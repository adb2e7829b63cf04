//! Other visitors' conversations, by every call: answered exactly as if they did not exist.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::harness::{Harness, key, says};

const NOT_THERE: &str = "00000000000000000000000000000000";

/// Two visitors; the first has a conversation with a reply in it.
async fn two() -> (Harness, String, Browser) {
    let harness = Harness::open().await;
    let owner = harness.browser().await;
    let alias = owner.start(&key(1), "A secret of mine").await;
    harness.tell(vec![says("bot", "conversation-1", "A secret of the bot's")]).await;
    let stranger = harness.browser().await;
    (harness, alias, stranger)
}

async fn same(mine: reqwest::Response, nobodys: reqwest::Response) {
    assert_eq!(mine.status(), 404);
    assert_eq!(nobodys.status(), 404);
    let names = |answer: &reqwest::Response| {
        let mut names: Vec<String> = answer.headers().keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&mine), names(&nobodys));
    assert_eq!(mine.text().await.expect("text"), nobodys.text().await.expect("text"));
}

macro_rules! foreign_reads {
    ($($name:ident: $accept:literal, $query:literal;)+) => {
        $(#[tokio::test]
        async fn $name() {
            let (_stage, alias, stranger) = two().await;
            let headers = [("accept", $accept), ("last-event-id", "1-1")];
            let headers = if $query.is_empty() { &headers[..] } else { &headers[..1] };
            same(stranger.get(&alias, $query, headers).await, stranger.get(NOT_THERE, $query, headers).await).await;
        })+
    };
}

foreign_reads! {
    the_stream_of_another_visitor: "text/event-stream", "?last=200";
    the_stream_of_another_visitor_from_a_cursor: "text/event-stream", "";
    the_poll_of_another_visitor: "application/json", "?wait=0";
    the_poll_of_another_visitor_from_a_cursor: "application/json", "?wait=0&after=1-1";
    the_earlier_pages_of_another_visitor: "application/json", "?before=1-9&limit=50";
    the_last_entries_of_another_visitor: "application/json", "?last=200";
}

#[tokio::test]
async fn a_message_into_the_conversation_of_another_visitor() {
    let (harness, alias, stranger) = two().await;
    let mine = stranger.post_send(&alias, &key(2), "Hi").await;
    same(mine, stranger.post_send(NOT_THERE, &key(3), "Hi").await).await;
    assert_eq!(harness.platform.calls().len(), 1, "only the owner's start went out");
}

#[tokio::test]
async fn a_file_into_the_conversation_of_another_visitor() {
    let (harness, alias, stranger) = two().await;
    let put = async |alias: &str| {
        let url = harness.proxy.url(&format!("/api/v1/conversation/{alias}/files"));
        let request = harness.http.post(url).header("origin", crate::browser::ORIGIN).bearer_auth(&stranger.token);
        let request = request.header("content-type", "text/plain").header("x-file-name", "a.txt").body("words");
        request.send().await.expect("an answer")
    };
    same(put(&alias).await, put(NOT_THERE).await).await;
}

#[tokio::test]
async fn the_idempotency_key_of_another_visitor() {
    let (_stage, alias, stranger) = two().await;
    // The owner's key and body: they start a conversation of the stranger's own, nothing leaks.
    let own = stranger.start(&key(1), "A secret of mine").await;
    assert_ne!(own, alias);
}

#[tokio::test]
async fn the_platforms_own_id_in_place_of_the_alias() {
    let (_stage, _, stranger) = two().await;
    assert_eq!(stranger.get("conversation-1", "?wait=0", &[("accept", "application/json")]).await.status(), 404);
    assert_eq!(stranger.post_send("conversation-1", &key(2), "Hi").await.status(), 404);
}

#[tokio::test]
async fn an_alias_in_disguise() {
    let (_stage, alias, stranger) = two().await;
    for alias in [
        alias.to_uppercase(),
        format!("{alias}%00"),
        format!("{alias}%20"),
        format!("%2e%2e%2f{alias}"),
        "%27%20OR%20alias%20LIKE%20%27%25".to_owned(),
        "%25".to_owned(),
        "_".repeat(32),
    ] {
        let status = stranger.get(&alias, "?wait=0", &[("accept", "application/json")]).await.status();
        assert!(matches!(status.as_u16(), 400 | 404), "{alias}: {status}");
    }
}

#[tokio::test]
async fn another_visitor_named_in_the_body_of_a_start() {
    let (harness, _, stranger) = two().await;
    let body = json!({
        "channel": "API", "message": { "data": { "body": "Hi" }, "type": "text" }, "bot_key": "",
        "from": { "user_external_id": harness.platform.calls()[0].body["from"]["user_external_id"], "type": "VISITOR" },
    });
    assert_eq!(stranger.post("/api/v1/conversations", &key(5), &body).await.status(), 200);
    let call = harness.platform.called(2).await;
    assert_eq!(call.body["from"]["user_external_id"], Value::String(stranger.visitor.clone()));
}
