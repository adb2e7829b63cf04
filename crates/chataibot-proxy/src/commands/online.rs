//! `--check-config --online`: whether Redis answers, if one is configured; whether the platform
//! answers, takes the token, reaches the webhook.
//!
//! No visitor or bot gets a message: the token is tested with a conversation that does not exist.
//! If a proxy already runs on the configured address, it is queried; if not, this command listens
//! there for a while, for handshakes only.

use std::{fmt, sync::Arc, time::Duration};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chataibot_wire::documented::{MessageData, User};
use chataibot_wire::typed::{SendTyped, TypedMessage};
use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

use super::health::connectable;
use crate::config::{Config, RedisUrl, Site, Sites};
use crate::normalise::{self, WebhookCall};
use crate::platform::{Fault, FaultKind, PlatformClient};
use crate::service::webhook::{CHECK_HEADER, sites_with_token};
use crate::store::Store;

/// Id of a conversation that exists on no platform.
const NONEXISTENT_CONVERSATION: &str = "chataibot-proxy-check";

const TIMEOUT: Duration = Duration::from_secs(10);

/// The result of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No problem was found.
    Ok,
    /// It could not be checked.
    Unknown,
    /// Something must be changed.
    Failed,
}

/// Finding of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The result.
    pub verdict: Verdict,
    /// What was observed.
    pub observation: String,
    /// What to change; empty if there is no problem.
    pub fix: &'static str,
}

impl Finding {
    fn ok(observation: String) -> Self {
        Self { verdict: Verdict::Ok, observation, fix: "" }
    }

    fn unknown(observation: String, fix: &'static str) -> Self {
        Self { verdict: Verdict::Unknown, observation, fix }
    }

    fn failed(observation: String, fix: &'static str) -> Self {
        Self { verdict: Verdict::Failed, observation, fix }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Ok => "ok     ",
            Verdict::Unknown => "unknown",
            Verdict::Failed => "FAILED ",
        };
        write!(f, "{word} {}", self.observation)?;
        if self.fix.is_empty() { Ok(()) } else { write!(f, "\n        → {}", self.fix) }
    }
}

/// Runs all checks. `wait`: how long to wait for the platform's handshake if no proxy runs.
pub async fn check(config: &Config, wait: Duration) -> Vec<Finding> {
    try_check(config, wait).await.unwrap_or_else(|error| {
        vec![Finding::failed(format!("there is no HTTP client: {error}"), "Are the system's certificates there?")]
    })
}

async fn try_check(config: &Config, wait: Duration) -> Result<Vec<Finding>, reqwest::Error> {
    let mut findings = Vec::new();
    if let Some(redis) = &config.redis {
        findings.push(check_redis(redis).await);
    }
    let client = PlatformClient::with_timeout(TIMEOUT)?;
    for site in config.sites.iter() {
        findings.push(check_platform(&client, site).await);
    }
    findings.extend(check_webhooks(config, wait).await?);
    Ok(findings)
}

async fn check_redis(redis: &RedisUrl) -> Finding {
    match Store::check_redis(&redis.secret).await {
        Ok(()) => Finding::ok(format!("{redis} answers, and runs scripts")),
        Err(error) => Finding::failed(
            format!("{redis}: {error}"),
            "Does it run, and do its address, user and password fit? The user needs the commands of scripts (EVALSHA, SCRIPT LOAD).",
        ),
    }
}

async fn check_platform(client: &PlatformClient, site: &Site) -> Finding {
    let message = TypedMessage::Text(MessageData { body: "check".to_owned() });
    let answer = client.send(site, NONEXISTENT_CONVERSATION, &SendTyped { message, user: User::default() }).await;
    let of = format!("site {}, {}", site.id, site.platform_url);
    match answer {
        // It knows no such conversation, so it has already checked the token.
        Ok(_) | Err(Fault { kind: FaultKind::Refused, .. }) => {
            Finding::ok(format!("{of}: the platform answers, and takes the account token"))
        }
        Err(fault) => {
            let fix = remedy(&fault.cause, fault.needs_operator);
            Finding::failed(format!("{of}: {}", fault.cause), fix)
        }
    }
}

/// Returns the remedy for a failed call, by the platform's code.
fn remedy(cause: &str, needs_operator: bool) -> &'static str {
    let says = |word| cause.contains(word);
    if says("JWT_SIGNATURE_EXCEPTION") || says(" 401") {
        "Put the account token of Settings › Account Settings into the file of account_token_file (or its variable)."
    } else if says("CHANNEL_") {
        "Switch the \"API\" channel of the bot on, or renew its token, in the platform's settings."
    } else if says("UNAUTHORIZED_FEATURE") {
        "The account's plan lacks the API: ask the account manager."
    } else if needs_operator {
        "Is platform_url the base address of the platform's API, such as https://…/api/v1?"
    } else {
        "Does this machine reach the platform (DNS, firewall, TLS)? If it can, the platform is down: try again."
    }
}

/// Checks the webhook of each account: its platform must reach it with its secret and its token.
async fn check_webhooks(config: &Config, wait: Duration) -> Result<Vec<Finding>, reqwest::Error> {
    let client = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build()?;
    let here = format!("http://{}", connectable(config.listen));
    let answer = client.get(format!("{here}/healthz")).send().await;
    if !answer.is_ok_and(|answer| answer.status().is_success()) {
        return Ok(wait_for_handshakes(config, wait).await);
    }
    let mut findings = vec![Finding::ok(format!("a proxy runs at {here}"))];
    let public = config.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    for base in [Some(here), public].into_iter().flatten() {
        for site in accounts(&config.sites) {
            findings.push(send_handshake(&client, &base, site).await);
        }
    }
    findings.push(check_received(&client, config).await);
    Ok(findings)
}

/// Returns one site of each account: sites of one account share its webhook.
fn accounts(sites: &Sites) -> Vec<&Arc<Site>> {
    let mut accounts: Vec<&Arc<Site>> = Vec::new();
    for site in sites.iter() {
        let secret = first_line(site.webhook_secret.expose_secret());
        if !accounts.iter().any(|known| first_line(known.webhook_secret.expose_secret()) == secret) {
            accounts.push(site);
        }
    }
    accounts
}

/// Returns the current secret: while it is being replaced, the new one is on the first line.
fn first_line(secrets: &str) -> &str {
    secrets.lines().next().unwrap_or_default()
}

/// Sends a handshake, as the platform does when its Events settings are saved.
async fn send_handshake(client: &reqwest::Client, base: &str, site: &Site) -> Finding {
    let of = format!("site {}, {base}/webhook/…", site.id);
    let token = first_line(site.webhook_token.expose_secret());
    let url = format!("{base}/webhook/{}", first_line(site.webhook_secret.expose_secret()));
    let answer = client.post(url).header(CHECK_HEADER, "1").json(&json!({ "token": token })).send().await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let fix = "Let DNS, certificate and reverse proxy of public_url lead here.";
            return Finding::failed(format!("{of}: no answer: {}", error.without_url()), fix);
        }
    };
    let status = answer.status();
    let echoed = answer.json::<Value>().await.is_ok_and(|body| body["token"] == token);
    if status.is_success() && echoed {
        return Finding::ok(format!("{of}: takes the platform's handshake"));
    }
    let fix = match status {
        StatusCode::NOT_FOUND => {
            "Let the reverse proxy pass /webhook/ on; or the running proxy has another webhook secret: SIGHUP."
        }
        StatusCode::UNAUTHORIZED => "The running proxy has another webhook token: SIGHUP, or restart it.",
        _ => "Look at the log of the running proxy.",
    };
    Finding::failed(format!("{of}: the handshake was answered {}", status.as_u16()), fix)
}

/// Checks, by the running proxy's metrics, what it received from the platform since its start.
async fn check_received(client: &reqwest::Client, config: &Config) -> Finding {
    let Some(address) = config.metrics_listen else {
        let observation = "whether the platform has completed the handshake: the running proxy has no metrics_listen";
        let fix =
            "Set metrics_listen, or press \"save\" in the platform's Events settings: it says whether that worked.";
        return Finding::unknown(observation.to_owned(), fix);
    };
    let answer = client.get(format!("http://{}/metrics", connectable(address))).send().await;
    let text = match answer {
        Ok(answer) => answer.text().await.unwrap_or_default(),
        Err(error) => {
            let observation = format!("the metrics of the running proxy: {}", error.without_url());
            return Finding::unknown(observation, "Is metrics_listen the same there?");
        }
    };
    let count = |name: &str| {
        let line =
            text.lines().find_map(|line| line.strip_prefix("chataibot_proxy_")?.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|number| number.trim().parse::<f64>().ok()).unwrap_or_default()
    };
    let (handshakes, events) = (count("webhook_handshakes_total"), count("webhook_events_total"));
    if handshakes + events > 0.0 {
        return Finding::ok(format!(
            "the platform has called since the proxy's start: {handshakes} handshakes, {events} events"
        ));
    }
    let fix = "Enter the webhook's address and token in the platform's Events settings, and press \"save\" there: that starts a handshake.";
    Finding::failed("the platform has not called since the proxy's start".to_owned(), fix)
}

/// State of the listener that replaces the proxy if none runs.
struct ListenerState {
    sites: Sites,
    handshakes: watch::Sender<Handshakes>,
}

#[derive(Default)]
struct Handshakes {
    sites: Vec<String>,
    wrong_secrets: u32,
    wrong_tokens: u32,
}

async fn wait_for_handshakes(config: &Config, wait: Duration) -> Vec<Finding> {
    let listener = match TcpListener::bind(config.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            let fix =
                "Something else than a proxy of ours has that address, or it is not this machine's: change `listen`.";
            return vec![Finding::failed(format!("cannot listen on {}: {error}", config.listen), fix)];
        }
    };
    let state = Arc::new(ListenerState { sites: config.sites.clone(), handshakes: watch::Sender::default() });
    let mut handshakes = state.handshakes.subscribe();
    let router = Router::new().route("/webhook/{secret}", post(receive_handshake)).with_state(Arc::clone(&state));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let accounts = accounts(&config.sites);
    let all =
        |handshakes: &Handshakes| accounts.iter().all(|site| handshakes.sites.iter().any(|id| id == site.id.as_str()));
    // After a timeout, the handshakes received so far are reported.
    let _ = tokio::time::timeout(wait, handshakes.wait_for(all)).await;
    serving.abort();
    let handshakes = state.handshakes.borrow();
    accounts.iter().map(|site| outcome(site, &handshakes, wait)).collect()
}

fn outcome(site: &Site, handshakes: &Handshakes, wait: Duration) -> Finding {
    let of = format!("site {}, its webhook", site.id);
    if handshakes.sites.iter().any(|id| id == site.id.as_str()) {
        return Finding::ok(format!("{of}: the platform has completed the handshake"));
    }
    let (what, fix) = match (handshakes.wrong_tokens, handshakes.wrong_secrets) {
        (0, 0) => (
            "no handshake came",
            "Press \"save\" in the platform's Events settings while this waits (--wait SECONDS); does its address lead here, through DNS and reverse proxy?",
        ),
        (0, _) => (
            "a handshake came for another path",
            "The last part of the address in the platform's Events settings is not the webhook secret.",
        ),
        _ => (
            "a handshake came with another token",
            "Make the token in the platform's Events settings and webhook_token the same.",
        ),
    };
    Finding::failed(format!("{of}: {what} in {} s", wait.as_secs()), fix)
}

/// Answers handshakes only. Events get 503, so that the platform sends them again to a proxy.
async fn receive_handshake(
    State(state): State<Arc<ListenerState>>,
    Path(secret): Path<String>,
    body: Bytes,
) -> Response {
    let sites = state.sites.of_webhook_secret(&secret);
    if sites.is_empty() {
        state.handshakes.send_modify(|handshakes| handshakes.wrong_secrets += 1);
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(WebhookCall::Handshake { token }) = normalise::read(&body) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let Ok(proven) = sites_with_token(&sites, Some(&token)) else {
        state.handshakes.send_modify(|handshakes| handshakes.wrong_tokens += 1);
        return StatusCode::UNAUTHORIZED.into_response();
    };
    state.handshakes.send_modify(|handshakes| handshakes.sites.extend(proven));
    Json(json!({ "token": token })).into_response()
}
