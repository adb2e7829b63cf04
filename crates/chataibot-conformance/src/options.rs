//! The command line.

use std::net::SocketAddr;

use clap::Parser;

/// Checks whether a proxy conforms to the contract with the ChatAIBot widget (docs/contract.md).
///
/// It sends the widget's requests to the proxy, and controls a simulated platform that the proxy
/// uses. Without --simulator it starts that platform itself and prints what to configure: the
/// platform's URL, the account token, the bot and the webhook. `chataibot-proxy --demo` is
/// configured correctly already.
///
/// The exit code is 0 if every "must" holds, 1 if one does not, and 2 if the program could not
/// start.
#[derive(Clone, Debug, Parser)]
#[command(name = "chataibot-conformance", version)]
pub struct Options {
    /// Address of the proxy, as in the widget's `proxy-url`: http://127.0.0.1:8787
    #[arg(required_unless_present = "list")]
    pub url: Option<String>,
    /// An origin that the proxy allows: the `Origin` header of your site's pages
    #[arg(long, default_value = "http://localhost:4711")]
    pub origin: String,
    /// The site's id, if several sites have this origin
    #[arg(long)]
    pub site: Option<String>,
    /// The secret that the host site signs identities with, if the proxy accepts signed-in
    /// visitors; `aud` is then --site, or `demo`
    #[arg(long, value_name = "SECRET")]
    pub identity_secret: Option<String>,
    /// A running simulator to use instead of starting one; its webhook is set to --webhook-url
    #[arg(long, value_name = "URL")]
    pub simulator: Option<String>,
    /// Address on which the started simulator listens
    #[arg(long, default_value = "127.0.0.1:8788", conflicts_with = "simulator")]
    pub simulator_listen: SocketAddr,
    /// Where the proxy receives the platform's events (http only); by default
    /// <URL>/webhook/demo-webhook-secret
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
    /// The token the platform sends with each event
    #[arg(long, default_value = "demo-webhook-token")]
    pub webhook_token: String,
    /// The account token that the proxy must send to the platform
    #[arg(long, default_value = "demo-account-token")]
    pub account_token: String,
    /// The site's bot
    #[arg(long, default_value = "demo-bot")]
    pub bot_key: String,
    /// Seconds to wait for the proxy and its first webhook before the checks start
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub wait: u64,
    /// Seconds to wait for each expected event
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub patience: u64,
    /// Leave out the check that takes half a minute: the heartbeat
    #[arg(long)]
    pub quick: bool,
    /// Run only these checks: names separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Print every check with its requirement of the contract, and exit
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
