//! The real program, killed with SIGKILL while it works, and restarted on its database.

use std::{path::Path, process::Stdio};

use chataibot_proxy::demo;
use chataibot_wire::{Event, entry::DeliveryState};
use serde_json::json;
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::browser::Browser;
use crate::harness::{key, says};
use crate::platform::Platform;
use crate::program;

struct Program {
    child: Child,
    base: String,
}

impl Program {
    async fn start(database: &Path, platform: &Platform) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"))
            .args([
                "--demo", "--listen", "127.0.0.1:0", "--platform-url", &platform.url, "--log", "error", "--database",
            ])
            .arg(database)
            // The test removes the temporary files of a killed process.
            .env("TMPDIR", database.parent().expect("a folder"))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let base = program::address(&mut child).await;
        Self { child, base }
    }

    async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }
}

/// Delivers numbered texts one after the other; `acknowledged` counts the 200s. Ends with the first
/// that gets none, and returns its number.
async fn tell(http: reqwest::Client, base: String, from: usize, acknowledged: watch::Sender<usize>) -> usize {
    let mut number = from;
    loop {
        let events = [says("bot", "conversation-1", &format!("reply {number}"))];
        let body = json!({ "token": demo::WEBHOOK_TOKEN, "events": events });
        let request = http.post(format!("{base}/webhook/{}", demo::WEBHOOK_SECRET)).json(&body);
        match request.send().await {
            Ok(answer) if answer.status() == 200 => {
                number += 1;
                acknowledged.send_replace(number);
            }
            _ => return number,
        }
    }
}

#[tokio::test]
async fn killed_at_any_moment_nothing_that_was_acknowledged_is_lost_or_doubled() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("chat.sqlite");
    let platform = Platform::start().await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");

    let mut program = Program::start(&database, &platform).await;
    let mut browser = Browser::open(http.clone(), program.base.clone()).await;
    let alias = browser.start(&key(0), "Hello").await;
    let mut told = 0;
    let mut accepted = Vec::new();
    let mut lost = Vec::new();
    for round in 1..=6_u8 {
        let (sender, mut acknowledged) = watch::channel(told);
        let telling = tokio::spawn(tell(http.clone(), program.base.clone(), told, sender));
        browser.send(&alias, &key(round), &format!("sent {round}")).await;
        accepted.push(key(round));
        // A message that reached the platform, whose answer is never sent.
        let held = platform.hold();
        let calls = platform.calls().len();
        let sending = tokio::spawn({
            let (browser, alias) = (browser.clone(), alias.clone());
            async move {
                let path = format!("{}/api/v1/conversation/{alias}/messages", browser.base);
                let body =
                    json!({ "message": { "data": { "body": "lost" }, "type": "text" }, "user": { "type": "VISITOR" } });
                let request = browser.http.post(path).header("origin", crate::browser::ORIGIN);
                request
                    .header("idempotency-key", key(100 + round))
                    .bearer_auth(&browser.token)
                    .json(&body)
                    .send()
                    .await
                    .is_ok()
            }
        });
        platform.called(calls + 1).await;
        lost.push(key(100 + round));
        let enough = told + 10 + usize::from(round) * 3;
        acknowledged.wait_for(|number| *number >= enough).await.expect("it tells");
        program.kill().await;
        told = telling.await.expect("ended");
        assert!(!sending.await.expect("ended"), "no answer");
        drop(held);

        program = Program::start(&database, &platform).await;
        browser.base.clone_from(&program.base);
        // The platform repeats the delivery that was not acknowledged.
        let events = [says("bot", "conversation-1", &format!("reply {told}"))];
        let body = json!({ "token": demo::WEBHOOK_TOKEN, "events": events });
        let url = format!("{}/webhook/{}", program.base, demo::WEBHOOK_SECRET);
        assert_eq!(http.post(url).json(&body).send().await.expect("an answer").status(), 200);
        told += 1;
        // The browser repeats its message, which is not forwarded again.
        let calls = platform.calls().len();
        let again = browser.post_send(&alias, &key(100 + round), "lost").await;
        assert_eq!(again.status(), 502);
        assert_eq!(platform.calls().len(), calls);
    }

    let mut log = Vec::new();
    loop {
        let page = browser.poll(&alias, log.last().map(|entry: &chataibot_wire::Entry| entry.cursor), 0).await;
        assert_eq!(page.reset, None);
        if page.entries.is_empty() {
            break;
        }
        log.extend(page.entries);
    }
    assert!(log.iter().enumerate().all(|(at, entry)| entry.cursor.seq as usize == at + 1), "no gap");
    let replies: Vec<_> = log
        .iter()
        .filter_map(|entry| if let Event::Message(message) = &entry.event { Some(message) } else { None })
        .filter(|message| message.client_message_id.is_none())
        .map(|message| message.content.to_plain())
        .collect();
    assert_eq!(replies, (0..told).map(|number| format!("reply {number}")).collect::<Vec<_>>(), "each once, in order");
    let deliveries: Vec<_> = log
        .iter()
        .filter_map(|entry| if let Event::Delivery(delivery) = &entry.event { Some(delivery) } else { None })
        .collect();
    let last_state = |key: &str| {
        let last = deliveries.iter().rev().find(|delivery| delivery.client_message_id == key);
        last.map(|delivery| delivery.state)
    };
    assert!(accepted.iter().all(|key| last_state(key) == Some(DeliveryState::Sent)));
    assert!(lost.iter().all(|key| last_state(key) == Some(DeliveryState::Unknown)));
}
