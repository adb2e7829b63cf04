//! Every setting of the simulator, with its default, as the command line and tests set it.

use std::{net::SocketAddr, num::ParseIntError, time::Duration};

use clap::{Args, Parser, ValueEnum};
use serde::Deserialize;

/// A simulator of the ChatAIBot platform. Prints `listening on http://ADDR:PORT` when it is ready;
/// logs go to stderr.
///
/// In the chat, the word `help` lists what the bot can show. Tests control it by calls below
/// /_control, which GET /_control describes.
// It holds secrets, and cannot be printed.
#[derive(Clone, Parser)]
#[command(name = "chataibot-simulator", version)]
pub struct Config {
    /// Address and port to listen on; port 0 chooses a free one.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_LISTEN", default_value_t = Self::default().listen)]
    pub listen: SocketAddr,
    /// The account token that callers must send.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_ACCOUNT_TOKEN", hide_env_values = true)]
    #[arg(default_value_t = Self::default().account_token)]
    pub account_token: String,
    /// The bot's key, or `any`.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_BOT_KEY", default_value = "demo-bot")]
    pub bot_key: Option<String>,
    /// URL that events are sent to (http only), or `none`.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_WEBHOOK_URL", hide_env_values = true)]
    #[arg(default_value = DEMO_WEBHOOK)]
    pub webhook_url: Option<String>,
    /// The token that is sent with each event.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_WEBHOOK_TOKEN", hide_env_values = true)]
    #[arg(default_value_t = Self::default().webhook_token)]
    pub webhook_token: String,
    /// Format of events.
    #[command(flatten)]
    pub style: Style,
    /// Milliseconds until the bot sends a reply; 0 replies at once.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_PACE", default_value = "750", value_parser = parse_milliseconds)]
    pub pace: Duration,
    /// Also accept the internal answers button.response, slider.response, form.response and
    /// file_upload.response.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_TYPED_ANSWERS")]
    pub typed_answers: bool,
    /// Base URL of pictures and files in replies; by default the listening address.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The account's number, the second half of each visitor key.
    #[arg(skip = Self::default().account_id)]
    pub account_id: String,
    /// How a refused webhook is retried.
    #[arg(skip)]
    pub retry: Retry,
}

const DEMO_WEBHOOK: &str = "http://127.0.0.1:8787/webhook/demo-webhook-secret";

fn parse_milliseconds(number: &str) -> Result<Duration, ParseIntError> {
    number.parse().map(Duration::from_millis)
}

/// Format of events: the properties that are only observed or guessed, each with its likeliest
/// value first.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Style {
    /// Where the webhook token is sent: in the body, or in Authorization as a bearer or raw.
    #[arg(long = "webhook-token-in", env = "CHATAIBOT_SIMULATOR_WEBHOOK_TOKEN_IN", value_enum, default_value_t)]
    #[arg(value_name = "WEBHOOK_TOKEN_IN")]
    pub token_in: TokenIn,
    /// How the visitor's own messages are echoed.
    #[arg(skip)]
    pub echo: Echo,
    /// Whether messages have an id and a time, for which there is no evidence.
    #[arg(skip)]
    pub ids: bool,
    /// Format of times in answers and events.
    #[arg(skip)]
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
            webhook_url: Some(DEMO_WEBHOOK.to_owned()),
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
    /// Returns the settings for tests: any free port, no pauses, quick retries, no webhook yet.
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
