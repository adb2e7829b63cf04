//! The command line.

use std::net::SocketAddr;

use clap::Parser;

/// Tells whether a proxy keeps the contract with the ChatAIBot widget (docs/contract.md).
///
/// It speaks to the proxy as the widget does, and to a simulated platform that stands behind the
/// proxy. Without --simulator it starts that platform itself and says what to configure: the
/// platform's URL, the account token, the bot and the webhook. For `chataibot-proxy --demo` all of
/// it is right already.
///
/// The exit code is 0 when every "must" holds, 1 when one does not, and 2 when the program could
/// not begin.
#[derive(Clone, Debug, Parser)]
#[command(name = "chataibot-conformance", version)]
pub struct Options {
    /// Where the proxy is, as the widget's `proxy-url` has it: http://127.0.0.1:8787
    #[arg(required_unless_present = "list")]
    pub url: Option<String>,
    /// An origin that the proxy allows: what a page of your site sends as `Origin`
    #[arg(long, default_value = "http://localhost:4711")]
    pub origin: String,
    /// The site's name, where one origin serves several
    #[arg(long)]
    pub site: Option<String>,
    /// The secret a host site signs with, where the proxy takes signed-in visitors; `aud` is then
    /// --site, or `demo`
    #[arg(long, value_name = "SECRET")]
    pub identity_secret: Option<String>,
    /// A simulator that runs already, instead of an own one; its webhook is aimed at --webhook-url
    #[arg(long, value_name = "URL")]
    pub simulator: Option<String>,
    /// Where the own simulator listens
    #[arg(long, default_value = "127.0.0.1:8788", conflicts_with = "simulator")]
    pub simulator_listen: SocketAddr,
    /// Where the proxy takes the platform's events (http only); by default
    /// <URL>/webhook/demo-webhook-secret
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
    /// The token the platform sends with each event
    #[arg(long, default_value = "demo-webhook-token")]
    pub webhook_token: String,
    /// The account token that the proxy must bring to the platform
    #[arg(long, default_value = "demo-account-token")]
    pub account_token: String,
    /// The site's bot
    #[arg(long, default_value = "demo-bot")]
    pub bot_key: String,
    /// Wait so many seconds for the proxy and its first webhook before anything is checked
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub wait: u64,
    /// How many seconds something that must come may take
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub patience: u64,
    /// Leave out what takes half a minute: the heartbeat
    #[arg(long)]
    pub quick: bool,
    /// Run only these checks, with commas between
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Print every check with what the contract asks, and end
    #[arg(long)]
    pub list: bool,
}

impl Options {
    /// Those of a command line that names only the proxy.
    pub fn of(url: impl Into<String>) -> Self {
        let mut options = Self::parse_from(["chataibot-conformance", "--list"]);
        options.list = false;
        options.url = Some(url.into());
        options
    }
}
