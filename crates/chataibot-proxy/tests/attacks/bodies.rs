//! Malformed or oversized JSON: refused before anything is stored or forwarded.

use serde_json::{Value, json};

use crate::browser::{Browser, ORIGIN};
use crate::harness::{Harness, key};

const START: &str = r#"{"channel":"API","message":{"data":{"body":"Hello"},"type":"text"},"bot_key":"","from":{"user_external_id":"x","type":"VISITOR"}}"#;

async fn post(harness: &Harness, browser: &Browser, headers: &[(&str, &str)], body: Vec<u8>) -> reqwest::Response {
    let mut request = harness.http.post(harness.proxy.url("/api/v1/conversations")).bearer_auth(&browser.token);
    request = request.header("origin", ORIGIN).header("idempotency-key", key(1));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).send().await.expect("an answer")
}

async fn is_refused(headers: &[(&str, &str)], body: impl Into<Vec<u8>>, statuses: &[u16]) {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let answer = post(&harness, &browser, headers, body.into()).await;
    assert!(statuses.contains(&answer.status().as_u16()), "{}", answer.status());
    let error: Value = answer.json().await.expect("JSON");
    assert_eq!(error["ok"], false);
    assert!(harness.platform.calls().is_empty(), "nothing was forwarded");
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

macro_rules! refused {
    ($($name:ident: $headers:expr, $body:expr => $($status:literal)|+;)+) => {
        $(#[tokio::test]
        async fn $name() {
            is_refused($headers, $body, &[$($status),+]).await;
        })+
    };
}

fn start(from: &str, to: &str) -> String {
    let changed = START.replacen(from, to, 1);
    assert_ne!(changed, START);
    changed
}

refused! {
    a_key_twice: JSON, start(r#""bot_key":"""#, r#""bot_key":"","bot_key":"demo-bot""#) => 400 | 422;
    a_key_twice_inside: JSON, start(r#""body":"Hello""#, r#""body":"Hello","body":"Goodbye""#) => 400 | 422;
    a_key_twice_once_escaped: JSON, start(r#""body":"Hello""#, r#""body":"Hello","\u0062ody":"Goodbye""#) => 400 | 422;
    a_variable_twice: JSON, start(r#""bot_key""#, r#""variables":{"conversation":{"a":"1","a":"2"}},"bot_key""#) => 400 | 422;
    arrays_nested_without_end: JSON, "[".repeat(60_000) => 400 | 422;
    objects_nested_without_end: JSON, r#"{"a":"#.repeat(10_000) => 400 | 422;
    a_known_field_nested_without_end: JSON, start(r#""Hello""#, &"[".repeat(9_000)) => 400 | 422;
    a_number_in_the_place_of_a_text: JSON, start(r#""Hello""#, "1e999") => 400 | 422;
    a_number_without_end: JSON, start(r#""Hello""#, &"9".repeat(20_000)) => 400 | 422;
    a_lone_surrogate: JSON, start("Hello", r"\ud800") => 400 | 422;
    surrogates_in_the_wrong_order: JSON, start("Hello", r"\udc00\ud800") => 400 | 422;
    bytes_that_are_no_utf8: JSON, [b"{\"a\":\"", &[0xff, 0xfe][..], b"\"}"].concat() => 400 | 422;
    utf8_that_is_longer_than_needed: JSON, [b"{\"a\":\"", &[0xc0, 0xaf][..], b"\"}"].concat() => 400 | 422;
    json_in_utf16: JSON, START.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>() => 400 | 422;
    a_byte_order_mark: JSON, format!("\u{feff}{START}") => 400 | 422;
    a_comment: JSON, start("{", "{/* x */") => 400 | 422;
    a_comma_too_many: JSON, start(r#""type":"VISITOR"}"#, r#""type":"VISITOR"},"#) => 400 | 422;
    something_behind_the_json: JSON, format!("{START}{START}") => 400 | 422;
    a_raw_line_feed_in_a_text: JSON, start("Hello", "Hel\nlo") => 400 | 422;
    a_list_in_the_place_of_the_body: JSON, format!("[{START}]") => 400 | 422;
    nothing: JSON, "null" => 400 | 422;
    a_text_that_is_too_long: JSON, start("Hello", &"x".repeat(4_001)) => 400;
    a_text_without_anything: JSON, start("Hello", " \\n\\t ") => 400;
    another_channel: JSON, start(r#""API""#, r#""WHATSAPP""#) => 422;
    another_kind_of_sender: JSON, start("VISITOR", "AGENT") => 422;
    a_bot_of_another_site: JSON, start(r#""bot_key":"""#, r#""bot_key":"evil""#) => 400;
    too_many_variables: JSON, start(r#""bot_key""#, &format!(r#""variables":{{"conversation":{}}},"bot_key""#, many())) => 400;
    a_variable_that_is_too_long: JSON, start(r#""bot_key""#, &format!(r#""variables":{{"contact":{{"name":"{}"}}}},"bot_key""#, "x".repeat(1_001))) => 400;
    a_body_that_is_too_large: JSON, " ".repeat(65_537) => 413;
    a_body_of_gzip: &[("content-type", "application/json"), ("content-encoding", "gzip")], GZIP => 415;
    a_body_of_brotli: &[("content-type", "application/json"), ("content-encoding", "br")], START => 415;
    a_body_of_deflate: &[("content-type", "application/json"), ("content-encoding", "deflate")], START => 415;
    a_body_of_zstandard: &[("content-type", "application/json"), ("content-encoding", "zstd")], START => 415;
    a_body_of_two_codings: &[("content-type", "application/json"), ("content-encoding", "identity, gzip")], START => 415;
    a_second_line_with_a_coding: &[("content-type", "application/json"), ("content-encoding", "identity"), ("content-encoding", "gzip")], START => 415;
    a_body_without_type: &[], START => 415;
    a_body_of_plain_text: &[("content-type", "text/plain")], START => 415;
    a_body_of_a_form: &[("content-type", "application/x-www-form-urlencoded")], START => 415;
    a_body_of_many_parts: &[("content-type", "multipart/form-data; boundary=x")], START => 415;
    a_body_of_two_types: &[("content-type", "text/plain"), ("content-type", "application/json")], START => 415;
    json_only_by_its_ending: &[("content-type", "application/problem+json")], START => 415;
}

/// A few bytes that decompress to more.
const GZIP: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0];

fn many() -> Value {
    (0..51).map(|number| (format!("v{number}"), json!("x"))).collect::<serde_json::Map<_, _>>().into()
}

#[tokio::test]
async fn an_unknown_field_nested_without_end_takes_no_stack_and_goes_nowhere() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let nested = format!("{{\"x\":{}{},", "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(post(&harness, &browser, JSON, start("{", &nested).into()).await.status(), 200);
    assert!(!harness.platform.called(1).await.body.to_string().contains("[["));
}

macro_rules! refused_keys {
    ($($name:ident: $($key:expr),*;)+) => {
        $(#[tokio::test]
        async fn $name() {
            let harness = Harness::open().await;
            let browser = harness.browser().await;
            let mut request = harness.http.post(harness.proxy.url("/api/v1/conversations")).bearer_auth(&browser.token);
            request = request.header("origin", ORIGIN).header("content-type", "application/json");
            $(request = request.header("idempotency-key", $key);)*
            assert_eq!(request.body(START).send().await.expect("an answer").status(), 400);
            assert!(harness.platform.calls().is_empty(), "nothing was forwarded");
        })+
    };
}

refused_keys! {
    no_idempotency_key:;
    two_idempotency_keys: key(1), key(1);
    an_idempotency_key_in_capitals: key(1).to_uppercase();
    an_idempotency_key_that_is_a_sentence: "x' OR '1'='1";
    an_idempotency_key_without_end: "0".repeat(4_000);
}

#[tokio::test]
async fn a_key_of_another_message() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    browser.start(&key(1), "Hello").await;
    assert_eq!(browser.post_start(&key(1), "Goodbye").await.status(), 409);
    assert_eq!(harness.platform.calls().len(), 1);
}
