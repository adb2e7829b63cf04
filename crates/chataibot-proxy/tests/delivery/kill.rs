//! SIGKILL at random times, and at every step of a commit; a witness outside the process knows what
//! was acknowledged. `cargo xtask crash` runs more of it.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use chataibot_proxy::{demo, failpoints::Failpoint};
use chataibot_wire::{Entry, Event, entry::DeliveryState};
use serde_json::json;
use strum::VariantArray;

use crate::browser::{Browser, ORIGIN};
use crate::harness::says;
use crate::platform::Platform;
use crate::program::Program;

/// P: a killed proxy must serve again within this time, on an otherwise idle machine.
const BACK: Duration = Duration::from_millis(500);

/// Records what was acknowledged.
struct Witness {
    http: reqwest::Client,
    platform: Platform,
    browser: Browser,
    alias: String,
    /// Number of replies that got a 2xx; they are numbered from 0.
    told: usize,
    /// Status of the answer to each message, by its number; `None` if there was none.
    said: BTreeMap<u32, Option<u16>>,
    /// The proxy's database.
    database: PathBuf,
    /// Duration of each start until the proxy was ready.
    back: Vec<Duration>,
}

fn key(number: u32) -> String {
    format!("018f5c3e-7a10-7c4e-9d1b-2f6a{number:08x}")
}

/// Delivers numbered replies until one gets no 2xx; returns its number.
async fn tell(http: reqwest::Client, base: String, mut number: usize) -> usize {
    loop {
        let events = [says("bot", "conversation-1", &format!("reply {number}"))];
        let body = json!({ "token": demo::WEBHOOK_TOKEN, "events": events });
        let request = http.post(format!("{base}/webhook/{}", demo::WEBHOOK_SECRET)).json(&body);
        match request.send().await {
            Ok(answer) if answer.status() == 200 => number += 1,
            Ok(_) | Err(_) => return number,
        }
    }
}

/// Sends a message; returns the status of the answer, if one came.
async fn send(browser: &Browser, alias: &str, number: u32) -> Option<u16> {
    let path = format!("{}/api/v1/conversation/{alias}/messages", browser.base);
    let text = format!("message {number}");
    let body = json!({ "message": { "data": { "body": text }, "type": "text" }, "user": { "type": "VISITOR" } });
    let request = browser.http.post(path).header("origin", ORIGIN).header("idempotency-key", key(number));
    request.bearer_auth(&browser.token).json(&body).send().await.ok().map(|answer| answer.status().as_u16())
}

/// Sends numbered messages until one gets no answer, or one other than 200; returns each status.
async fn talk(browser: Browser, alias: String, mut number: u32) -> Vec<(u32, Option<u16>)> {
    let mut said = Vec::new();
    loop {
        let status = send(&browser, &alias, number).await;
        said.push((number, status));
        if status != Some(200) {
            return said;
        }
        number += 1;
    }
}

impl Witness {
    async fn arrive(database: PathBuf) -> Self {
        let platform = Platform::start().await;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let program = Program::start(&database, &platform, None).await;
        let browser = Browser::open(http.clone(), program.base.clone()).await;
        let alias = browser.start(&key(0), "Hello").await;
        program.kill().await;
        Self { http, platform, browser, alias, told: 0, said: BTreeMap::new(), database, back: Vec::new() }
    }

    /// Runs the program until it is killed at a step, or after a while.
    async fn live(&mut self, step: Option<(Failpoint, u32)>, while_: Duration) {
        let stop = step.map(|(step, times)| (step.name(), times));
        let mut program = Program::start(&self.database, &self.platform, stop).await;
        self.browser.base.clone_from(&program.base);
        let next = self.said.last_key_value().map_or(1, |(number, _)| number + 1);
        let telling = tokio::spawn(tell(self.http.clone(), program.base.clone(), self.told));
        let talking = tokio::spawn(talk(self.browser.clone(), self.alias.clone(), next));
        match step {
            Some(_) => program.stopped().await,
            // A random moment is wanted, so the program is killed wherever it is by then.
            None => tokio::time::sleep(while_).await,
        }
        program.kill().await;
        self.told = telling.await.expect("ended");
        self.said.extend(talking.await.expect("ended"));
    }

    /// Restarts the program, repeats unanswered requests, and checks everything acknowledged.
    async fn check(&mut self, what: &str) {
        let program = Program::start(&self.database, &self.platform, None).await;
        self.back.push(program.took);
        self.browser.base.clone_from(&program.base);
        let events = [says("bot", "conversation-1", &format!("reply {}", self.told))];
        let body = json!({ "token": demo::WEBHOOK_TOKEN, "events": events });
        let url = format!("{}/webhook/{}", program.base, demo::WEBHOOK_SECRET);
        assert_eq!(self.http.post(url).json(&body).send().await.expect("an answer").status(), 200, "{what}");
        self.told += 1;
        let open: Vec<u32> = self.said.iter().filter(|(_, got)| got.is_none()).map(|(number, _)| *number).collect();
        for number in open {
            let status = send(&self.browser, &self.alias, number).await;
            assert!(matches!(status, Some(200 | 502)), "{what}: message {number} got {status:?}");
            self.said.insert(number, status);
        }
        let log = self.log().await;
        assert!(log.iter().enumerate().all(|(at, entry)| entry.cursor.seq as usize == at + 1), "{what}: a gap");
        let replies: Vec<String> = log.iter().filter_map(|entry| message(entry, false)).collect();
        let expected: Vec<String> = (0..self.told).map(|number| format!("reply {number}")).collect();
        assert_eq!(replies, expected, "{what}: each reply once, in order");
        let said: Vec<String> = log.iter().filter_map(|entry| message(entry, true)).skip(1).collect();
        let expected: Vec<String> = self.said.keys().map(|number| format!("message {number}")).collect();
        assert_eq!(said, expected, "{what}: each message once, in order");
        for (number, status) in &self.said {
            let expected = if *status == Some(200) { DeliveryState::Sent } else { DeliveryState::Unknown };
            assert_eq!(state(&log, &key(*number)), Some(expected), "{what}: message {number}, answered {status:?}");
        }
        let mut calls: Vec<String> = self.platform.calls().iter().map(|call| call.text().to_owned()).collect();
        let all = calls.len();
        calls.sort();
        calls.dedup();
        assert_eq!(calls.len(), all, "{what}: the platform got nothing twice");
        for (number, _) in self.said.iter().filter(|(_, status)| **status == Some(200)) {
            assert!(calls.contains(&format!("message {number}")), "{what}: the platform has message {number}");
        }
        program.kill().await;
    }

    async fn log(&self) -> Vec<Entry> {
        let mut log: Vec<Entry> = Vec::new();
        loop {
            let page = self.browser.poll(&self.alias, log.last().map(|entry| entry.cursor), 0).await;
            assert_eq!(page.reset, None);
            if page.entries.is_empty() {
                return log;
            }
            log.extend(page.entries);
        }
    }
}

fn message(entry: &Entry, of_visitor: bool) -> Option<String> {
    match &entry.event {
        Event::Message(message) if message.client_message_id.is_some() == of_visitor => {
            Some(message.content.to_plain())
        }
        Event::Message(_) | Event::Delivery(_) | Event::Status(_) | Event::Assignee(_) => None,
    }
}

fn state(log: &[Entry], key: &str) -> Option<DeliveryState> {
    log.iter().rev().find_map(|entry| match &entry.event {
        Event::Delivery(delivery) if delivery.client_message_id == key => Some(delivery.state),
        Event::Delivery(_) | Event::Message(_) | Event::Status(_) | Event::Assignee(_) => None,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_step_of_a_commit_nothing_acknowledged_is_lost_or_doubled() {
    // Each round takes every step once, and as many kills at random times.
    let rounds = std::env::var("CHATAIBOT_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let directory = tempfile::tempdir().expect("a directory");
    let mut witness = Witness::arrive(directory.path().join("chat.sqlite")).await;
    let mut kills = 0;
    for round in 0..rounds {
        for (at, step) in (0..).zip(Failpoint::VARIANTS.iter().copied()) {
            // Not always the first time that the step is reached.
            let times = (round * 7 + at * 3) % 11;
            witness.live(Some((step, times)), Duration::ZERO).await;
            witness.check(&format!("round {round}, killed at {}:{times}", step.name())).await;
            let chance = Duration::from_millis(u64::from((round * 13 + at * 29) % 120));
            witness.live(None, chance).await;
            witness.check(&format!("round {round}, killed after {chance:?}")).await;
            kills += 2;
        }
    }
    witness.back.sort();
    let (median, longest) = (witness.back[witness.back.len() / 2], witness.back[witness.back.len() - 1]);
    println!(
        "{kills} kills, {} replies and {} messages acknowledged or asked again; serving again after {median:?} (median), {longest:?} (longest)",
        witness.told,
        witness.said.len()
    );
    assert!(median < BACK, "it takes {median:?} until it serves again");
}

#[tokio::test]
async fn a_disk_that_is_full_or_read_only_answers_503_and_loses_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("chat.sqlite");
    let mut witness = Witness::arrive(database.clone()).await;
    let program = Program::start(&database, &witness.platform, None).await;
    witness.browser.base.clone_from(&program.base);
    let wal = database.with_extension("sqlite-wal");
    let mut number = 1;
    for full in [true, false] {
        let status = send(&witness.browser, &witness.alias, number).await;
        assert_eq!(status, Some(200), "there is room");
        witness.said.insert(number, status);
        number += 1;
        // A little room, or none at all: then not even existing bytes may be overwritten.
        let length = std::fs::metadata(&wal).map_or(0, |file| file.len());
        program.limit_files(Some(if full { length + 40_000 } else { 0 })).await;
        let calls = witness.platform.calls().len();
        let refused = loop {
            let path = format!("/api/v1/conversation/{}/messages", witness.alias);
            let text = format!("message {number}");
            let body =
                json!({ "message": { "data": { "body": text }, "type": "text" }, "user": { "type": "VISITOR" } });
            let answer = witness.browser.post(&path, &key(number), &body).await;
            if answer.status() != 200 {
                break answer;
            }
            witness.said.insert(number, Some(200));
            number += 1;
        };
        let failpoint = witness.platform.calls().len() - calls;
        // A message that was logged but not settled is in doubt; all others were never forwarded.
        let doubt = refused.status() == 502;
        if doubt {
            witness.said.insert(number, None);
            number += 1;
        } else {
            assert_eq!(refused.status(), 503);
            assert!(refused.headers()["retry-after"].to_str().is_ok_and(|after| after.parse::<u32>().is_ok()));
        }
        assert!(failpoint <= witness.said.len(), "nothing is forwarded that is not logged");
        let told = [says("bot", "conversation-1", "reply 0")];
        let body = json!({ "token": demo::WEBHOOK_TOKEN, "events": told });
        let url = format!("{}/webhook/{}", program.base, demo::WEBHOOK_SECRET);
        let answer = witness.http.post(&url).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), 503, "the platform will tell it again");
        assert!(answer.headers().contains_key("retry-after"));
        let ready = witness.http.get(format!("{}/readyz", program.base)).send().await.expect("an answer");
        // A small write may still fit on a full disk.
        assert!(full || ready.status() == 503, "and it says that it is not ready");
        program.limit_files(None).await;
        let status = send(&witness.browser, &witness.alias, number).await;
        assert_eq!(status, Some(200), "there is room again, without a restart");
        witness.said.insert(number, status);
        number += 1;
    }
    program.kill().await;
    witness.check("after a full disk").await;
}
