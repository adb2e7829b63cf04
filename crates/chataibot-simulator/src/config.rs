//! Every setting of the simulator, with its default.

use std::{net::SocketAddr, time::Duration};

use clap::ValueEnum;
use serde::Deserialize;

/// How the simulated platform behaves. [`Config::default`] is the demo: loopback, demo tokens, the
/// pace of a real bot.
///
/// It holds secrets, and cannot be printed.
#[derive(Clone)]
pub struct Config {
    /// Where to listen; port 0 takes any free port.
    pub listen: SocketAddr,
    /// The account token that both documented calls must bring as `Authorization: Bearer`.
    pub account_token: String,
    /// The one bot's key; `None` accepts any key that is not empty.
    pub bot_key: Option<String>,
    /// The account's number, the second half of each visitor key.
    pub account_id: String,
    /// Where events go; `None` keeps them waiting until `/_control/webhook` names a place.
    pub webhook_url: Option<String>,
    /// The token of the account owner's choosing that comes with each event.
    pub webhook_token: String,
    /// How events are written.
    pub style: Style,
    /// How long the bot takes for one reply; zero answers at once. The real pause varies by a
    /// fifth.
    pub pace: Duration,
    /// How a refused webhook is tried again.
    pub retry: Retry,
    /// Accept the internal answers `button.response`, `slider.response`, `form.response`,
    /// `file_upload.response` (INT)?
    pub typed_answers: bool,
    /// What pictures and files in replies are addressed by; the listening address when `None`.
    pub public_url: Option<String>,
}

/// How events are written: the facts about them that are only observed or guessed, each with its
/// likeliest value first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Where the webhook token stands.
    pub token_in: TokenIn,
    /// How the visitor's own messages come back.
    pub echo: Echo,
    /// Do messages carry an id and a time? No evidence says so; a proxy should use them when they
    /// do.
    pub ids: bool,
    /// How times are written in answers and events.
    pub time: TimeStyle,
}

/// Where the webhook token stands (OBS: in the body or in `Authorization`, raw or as a bearer).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum TokenIn {
    /// In `body.token`.
    #[default]
    Body,
    /// `Authorization: Bearer <token>`.
    Bearer,
    /// `Authorization: <token>`.
    Raw,
}

/// How the visitor's own messages come back (OBS that they do; their markup is unknown).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    /// As they were sent.
    #[default]
    Plain,
    /// Escaped, inside `<p>`.
    Html,
    /// Not at all.
    Off,
}

/// How times are written; both styles exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum TimeStyle {
    /// `2025-02-10 20:21:03.913000`, UTC without saying so.
    #[default]
    Plain,
    /// `2025-02-10T20:21:03.913+00:00`.
    Iso,
}

/// How a webhook that was not answered with 2xx is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// The first pause; each further one is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// Attempts in all, at least 1; then the event is given up and the next one goes out. The
    /// handshake is never given up.
    pub attempts: u32,
}

impl Retry {
    /// The pause after the given number of failed attempts.
    pub fn pause(&self, failed: u32) -> Duration {
        let doublings = failed.saturating_sub(1).min(20);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self { first: Duration::from_millis(100), longest: Duration::from_secs(1), attempts: 60 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8788)),
            account_token: "demo-account-token".to_owned(),
            bot_key: Some("demo-bot".to_owned()),
            account_id: "103039226478".to_owned(),
            webhook_url: Some("http://127.0.0.1:8787/webhook/demo-webhook-secret".to_owned()),
            webhook_token: "demo-webhook-token".to_owned(),
            style: Style::default(),
            pace: Duration::from_millis(750),
            retry: Retry::default(),
            typed_answers: false,
            public_url: None,
        }
    }
}

impl Config {
    /// For tests: any free port, no pauses, quick retries, no webhook until one is named.
    pub fn for_tests() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            webhook_url: None,
            pace: Duration::ZERO,
            retry: Retry { first: Duration::from_millis(1), longest: Duration::from_millis(20), attempts: 60 },
            ..Self::default()
        }
    }
}
