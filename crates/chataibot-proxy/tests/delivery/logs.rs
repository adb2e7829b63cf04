//! The program's log at its most verbose: ids, routes and statuses, and no message text or secret.

use std::{fs, process::Stdio};

use chataibot_proxy::demo;
use serde_json::{Value, json};

use crate::browser::{Browser, PATIENCE};
use crate::files::upload;
use crate::harness::{key, says};
use crate::platform::{Platform, PlatformAnswer};
use crate::program;

const WORDS: &str = "Planted-words-of-a-visitor";
const REPLY: &str = "Planted-words-of-a-bot";
const ADDRESS: &str = "planted@visitor.example.com";
const NAME: &str = "planted-name.txt";

#[tokio::test]
async fn nothing_that_was_said_and_no_secret_stands_in_a_log_of_any_level() {
    let platform = Platform::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("log");
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"))
        .args(["--demo", "--listen", "127.0.0.1:0", "--log", "trace", "--log-format", "json"])
        .args(["--platform-url", &platform.url])
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).expect("a file"))
        .kill_on_drop(true)
        .spawn()
        .expect("started");
    let url = program::address(&mut program).await;

    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let browser = Browser::open(http.clone(), url.clone()).await;
    let alias = live(&browser, &platform).await;
    let secrets = strangers(&browser, &alias).await;
    let conversation = webhooks(&http, &url).await;

    let id = program.id().expect("running").to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("a kill").success());
    tokio::time::timeout(PATIENCE, program.wait()).await.expect("in time").expect("ended");
    let text = fs::read_to_string(&log).expect("a log");
    let planted = [
        WORDS,
        REPLY,
        ADDRESS,
        NAME,
        demo::ACCOUNT_TOKEN,
        demo::WEBHOOK_SECRET,
        demo::WEBHOOK_TOKEN,
        browser.token.as_str(),
        conversation,
        "Planted-file",
        "planted-in-a-query",
        "planted-wrong-token",
    ];
    for words in planted.into_iter().chain(secrets.iter().map(String::as_str)) {
        let line = text.lines().find(|line| line.contains(words));
        assert!(line.is_none(), "{words}: {line:?}");
    }
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert!(lines.iter().any(|line| line["level"] == "TRACE"), "it was as talkative as it can be");
    let answered: Vec<&Value> = lines.iter().filter(|line| line["fields"]["message"] == "answered").collect();
    assert!(answered.len() > 10, "{}", answered.len());
    for line in answered {
        let (fields, span) = (&line["fields"], &line["span"]);
        let named = fields["status"].is_u64() && span["id"].is_string() && span["route"].is_string();
        assert!(named, "an answer is logged with its id, its route and its status: {line}");
    }
}

/// Runs one visitor's actions and the platform's answers.
async fn live(browser: &Browser, platform: &Platform) -> String {
    let body = json!({
        "channel": "API",
        "message": { "data": { "body": WORDS }, "type": "text" },
        "variables": { "contact": { "email": ADDRESS }, "conversation": { "note": WORDS } },
        "bot_key": "",
        "from": { "user_external_id": "x", "type": "VISITOR" },
    });
    let started = browser.post("/api/v1/conversations", &key(1), &body).await;
    let started: Value = started.json().await.expect("JSON");
    let alias = started["conversation"]["id"].as_str().expect("an alias").to_owned();
    browser.send(&alias, &key(2), WORDS).await;
    for (number, step) in [
        (3, PlatformAnswer::Answer(400, json!({ "ok": false, "error": "BAD_REQUEST", "message": format!("not {WORDS}"), "status": 400 }).to_string())),
        (4, PlatformAnswer::Answer(401, json!({ "ok": false, "error": "JWT_SIGNATURE_EXCEPTION", "message": demo::ACCOUNT_TOKEN, "status": 401 }).to_string())),
        (5, PlatformAnswer::Answer(500, WORDS.to_owned())),
        (6, PlatformAnswer::HangUp),
    ] {
        platform.next(step);
        assert!(!browser.post_send(&alias, &key(number), WORDS).await.status().is_success());
    }
    upload(browser, &alias, "text/plain", NAME, b"Planted-file of a visitor").await;
    browser.log(&alias).await;
    browser.stream(&alias, None).await.entries(2).await;
    alias
}

/// Sends requests that are wrong in every way. Returns the secrets that were issued for them.
async fn strangers(browser: &Browser, alias: &str) -> Vec<String> {
    let url = |path: &str| format!("{}{path}", browser.base);
    let token =
        |body: Value| browser.http.post(url("/token")).header("origin", crate::browser::ORIGIN).json(&body).send();
    let first: Value = token(json!({})).await.expect("an answer").json().await.expect("JSON");
    let renewal = first["renewal"].as_str().expect("a secret").to_owned();
    let second: Value = token(json!({ "renewal": renewal })).await.expect("an answer").json().await.expect("JSON");
    assert_eq!(token(json!({ "renewal": "f".repeat(64) })).await.expect("an answer").status(), 401);
    let broken = browser.http.post(url("/api/v1/conversations")).header("origin", crate::browser::ORIGIN);
    let broken = broken.bearer_auth(&browser.token).header("content-type", "application/json");
    assert_eq!(broken.body(format!("{{\"message\": {WORDS}")).send().await.expect("an answer").status(), 400);
    let query = browser.get(alias, "?after=planted-in-a-query", &[("accept", "application/json")]).await;
    assert_eq!(query.status(), 400);
    let wrong =
        browser.http.get(url("/files/planted-in-a-query/planted-in-a-query")).bearer_auth("planted-wrong-token");
    assert_eq!(wrong.send().await.expect("an answer").status(), 404);
    [first, second]
        .iter()
        .flat_map(|answer| ["token", "renewal"].map(|name| answer[name].as_str().expect("a text").to_owned()))
        .collect()
}

/// Sends the platform's events, valid and invalid. Returns the platform's conversation id.
async fn webhooks(http: &reqwest::Client, url: &str) -> &'static str {
    const CONVERSATION: &str = "planted-conversation-1739218863";
    let hook = format!("{url}/webhook/{}", demo::WEBHOOK_SECRET);
    let post = |to: String, body: Value| http.post(to).json(&body).send();
    let unknown = json!({ "event": { "type": "message", "payload": {
        "message": { "type": "hologram", "secret_field": REPLY }, "message_by": { "type": "bot" } } },
        "conversation": { "key": CONVERSATION } });
    for events in [json!([says("bot", CONVERSATION, REPLY)]), json!([unknown]), json!([{ "event": REPLY }])] {
        post(hook.clone(), json!({ "token": demo::WEBHOOK_TOKEN, "events": events })).await.expect("an answer");
    }
    let wrong = post(hook.clone(), json!({ "token": "planted-wrong-token", "events": [] })).await.expect("an answer");
    assert_eq!(wrong.status(), 401);
    let elsewhere = format!("{url}/webhook/planted-wrong-token");
    assert_eq!(post(elsewhere, json!({ "token": demo::WEBHOOK_TOKEN })).await.expect("an answer").status(), 404);
    let broken = http.post(hook).body(format!("{{{REPLY}")).send().await.expect("an answer");
    assert_eq!(broken.status(), 400);
    CONVERSATION
}

#[tokio::test]
async fn a_log_of_errors_alone_still_says_where_they_happened() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("log");
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"))
        .args(["--demo", "--listen", "127.0.0.1:0", "--log", "error", "--log-format", "json"])
        // No server listens there.
        .args(["--platform-url", "http://127.0.0.1:9/api/v1"])
        // The test removes the temporary files of a killed process.
        .env("TMPDIR", directory.path())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).expect("a file"))
        .kill_on_drop(true)
        .spawn()
        .expect("started");
    let url = program::address(&mut program).await;
    let browser = Browser::open(reqwest::Client::builder().no_proxy().build().expect("a client"), url).await;
    let answer = browser.post_start(&key(1), WORDS).await;
    assert_eq!(answer.status(), 503);
    let id = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
    program.kill().await.expect("ended");
    let text = fs::read_to_string(&log).expect("a log");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert_eq!((&lines[0]["span"]["route"], &lines[0]["span"]["id"]), (&json!("/api/v1/conversations"), &json!(id)));
    assert!(lines[0]["fields"]["cause"].as_str().is_some_and(|cause| cause.contains("did not answer")), "{text}");
}
