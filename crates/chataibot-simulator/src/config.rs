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
    /// Address and port to listen on; port 0 chooses a free one.
    pub listen: SocketAddr,
    /// The account token that both documented calls must send as `Authorization: Bearer`.
    pub account_token: String,
    /// The one bot's key; `None` accepts any key that is not empty.
    pub bot_key: Option<String>,
    /// The account's number, the second half of each visitor key.
    pub account_id: String,
    /// URL that events are sent to; `None` queues them until `/_control/webhook` sets one.
    pub webhook_url: Option<String>,
    /// The token, chosen by the account's owner, that is sent with each event.
    pub webhook_token: String,
    /// Format of events.
    pub style: Style,
    /// Time until the bot sends a reply; zero replies at once. The actual pause varies by a
    /// fifth.
    pub pace: Duration,
    /// How a refused webhook is retried.
    pub retry: Retry,
    /// Whether to accept the internal answers `button.response`, `slider.response`,
    /// `form.response`, `file_upload.response` (INT).
    pub typed_answers: bool,
    /// Base URL of pictures and files in replies; the listening address if `None`.
    pub public_url: Option<String>,
}

/// Format of events: the properties that are only observed or guessed, each with its likeliest
/// value first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Where the webhook token is sent.
    pub token_in: TokenIn,
    /// How the visitor's own messages are echoed.
    pub echo: Echo,
    /// Whether messages have an id and a time. There is no evidence for it; a proxy should use them
    /// if they do.
    pub ids: bool,
    /// Format of times in answers and events.
    pub time: TimeStyle,
}

/// Where the webhook token is sent (OBS: in the body or in `Authorization`, raw or as a bearer).
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

/// How the visitor's own messages are echoed (OBS that they are; their markup is unknown).
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

/// Format of times; both exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum TimeStyle {
    /// `2025-02-10 20:21:03.913000`: UTC, without a mark of the zone.
    #[default]
    Plain,
    /// `2025-02-10T20:21:03.913+00:00`.
    Iso,
}

/// How a webhook that was not answered with 2xx is retried.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// The first pause; each further one is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// Number of attempts, at least 1; then the event is dropped and the next one is sent. The
    /// handshake is never dropped.
    pub attempts: u32,
}

impl Retry {
    /// Returns the pause after the given number of failed attempts.
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
    /// Returns the settings for tests: any free port, no pauses, quick retries, no webhook until
    /// one is set.
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
