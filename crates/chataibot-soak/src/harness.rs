//! Test harness: proxy and platform in this process, and a fault proxy on each of the three
//! connections between browser, proxy and platform.

use std::{error::Error, net::SocketAddr, sync::Arc, time::Duration};

use chataibot_faults::FaultProxy;
use chataibot_proxy::{
    App, Listeners, build,
    clock::Clock,
    config::{Arguments, Config},
    demo, run,
};
use chataibot_simulator::{config, server};
use serde_json::{Value, json};

/// Error while a harness is set up; never the product's fault.
pub type SetupError = Box<dyn Error + Send + Sync>;

pub struct Harness {
    pub app: Arc<App>,
    /// Address of the proxy itself, past the faults.
    pub proxy: SocketAddr,
    /// Fault proxy between browser and proxy.
    pub front: FaultProxy,
    /// Fault proxy between proxy and platform.
    pub back: FaultProxy,
    /// Fault proxy between the platform's events and the proxy.
    pub events: FaultProxy,
    platform: server::Simulator,
    /// Client for calls past the faults.
    pub http: reqwest::Client,
    _directory: tempfile::TempDir,
}

impl Harness {
    /// Starts everything. `ids`: whether the platform's events carry ids; `change` adjusts the
    /// proxy's settings.
    pub async fn open(ids: bool, change: impl FnOnce(&mut Config)) -> Result<Self, SetupError> {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
        let (back, events) = (FaultProxy::start(nowhere).await?, FaultProxy::start(nowhere).await?);
        let directory = tempfile::tempdir()?;
        let arguments = Arguments {
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            platform_url: Some(format!("{}/api/v1", back.url())),
            ..Arguments::default()
        };
        let mut config =
            demo::config(&arguments, directory.path().to_owned()).map_err(|problems| problems.to_string())?;
        change(&mut config);
        let app = build(config, Clock::system()).await.map_err(|error| error.to_string())?;
        let listeners = Listeners::open(&app.config).await.map_err(|error| error.to_string())?;
        let proxy = listeners.public.local_addr()?;
        tokio::spawn(run(Arc::clone(&app), listeners));
        events.aim(proxy);
        let platform = server::spawn(config::Config {
            webhook_url: Some(format!("{}/webhook/{}", events.url(), demo::WEBHOOK_SECRET)),
            style: config::Style { ids, ..config::Style::default() },
            ..config::Config::for_tests()
        })
        .await?;
        back.aim(platform.addr);
        let front = FaultProxy::start(proxy).await?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let harness = Self { app, proxy, front, back, events, platform, http, _directory: directory };
        harness.look("webhook?timeout_ms=10000").await?;
        Ok(harness)
    }

    /// Ends the faults on every connection.
    pub fn heal(&self) {
        for way in [&self.front, &self.back, &self.events] {
            way.heal();
        }
    }

    /// Gives the platform an order. Returns whether it succeeded.
    pub async fn order(&self, name: &str, body: Value) -> Result<bool, SetupError> {
        let url = format!("{}/_control/{name}", self.platform.url());
        Ok(self.http.post(url).json(&body).send().await?.status().is_success())
    }

    /// Asks the platform's control interface what happened.
    pub async fn look(&self, what: &str) -> Result<Value, SetupError> {
        let url = format!("{}/_control/{what}", self.platform.url());
        Ok(self.http.get(url).send().await?.json().await?)
    }

    /// Makes the bot say something, if there is a conversation to say it in.
    pub async fn reply(&self, text: &str) -> Result<bool, SetupError> {
        self.order("reply", json!({ "text": format!("<p>{text}</p>") })).await
    }

    /// Waits until no script runs and no webhook is in flight, at most for `patience`.
    pub async fn idle(&self, patience: Duration) -> Result<bool, SetupError> {
        let idle = self.look(&format!("idle?timeout_ms={}", patience.as_millis())).await?;
        Ok(idle["ok"] == true)
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.app.lifecycle.shutdown.cancel();
    }
}
