//! Two instances of the real program on one Redis: killed with SIGKILL while they work, and
//! replaced one after the other.

use std::process::Stdio;

use chataibot_proxy::{demo, testing::RedisServer};
use chataibot_wire::{Entry, Event, entry::DeliveryState};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::browser::{Browser, PATIENCE};
use crate::harness::{key, says};
use crate::platform::Platform;
use crate::program;
use crate::several::assert_whole;

struct Program {
    child: Child,
    base: String,
    _temporary: TempDir,
}

impl Program {
    async fn start(redis: &RedisServer, platform: &Platform) -> Self {
        // The test removes the temporary files of a killed process.
        let temporary = tempfile::tempdir().expect("a directory");
        let mut child = Command::new(env!("CARGO_BIN_EXE_chataibot-proxy"))
            .env("TMPDIR", temporary.path())
            .args(["--demo", "--listen", "127.0.0.1:0", "--platform-url", &platform.url, "--log", "error", "--redis"])
            .arg(redis.url().to_string())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let base = program::address(&mut child).await;
        Self { child, base, _temporary: temporary }
    }

    /// Stops the program gracefully.
    async fn stop(mut self) {
        let id = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("there is `kill`").success());
        assert!(self.child.wait().await.expect("it ends").success());
    }
}

/// The whole log, page by page.
async fn whole(browser: &Browser, alias: &str) -> Vec<Entry> {
    let mut log: Vec<Entry> = Vec::new();
    loop {
        let page = browser.poll(alias, log.last().map(|entry| entry.cursor), 0).await;
        assert_eq!(page.reset, None);
        if page.entries.is_empty() {
            return log;
        }
        log.extend(page.entries);
    }
}

fn texts(log: &[Entry], of_visitor: bool) -> Vec<String> {
    let messages = log.iter().filter_map(|entry| match &entry.event {
        Event::Message(message) if message.client_message_id.is_some() == of_visitor => Some(message),
        Event::Message(_) | Event::Delivery(_) | Event::Status(_) | Event::Assignee(_) => None,
    });
    messages.map(|message| message.content.to_plain()).collect()
}

fn last_state(log: &[Entry], key: &str) -> Option<DeliveryState> {
    log.iter().rev().find_map(|entry| match &entry.event {
        Event::Delivery(delivery) if delivery.client_message_id == key => Some(delivery.state),
        Event::Message(_) | Event::Delivery(_) | Event::Status(_) | Event::Assignee(_) => None,
    })
}

/// Delivers numbered texts, each until it is answered with 200: after a refusal, to the next proxy.
async fn tell(http: reqwest::Client, mut bases: watch::Receiver<Vec<String>>, told: watch::Sender<usize>) {
    let mut at = 0;
    loop {
        let number = *told.borrow();
        let body = json!({
            "token": demo::WEBHOOK_TOKEN,
            "events": [says("bot", "conversation-1", &format!("reply {number}"))],
        });
        let base = {
            let bases = bases.borrow_and_update();
            if bases.is_empty() {
                return;
            }
            bases[at % bases.len()].clone()
        };
        at += 1;
        let request = http.post(format!("{base}/webhook/{}", demo::WEBHOOK_SECRET)).json(&body);
        if request.send().await.is_ok_and(|answer| answer.status() == 200) {
            told.send_modify(|number| *number += 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_whose_proxy_is_killed_goes_on_at_the_other_with_nothing_lost_or_doubled() {
    let (redis, platform) = (RedisServer::start(), Platform::start().await);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut programs = vec![Program::start(&redis, &platform).await, Program::start(&redis, &platform).await];
    let mut browser = Browser::open(http.clone(), programs[0].base.clone()).await;
    let alias = browser.start(&key(0), "Hello").await;
    let bases = |programs: &[Program]| programs.iter().map(|program| program.base.clone()).collect::<Vec<_>>();
    let (places, told_places) = watch::channel(bases(&programs));
    let (told, mut acknowledged) = watch::channel(0);
    let telling = tokio::spawn(tell(http.clone(), told_places, told));
    let mut lost = Vec::new();
    for round in 1..=3_u8 {
        browser.base.clone_from(&programs[0].base);
        browser.send(&alias, &key(round), &format!("sent {round}")).await;
        // A message that reached the platform, whose answer is never sent.
        let held = platform.hold();
        let calls = platform.calls().len();
        let sending = tokio::spawn({
            let (browser, alias) = (browser.clone(), alias.clone());
            let path = format!("{}/api/v1/conversation/{alias}/messages", browser.base);
            async move {
                let body =
                    json!({ "message": { "data": { "body": "lost" }, "type": "text" }, "user": { "type": "VISITOR" } });
                let request = browser.http.post(path).header("origin", crate::browser::ORIGIN);
                let request = request.header("idempotency-key", key(100 + round)).bearer_auth(&browser.token);
                request.json(&body).send().await.is_ok()
            }
        });
        platform.called(calls + 1).await;
        lost.push(key(100 + round));
        let enough = usize::from(round) * 20;
        acknowledged.wait_for(|number| *number >= enough).await.expect("it tells");
        let mut dead = programs.remove(0);
        dead.child.kill().await.expect("killed");
        places.send_replace(bases(&programs));
        assert!(!sending.await.expect("ended"), "no answer");
        drop(held);

        // At the other proxy: the unfinished message is repeated by the browser, and not forwarded
        // again.
        browser.base.clone_from(&programs[0].base);
        let calls = platform.calls().len();
        assert_eq!(browser.post_send(&alias, &key(100 + round), "lost").await.status(), 502);
        assert_eq!(platform.calls().len(), calls);
        programs.push(Program::start(&redis, &platform).await);
        places.send_replace(bases(&programs));
    }
    places.send_replace(Vec::new());
    telling.await.expect("ended");
    let told = *acknowledged.borrow();
    let log = whole(&browser, &alias).await;
    assert_whole(&log);
    assert_eq!(texts(&log, false), (0..told).map(|number| format!("reply {number}")).collect::<Vec<_>>());
    for round in 1..=3 {
        assert_eq!(last_state(&log, &key(round)), Some(DeliveryState::Sent));
    }
    assert!(lost.iter().all(|key| last_state(&log, key) == Some(DeliveryState::Unknown)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proxies_that_are_replaced_one_after_the_other_fail_no_message() {
    const SENDERS: u8 = 4;
    let (redis, platform) = (RedisServer::start(), Platform::start().await);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut programs = vec![Program::start(&redis, &platform).await, Program::start(&redis, &platform).await];
    let bases = |programs: &[Program]| programs.iter().map(|program| program.base.clone()).collect::<Vec<_>>();
    let (places, _) = watch::channel(bases(&programs));
    let (sent, mut counted) = watch::channel(0_usize);
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (http, mut places, sent) = (http.clone(), places.subscribe(), sent.clone());
            tokio::spawn(async move {
                let first = places.borrow()[0].clone();
                let browser = Browser::open(http, first).await;
                let alias = browser.start(&key(sender), "Hello").await;
                let mut messages = Vec::new();
                for number in 0_u32.. {
                    let (id, text) =
                        (format!("018f5c3e-7a10-7c4e-9d1b-{sender:02x}{number:010x}"), format!("{number}"));
                    let mut tries = 0;
                    loop {
                        let base = {
                            let places = places.borrow_and_update();
                            if places.is_empty() {
                                return (browser, alias, messages);
                            }
                            places[(number as usize + tries) % places.len()].clone()
                        };
                        tries += 1;
                        assert!(tries < 10_000, "it must go through");
                        // As the contract says: repeat with the same key if there was no answer, or
                        // a 503.
                        match post(&browser, &base, &alias, &id, &text).await {
                            Some(200) => break,
                            None | Some(503) => tokio::task::yield_now().await,
                            Some(other) => panic!("failed with {other}"),
                        }
                    }
                    messages.push((id, text));
                    sent.send_modify(|count| *count += 1);
                }
                unreachable!("numbers do not end");
            })
        })
        .collect();
    for round in 1..=2_usize {
        for _ in 0..2 {
            let enough = *counted.borrow() + 10 * round;
            let counting = counted.wait_for(|count| *count >= enough);
            tokio::time::timeout(PATIENCE, counting).await.expect("in time").expect("they send");
            // The load balancer removes it after it has stopped: some connections are refused.
            programs.remove(0).stop().await;
            programs.push(Program::start(&redis, &platform).await);
            places.send_replace(bases(&programs));
        }
    }
    places.send_replace(Vec::new());
    let mut all = 0;
    for sender in senders {
        let (mut browser, alias, messages) = sender.await.expect("no message failed");
        browser.base.clone_from(&programs[0].base);
        let log = whole(&browser, &alias).await;
        assert_whole(&log);
        let mut said = texts(&log, true);
        assert_eq!(said.remove(0), "Hello");
        let expected: Vec<_> = messages.iter().map(|(_, text)| text.clone()).collect();
        // One more message may have been in progress when the test ended.
        assert_eq!(said[..expected.len()], expected, "each once, in order");
        assert!(messages.iter().all(|(id, _)| last_state(&log, id) == Some(DeliveryState::Sent)));
        all += said.len() + 1;
    }
    assert_eq!(platform.calls().len(), all, "none reached the platform twice");
    assert!(all > 60, "{all} messages");
}

async fn post(browser: &Browser, base: &str, alias: &str, id: &str, text: &str) -> Option<u16> {
    let body = json!({ "message": { "data": { "body": text }, "type": "text" }, "user": { "type": "VISITOR" } });
    let request = browser.http.post(format!("{base}/api/v1/conversation/{alias}/messages"));
    let request = request.header("origin", crate::browser::ORIGIN).header("idempotency-key", id);
    let answer = request.bearer_auth(&browser.token).json(&body).send().await.ok()?;
    Some(answer.status().as_u16())
}
