//! A proxy and a simulator, with the conformance checks run between them.

use std::time::Duration;

use chataibot_conformance::{Found, Options, run::run};
use chataibot_proxy::config::{Config, IdentityPolicy, Site, Sites};
use chataibot_proxy::testing::{TestApp, spawn_app};
use chataibot_simulator::{Simulator, spawn};
use secrecy::SecretString;

use crate::middle::{Breach, Middle};

pub const IDENTITY_SECRET: &str = "a-secret-of-the-host-site-0123456789";

pub struct Harness {
    _proxy: TestApp,
    _middle: Option<Middle>,
    simulator: Simulator,
    url: String,
}

impl Harness {
    pub async fn open(breach: Option<Breach>, change: impl FnOnce(&mut Config)) -> Self {
        let simulator = spawn(chataibot_simulator::Config::for_tests()).await.expect("a simulator");
        let platform = format!("{}/api/v1", simulator.url());
        let proxy = spawn_app(|config| {
            let site: &Site = config.sites.iter().next().expect("the demo has a site");
            let platform_url = platform.parse().expect("a URL");
            let identity = IdentityPolicy::Optional(SecretString::from(IDENTITY_SECRET));
            config.sites = Sites::new(vec![Site { platform_url, identity, ..site.clone() }]);
            change(config);
        })
        .await
        .expect("a proxy");
        let middle = match breach {
            Some(breach) => Some(Middle::before(proxy.url(""), breach).await),
            None => None,
        };
        let url = middle.as_ref().map_or_else(|| proxy.url(""), |middle| middle.url.clone());
        Self { _proxy: proxy, _middle: middle, simulator, url }
    }

    pub async fn run(&self, only: &[&str]) -> Vec<Found> {
        let options = Options {
            simulator: Some(self.simulator.url()),
            identity_secret: Some(IDENTITY_SECRET.to_owned()),
            quick: true,
            // Slowness of a busy machine must not count as a breach.
            patience: 20,
            only: only.iter().map(|name| (*name).to_owned()).collect(),
            ..Options::of(self.url.clone())
        };
        let run = run(&options, |_| {});
        tokio::time::timeout(Duration::from_secs(240), run).await.expect("in time").expect("it begins")
    }
}

/// The checks that failed, each as `name: outcome`.
pub fn broken(all: &[Found]) -> Vec<String> {
    all.iter()
        .filter(|found| found.is_broken())
        .map(|found| format!("{}: {:?}", found.check.name, found.outcome))
        .collect()
}
