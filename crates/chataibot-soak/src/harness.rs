//! Test harness: proxy and platform in this process, and a fault proxy on each of the three
//! connections between browser, proxy and platform.

use std::{error::Error, net::SocketAddr, sync::Arc, time::Duration};

use chataibot_faults::{FaultProxy, Hop};
use chataibot_proxy::{App, Listeners, build, clock::Clock, config::Arguments, demo, run};
use chataibot_simulator::{config, server};
use serde_json::{Value, json};

/// Error while a harness is set up; never the product's fault.
pub type SetupError = Box<dyn Error + Send + Sync>;

pub struct Harness {
    pub app: Arc<App>,
    /// Address of the proxy itself, past the faults.
    pub proxy: SocketAddr,
    pub browser_faults: FaultProxy,
    pub platform_faults: FaultProxy,
    pub webhook_faults: FaultProxy,
    platform: server::Simulator,
    /// Client for calls past the faults.
    pub http: reqwest::Client,
    _directory: tempfile::TempDir,
}

impl Harness {
    /// Starts everything. `with_ids`: whether the platform's events carry ids.
    pub async fn open(with_ids: bool) -> Result<Self, SetupError> {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
        let (platform_faults, webhook_faults) = (FaultProxy::start(nowhere).await?, FaultProxy::start(nowhere).await?);
        let directory = tempfile::tempdir()?;
        let arguments = Arguments {
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            platform_url: Some(format!("{}/api/v1", platform_faults.url())),
            ..Arguments::default()
        };
        let config = demo::config(&arguments, directory.path().to_owned()).map_err(|problems| problems.to_string())?;
        let app = build(config, Clock::system()).await.map_err(|error| error.to_string())?;
        let listeners = Listeners::open(&app.config).await.map_err(|error| error.to_string())?;
        let proxy = listeners.public.local_addr()?;
        tokio::spawn(run(Arc::clone(&app), listeners));
        webhook_faults.aim(proxy);
        let platform = server::spawn(config::Config {
            webhook_url: Some(format!("{}/webhook/{}", webhook_faults.url(), demo::WEBHOOK_SECRET)),
            style: config::Style { ids: with_ids, ..config::Style::default() },
            ..config::Config::for_tests()
        })
        .await?;
        platform_faults.aim(platform.addr);
        let browser_faults = FaultProxy::start(proxy).await?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let harness =
            Self { app, proxy, browser_faults, platform_faults, webhook_faults, platform, http, _directory: directory };
        harness.query("webhook?timeout_ms=10000").await?;
        Ok(harness)
    }

    pub fn hops(&self) -> [(Hop, &FaultProxy); 3] {
        let Self { browser_faults, platform_faults, webhook_faults, .. } = self;
        [(Hop::Browser, browser_faults), (Hop::Platform, platform_faults), (Hop::Webhook, webhook_faults)]
    }

    pub fn heal(&self) {
        self.hops().into_iter().for_each(|(_, faults)| faults.heal());
    }

    /// Asks the platform's control interface what happened.
    pub async fn query(&self, what: &str) -> Result<Value, SetupError> {
        let url = format!("{}/_control/{what}", self.platform.url());
        Ok(self.http.get(url).send().await?.json().await?)
    }

    /// Makes the bot say something; returns false if there is no conversation to say it in.
    pub async fn reply(&self, text: &str) -> Result<bool, SetupError> {
        let order = self.http.post(format!("{}/_control/reply", self.platform.url()));
        Ok(order.json(&json!({ "text": format!("<p>{text}</p>") })).send().await?.status().is_success())
    }

    /// Waits until no script runs and no webhook is in flight, at most for `limit`.
    pub async fn idle(&self, limit: Duration) -> Result<bool, SetupError> {
        let idle = self.query(&format!("idle?timeout_ms={}", limit.as_millis())).await?;
        Ok(idle["ok"] == true)
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.app.lifecycle.shutdown.cancel();
    }
}
