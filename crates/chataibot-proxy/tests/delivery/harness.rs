//! One proxy and one platform, and the platform's webhook.

use std::sync::Arc;

use chataibot_proxy::config::{Config, Site, Sites};
use chataibot_proxy::demo;
use chataibot_proxy::http::state::App;
use chataibot_proxy::ids::VisitorId;
use chataibot_proxy::service::token::Visitor;
use chataibot_proxy::testing::{RedisServer, TestApp, spawn_app};
use chataibot_wire::{Entry, entry::Event};
use serde_json::{Value, json};

use crate::browser::{Browser, ORIGIN, PATIENCE};
use crate::platform::Platform;

pub struct Harness {
    pub proxy: TestApp,
    /// The proxy's store, if it is not its own file: `CHATAIBOT_TEST_STORE=redis`.
    pub redis: Option<RedisServer>,
    pub platform: Platform,
    pub http: reqwest::Client,
}

impl Harness {
    pub async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let platform = Platform::start().await;
        let url = platform.url.clone();
        let redis = std::env::var("CHATAIBOT_TEST_STORE").is_ok_and(|store| store == "redis").then(RedisServer::start);
        let proxy = spawn_app(|config| {
            config.redis = redis.as_ref().map(RedisServer::url);
            let site: &Site = config.sites.iter().next().expect("the demo has a site");
            let platform_url = url.parse().expect("a URL");
            config.sites = Sites::new(vec![Site { platform_url, ..site.clone() }]);
            change(config);
        })
        .await
        .expect("a proxy");
        Self { proxy, redis, platform, http: reqwest::Client::builder().no_proxy().build().expect("a client") }
    }

    pub fn app(&self) -> &Arc<App> {
        &self.proxy.app
    }

    /// A new visitor's browser.
    pub async fn browser(&self) -> Browser {
        Browser::open(self.http.clone(), self.proxy.url("")).await
    }

    /// Posts one delivery to the platform's webhook.
    pub async fn webhook(&self, events: Vec<Value>) -> reqwest::Response {
        self.webhook_from(&self.http, events).await
    }

    pub async fn webhook_from(&self, http: &reqwest::Client, events: Vec<Value>) -> reqwest::Response {
        let url = self.proxy.url(&format!("/webhook/{}", demo::WEBHOOK_SECRET));
        let body = json!({ "token": demo::WEBHOOK_TOKEN, "events": events });
        http.post(url).json(&body).send().await.expect("an answer")
    }

    /// Delivers events, which must be accepted.
    pub async fn tell(&self, events: Vec<Value>) {
        let answer = self.webhook(events).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.json::<Value>().await.expect("JSON"), json!({ "ok": true }));
    }

    /// A browser's visitor as the proxy represents it, for tests below HTTP.
    pub fn visitor(&self, browser: &Browser) -> Visitor {
        let visitor =
            self.app().services.tokens.check(&browser.token, &self.app().config.sites).expect("a valid token");
        assert_eq!(
            (visitor.origin.as_str(), &visitor.visitor),
            (ORIGIN, &VisitorId::parse(&browser.visitor).expect("an id"))
        );
        visitor
    }
}

/// A message event in a conversation; the envelope as observed (OBS).
pub fn says(author: &str, conversation: &str, text: &str) -> Value {
    json!({
        "event": { "type": "message", "payload": {
            "message": { "type": "text", "text": text }, "message_by": { "type": author } } },
        "conversation": { "key": conversation },
    })
}

/// The same event with the visitor's key.
pub fn says_to(visitor: &str, author: &str, conversation: &str, text: &str) -> Value {
    let mut event = says(author, conversation, text);
    event["visitor"] = json!({ "key": format!("{visitor}_4711") });
    event
}

/// An event that closes the conversation (INT).
pub fn closes(conversation: &str) -> Value {
    json!({
        "event": { "type": "status", "payload": { "status": "closed" } },
        "conversation": { "key": conversation },
    })
}

/// A log in short form: `visitor: hello`, `…0001 sent`, `closed`.
pub fn short(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| match &entry.event {
            Event::Message(message) => format!("{:?}: {}", message.author, message.content.to_plain()).to_lowercase(),
            Event::Delivery(delivery) => {
                let id = &delivery.client_message_id;
                format!("{} {:?}", &id[id.len() - 2..], delivery.state).to_lowercase()
            }
            Event::Status(status) => format!("{status:?}").to_lowercase(),
            Event::Assignee(_) => "assignee".to_owned(),
        })
        .collect()
}

/// The client message id with this number.
pub fn key(number: u8) -> String {
    format!("018f5c3e-7a10-7c4e-9d1b-2f6a8b9c0d{number:02x}")
}

impl Harness {
    /// Waits until `holds`, without sleeping: yields to the other tasks and checks again.
    pub async fn until(&self, holds: impl Fn(&Self) -> bool) {
        let began = std::time::Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "it must become so");
            tokio::task::yield_now().await;
        }
    }
}
