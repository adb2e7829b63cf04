//! Test runner: starts a simulator, waits for the first webhook, then runs one check after the
//! other; slow checks run concurrently with them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{anyhow, bail};
use chataibot_simulator as simulator;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::check::{Check, Found, Level};
use crate::fixture::Fixture;
use crate::identity::HostSite;
use crate::options::Options;
use crate::outcome::violation;
use crate::simulator::Simulator;
use crate::{checks, report};

/// Returns the checks that these options select, in order.
fn selected(options: &Options) -> anyhow::Result<Vec<Check>> {
    let all = checks::all();
    if let Some(unknown) = options.only.iter().find(|name| all.iter().all(|check| check.name != name.as_str())) {
        bail!("there is no check {unknown:?}; --list names them all");
    }
    let is_selected = |check: &Check| match options.only.as_slice() {
        [] => !(options.quick && check.slow),
        only => only.iter().any(|name| name == check.name),
    };
    Ok(all.iter().copied().filter(is_selected).collect())
}

/// Runs the checks. `on_progress` gets the report line by line, each as soon as it exists.
pub async fn run(options: &Options, on_progress: impl Fn(&str)) -> anyhow::Result<Vec<Found>> {
    let checks = selected(options)?;
    let url = options.url.as_deref().unwrap_or_default().trim_end_matches('/');
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
    let http = http.map_err(|error| anyhow!("no HTTP client: {error}"))?;
    let webhook_url = options.webhook_url.clone().unwrap_or_else(|| format!("{url}/webhook/demo-webhook-secret"));
    let (own_simulator, platform) = match &options.simulator {
        Some(url) => (None, url.clone()),
        None => {
            let simulator = spawn_simulator(options).await?;
            let url = simulator.url();
            (Some(simulator), url)
        }
    };
    on_progress(&settings_text(options, &platform, &webhook_url));

    let identity_secret = options.identity_secret.as_deref();
    let mut secrets = vec![
        ("the account token", options.account_token.clone()),
        ("an e-mail address of the staff", "@staff.example.com".to_owned()),
    ];
    secrets.extend(identity_secret.map(|secret| ("the host site's secret", secret.to_owned())));
    let fixture = Fixture {
        simulator: Simulator::new(http.clone(), &platform),
        http,
        proxy: url.to_owned(),
        host: identity_secret.map(|secret| HostSite::new(secret, options.site.as_deref().unwrap_or("demo"))),
        identity_required: AtomicBool::default(),
        webhook_url,
        options: options.clone(),
        secrets,
        timeout: Duration::from_secs(options.patience),
        platform_lock: tokio::sync::Mutex::default(),
        bodies: Mutex::default(),
    };
    wait_for_proxy(&fixture).await?;

    let (slow, quick): (Vec<Check>, Vec<Check>) = checks.iter().partition(|check| check.slow);
    let slow = futures_util::future::join_all(slow.into_iter().map(|check| run_one(&fixture, check)));
    let quick = async {
        let mut all = Vec::with_capacity(quick.len());
        for check in quick {
            let platform_lock = fixture.platform_lock.lock().await;
            let found = match fixture.simulator.reset().await {
                Ok(()) => run_one(&fixture, check).await,
                Err(fault) => Found { check, outcome: Err(fault) },
            };
            drop(platform_lock);
            on_progress(&report::found(&found));
            all.push(found);
        }
        all
    };
    let (mut all, slow) = tokio::join!(quick, slow);
    for found in slow {
        on_progress(&report::found(&found));
        all.push(found);
    }
    if let Some(own_simulator) = own_simulator {
        own_simulator.shutdown().await;
    }
    Ok(all)
}

/// Whether the contract holds: no "must" is broken.
pub fn holds(all: &[Found]) -> bool {
    !all.iter().any(|found| found.is_broken() && found.check.level == Level::Must)
}

async fn run_one(fixture: &Fixture, check: Check) -> Found {
    // Each step has its own timeout; this one is for a proxy that never answers.
    const CHECK_TIMEOUT: Duration = Duration::from_secs(120);
    let outcome = tokio::time::timeout(CHECK_TIMEOUT, (check.run)(fixture)).await;
    let outcome = outcome.unwrap_or_else(|_| Err(violation("it was not over after two minutes")));
    Found { check, outcome }
}

async fn spawn_simulator(options: &Options) -> anyhow::Result<simulator::Simulator> {
    let config = simulator::Config {
        listen: options.simulator_listen,
        account_token: options.account_token.clone(),
        bot_key: Some(options.bot_key.clone()),
        // This program makes the first handshake itself, once the proxy is there.
        webhook_url: None,
        webhook_token: options.webhook_token.clone(),
        pace: Duration::ZERO,
        retry: simulator::config::Retry { attempts: 20, ..simulator::config::Retry::default() },
        ..simulator::Config::default()
    };
    let listen = options.simulator_listen;
    let advice = "use --simulator-listen, or --simulator with one that runs";
    let fault = |error| anyhow!("the simulated platform can't listen on {listen}: {error}; {advice}");
    simulator::spawn(config).await.map_err(fault)
}

fn settings_text(options: &Options, platform: &str, webhook_url: &str) -> String {
    let Options { origin, account_token, bot_key, webhook_token, .. } = options;
    format!(
        "The proxy must be configured for a site with\n  platform URL     {platform}/api/v1\n  account token    {account_token}\n  bot key          {bot_key}\n  webhook token    {webhook_token}\n  allowed origin   {origin}\nand take the platform's events at\n  {webhook_url}\n"
    )
}

/// Waits for the proxy, and for its answer to the handshake.
async fn wait_for_proxy(fixture: &Fixture) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(fixture.options.wait);
    let order = json!({ "url": fixture.webhook_url, "token": fixture.options.webhook_token, "handshake": false });
    let aimed = fixture.simulator.order("webhook", order).await;
    aimed.map_err(|fault| anyhow!("the simulator can't be used: {fault}"))?;
    loop {
        let reached = fixture.token(json!({})).await;
        let why = match reached {
            Ok(answer) if answer.status == 200 => match fixture.simulator.order("handshake", json!({})).await {
                Ok(response) if response["handshake"]["ok"] == true => return Ok(()),
                Ok(response) => {
                    let (url, error) = (&fixture.webhook_url, &response["handshake"]["error"]);
                    format!("the webhook {url} does not answer the handshake: {error}")
                }
                Err(fault) => fault.to_string(),
            },
            Ok(answer) if answer.error() == "IDENTITY_REQUIRED" => {
                if fixture.host.is_none() {
                    bail!("this site takes signed-in visitors only: --identity-secret says what they are signed with");
                }
                // From now on every visitor signs in.
                fixture.identity_required.store(true, Ordering::SeqCst);
                continue;
            }
            Ok(answer) => answer.to_string(),
            Err(fault) => fault.to_string(),
        };
        if Instant::now() >= deadline {
            bail!(why);
        }
        sleep(Duration::from_millis(250)).await;
    }
}
