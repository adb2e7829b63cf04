//! Two proxies on one Redis: a visitor may use either, or both.

use std::{sync::Arc, time::Duration};

use chataibot_proxy::config::{Site, Sites};
use chataibot_proxy::demo;
use chataibot_proxy::testing::{RedisServer, TestApp, spawn_app};
use chataibot_wire::{Entry, token::TokenAnswer};
use serde_json::{Value, json};

use crate::browser::{Browser, ORIGIN, PATIENCE, StreamItem, refusal};
use crate::harness::{key, says, short};
use crate::platform::{Platform, PlatformAnswer};

/// Two proxies, their Redis and their platform.
pub struct Pair {
    pub redis: RedisServer,
    pub platform: Platform,
    pub proxies: [TestApp; 2],
    pub http: reqwest::Client,
}

impl Pair {
    pub async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl Fn(&mut chataibot_proxy::config::Config)) -> Self {
        let (redis, platform) = (RedisServer::start(), Platform::start().await);
        let spawn = async || {
            let spawned = spawn_app(|config| {
                let site: &Site = config.sites.iter().next().expect("the demo has a site");
                let platform_url = platform.url.parse().expect("a URL");
                config.sites = Sites::new(vec![Site { platform_url, ..site.clone() }]);
                config.redis = Some(redis.url());
                change(config);
            });
            spawned.await.expect("a proxy")
        };
        let proxies = [spawn().await, spawn().await];
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { redis, platform, proxies, http }
    }

    /// A new visitor's browser at each of the proxies.
    pub async fn browsers(&self) -> [Browser; 2] {
        let one = Browser::open(self.http.clone(), self.proxies[0].url("")).await;
        let other = Browser { base: self.proxies[1].url(""), ..one.clone() };
        [one, other]
    }

    /// Posts one delivery of the platform's webhook to one of the proxies.
    pub async fn webhook(&self, at: usize, events: Vec<Value>) -> reqwest::Response {
        let url = self.proxies[at].url(&format!("/webhook/{}", demo::WEBHOOK_SECRET));
        let body = json!({ "token": demo::WEBHOOK_TOKEN, "events": events });
        self.http.post(url).json(&body).send().await.expect("an answer")
    }

    pub async fn tell(&self, at: usize, events: Vec<Value>) {
        assert_eq!(self.webhook(at, events).await.status(), 200);
    }

    /// Polls a proxy until its readiness is as wanted.
    pub async fn until_ready(&self, at: usize, ready: bool) {
        let began = std::time::Instant::now();
        loop {
            let answer = self.http.get(self.proxies[at].url("/readyz")).send().await.expect("an answer");
            if answer.status().is_success() == ready {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "it must become so");
            tokio::task::yield_now().await;
        }
    }
}

/// Checks that the entries have no gap and no duplicate.
pub fn assert_whole(entries: &[Entry]) {
    for (at, entry) in entries.iter().enumerate() {
        assert_eq!(entry.cursor.seq as usize, at + 1, "each once, in order");
    }
}

#[tokio::test]
async fn a_visitor_at_two_proxies_gets_each_entry_once_and_in_one_order_at_both() {
    const ROUNDS: u8 = 20;
    let pair = Pair::open().await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    let mut streams = [browsers[0].stream(&alias, None).await, browsers[1].stream(&alias, None).await];
    for round in 1..=ROUNDS {
        let (here, there) = (usize::from(round % 2), usize::from(round / 2 % 2));
        let (id, text) = (key(round), format!("sent {round}"));
        let sent = browsers[here].send(&alias, &id, &text);
        let told = pair.tell(there, vec![says("bot", "conversation-1", &format!("reply {round}"))]);
        tokio::join!(sent, told);
    }
    let count = 2 + 3 * usize::from(ROUNDS);
    let seen = [streams[0].entries(count).await, streams[1].entries(count).await];
    assert_eq!(seen[0], seen[1]);
    assert_whole(&seen[0]);
    assert_eq!(browsers[1].log(&alias).await, seen[0]);
    let forwarded: Vec<_> = pair.platform.calls().iter().map(|call| call.text().to_owned()).collect();
    assert_eq!(forwarded.len(), 1 + usize::from(ROUNDS), "each went to the platform once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_come_to_either_proxy_at_any_time_miss_nothing() {
    const DELIVERIES: usize = 60;
    const EVENTS: usize = 10;
    let pair = Arc::new(Pair::open().await);
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(1), "Hello").await;
    let last = 2 + 2 * DELIVERIES * EVENTS;
    let writers = [0, 1].map(|writer| {
        let pair = Arc::clone(&pair);
        tokio::spawn(async move {
            for delivery in 0..DELIVERIES {
                let text = |event| format!("{writer} {delivery} {event}");
                pair.tell(writer, (0..EVENTS).map(|n| says("bot", "conversation-1", &text(n))).collect()).await;
            }
        })
    });
    let readers: Vec<_> = (0..6)
        .map(|reader| {
            let (browser, alias, pair) = (browsers[reader % 2].clone(), alias.clone(), Arc::clone(&pair));
            tokio::spawn(async move {
                // Each reader starts later than the one before, so that replay and live meet at
                // another entry.
                while pair.proxies[0].app.metrics.webhook_entries.get() < (reader * 40) as u64 {
                    tokio::task::yield_now().await;
                }
                let mut seen: Vec<Entry> = Vec::new();
                while seen.len() < last {
                    let mut stream = browser.stream(&alias, seen.last().map(|entry| entry.cursor)).await;
                    while let Some(said) = stream.next().await {
                        match said {
                            StreamItem::Comment => {}
                            StreamItem::Entry(entry) => seen.push(entry),
                            StreamItem::Reset(_) | StreamItem::Begin(_) | StreamItem::Reauth => {
                                panic!("no reason for {said:?}")
                            }
                        }
                        if seen.len() == last {
                            break;
                        }
                    }
                }
                seen
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("written");
    }
    let mut first: Option<Vec<Entry>> = None;
    for reader in readers {
        let seen = reader.await.expect("read");
        assert_whole(&seen);
        assert_eq!(first.get_or_insert_with(|| seen.clone()), &seen, "the same order everywhere");
    }
}

#[tokio::test]
async fn a_key_that_comes_to_the_other_proxy_waits_for_the_first_ones_answer() {
    let pair = Pair::open().await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    let held = pair.platform.hold();
    let send = |at: usize, number: u8, text: &'static str| {
        let (browser, alias) = (browsers[at].clone(), alias.clone());
        tokio::spawn(async move { browser.send(&alias, &key(number), text).await })
    };
    let first = send(0, 1, "once");
    pair.platform.called(2).await;
    let second = send(1, 1, "once");
    // Another message of the conversation has to wait as well, as echoes are matched by order.
    let other = send(1, 2, "after it");
    held.send(PlatformAnswer::Accept).expect("held");
    let (first, second) = (first.await.expect("sent"), second.await.expect("answered"));
    assert_eq!(first, second);
    other.await.expect("sent");
    assert_eq!(pair.platform.calls().len(), 3, "nothing twice");
    let log = short(&browsers[0].log(&alias).await);
    assert_eq!(log, ["visitor: hello", "00 sent", "visitor: once", "01 sent", "visitor: after it", "02 sent"]);
}

#[tokio::test]
async fn what_is_taken_back_at_one_proxy_ends_at_the_other_within_a_second() {
    let pair = Pair::open().await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    let renew = async |at: usize, secret: &str| {
        let request = pair.http.post(pair.proxies[at].url("/token")).header("origin", ORIGIN);
        request.json(&json!({ "renewal": secret })).send().await.expect("an answer")
    };
    let fresh = pair.http.post(pair.proxies[0].url("/token")).header("origin", ORIGIN).json(&json!({}));
    let stolen: TokenAnswer = fresh.send().await.expect("an answer").json().await.expect("a token");
    let renewed: TokenAnswer = renew(1, &stolen.renewal).await.json().await.expect("a token of the other proxy");
    assert_eq!(renewed.visitor, stolen.visitor);
    let again: TokenAnswer = renew(0, &stolen.renewal).await.json().await.expect("within the grace");
    assert_eq!(again.renewal, renewed.renewal, "two tabs at two proxies stay together");

    let victim = Browser { token: renewed.token, visitor: renewed.visitor, ..browsers[1].clone() };
    let own = victim.start(&key(9), "Hi").await;
    let mut stream = victim.stream(&own, None).await;
    stream.entries(2).await;
    pair.proxies[0].clock.advance(Duration::from_secs(21));
    assert_eq!(renew(0, &stolen.renewal).await.status(), 401, "used twice");
    let began = std::time::Instant::now();
    while stream.next().await.is_some() {}
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(victim.post_send(&own, &key(10), "more").await.status(), 401);
    assert_eq!(browsers[1].post_send(&alias, &key(11), "unharmed").await.status(), 200);
}

#[tokio::test]
async fn limits_count_what_comes_to_both() {
    let pair = Pair::with(|config| config.limits.send_per_minute = 4).await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    for number in 1..=4 {
        browsers[usize::from(number % 2)].send(&alias, &key(number), "text").await;
    }
    for browser in &browsers {
        let (status, code) = refusal(browser.post_send(&alias, &key(9), "text").await).await;
        assert_eq!((status, code.as_str()), (429, "RATE_LIMITED"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_copies_at_one_time_are_one_and_an_honest_repeat_survives_whoever_gets_them() {
    let pair = Pair::open().await;
    let browsers = pair.browsers().await;
    let alias = browsers[0].start(&key(0), "Hello").await;
    // All copies arrive before the first one is answered.
    pair.redis.freeze();
    let copies = (0..10).map(|at| pair.tell(at % 2, vec![says("bot", "conversation-1", "copied")]));
    let thaw = async {
        while pair.proxies.iter().map(|proxy| proxy.app.metrics.webhook_events.get()).sum::<u64>() < 10 {
            tokio::task::yield_now().await;
        }
        pair.redis.thaw();
    };
    tokio::join!(futures_util::future::join_all(copies), thaw);
    let log = short(&browsers[0].log(&alias).await);
    assert_eq!(log[2..], ["bot: copied"]);
    for repeat in 0..10 {
        pair.tell(repeat % 2, vec![says("bot", "conversation-1", "ok")]).await;
    }
    let log = short(&browsers[0].log(&alias).await);
    assert_eq!(log[3..], ["bot: ok"; 10]);
}
