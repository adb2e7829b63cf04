//! Traces (feature `otel`) as a collector receives them: routes and statuses, and no message text.
#![cfg(feature = "otel")]

use std::process::Stdio;

use axum::{Router, body::Bytes, routing::post};
use chataibot_proxy::demo;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

#[tokio::test]
async fn spans_reach_a_collector_without_a_word_or_a_secret() {
    let (sender, mut received) = mpsc::unbounded_channel::<Bytes>();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let collector = format!("http://{}", listener.local_addr().expect("bound"));
    let take = move |body: Bytes| async move { sender.send(body).expect("the test listens") };
    let router = Router::new().route("/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });

    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"))
        .args(["--demo", "--listen", "127.0.0.1:0", "--platform-url", "http://127.0.0.1:9/api/v1"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(program.stdout.take().expect("stdout")).lines();
    let line = lines.next_line().await.expect("text").expect("a line");
    let url = line.strip_prefix("listening on ").expect("the address").to_owned();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let hook = format!("{url}/webhook/{}", demo::WEBHOOK_SECRET);
    let event = json!({ "event": { "type": "message", "payload": { "message": { "type": "text", "text": "planted-words" },
        "message_by": { "type": "bot" } } }, "conversation": { "key": "planted-conversation" } });
    let body = json!({ "token": demo::WEBHOOK_TOKEN, "events": [event] });
    assert_eq!(http.post(hook).json(&body).send().await.expect("an answer").status(), 200);

    let id = program.id().expect("running").to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("a kill").success());
    assert!(program.wait().await.expect("ended").success());
    let mut bytes = Vec::new();
    while let Ok(more) = received.try_recv() {
        bytes.extend_from_slice(&more);
    }
    let text = String::from_utf8_lossy(&bytes);
    for there in ["chataibot-proxy", "request", "/webhook/{secret}", "store"] {
        assert!(text.contains(there), "{there}: {text}");
    }
    for absent in ["planted", demo::WEBHOOK_SECRET, demo::WEBHOOK_TOKEN, demo::ACCOUNT_TOKEN] {
        assert!(!text.contains(absent), "{absent}");
    }
}
