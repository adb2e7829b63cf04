//! The simulator as a program: arguments in, one line out when it is ready.

use std::{io, net::SocketAddr, process::ExitCode, time::Duration};

use chataibot_simulator::{
    Config,
    config::{Style, TokenIn},
    spawn,
};
use clap::Parser;
use tracing_subscriber::EnvFilter;

/// A simulator of the ChatAIBot platform. Prints `listening on http://ADDR:PORT` when it is ready;
/// logs go to stderr.
///
/// In the chat, the word `help` lists what the bot can show. Tests control it by calls below
/// /_control, which GET /_control describes.
#[derive(Parser)]
#[command(name = "chataibot-simulator", version)]
struct Arguments {
    /// Address and port to listen on; port 0 chooses a free one.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_LISTEN", default_value = "127.0.0.1:8788")]
    listen: SocketAddr,
    /// The account token that callers must send.
    #[arg(
        long,
        env = "CHATAIBOT_SIMULATOR_ACCOUNT_TOKEN",
        default_value = "demo-account-token",
        hide_env_values = true
    )]
    account_token: String,
    /// The bot's key, or `any`.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_BOT_KEY", default_value = "demo-bot")]
    bot_key: String,
    /// URL that events are sent to (http only), or `none`.
    #[arg(
        long,
        env = "CHATAIBOT_SIMULATOR_WEBHOOK_URL",
        default_value = "http://127.0.0.1:8787/webhook/demo-webhook-secret",
        hide_env_values = true
    )]
    webhook_url: String,
    /// The token that is sent with each event.
    #[arg(
        long,
        env = "CHATAIBOT_SIMULATOR_WEBHOOK_TOKEN",
        default_value = "demo-webhook-token",
        hide_env_values = true
    )]
    webhook_token: String,
    /// Where the webhook token is sent: in the body, or in Authorization as a bearer or raw.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_WEBHOOK_TOKEN_IN", value_enum, default_value_t)]
    webhook_token_in: TokenIn,
    /// Milliseconds until the bot sends a reply; 0 replies at once.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_PACE", default_value_t = 750)]
    pace: u64,
    /// Also accept the internal answers button.response, slider.response, form.response and
    /// file_upload.response.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_TYPED_ANSWERS")]
    typed_answers: bool,
    /// Base URL of pictures and files in replies; by default the listening address.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_PUBLIC_URL")]
    public_url: Option<String>,
}

impl Arguments {
    fn into_config(self) -> Result<Config, String> {
        let webhook_url = match self.webhook_url.as_str() {
            "none" => None,
            url if url.starts_with("http://") => Some(self.webhook_url),
            _ => return Err("--webhook-url: must begin with http://, or be none".to_owned()),
        };
        Ok(Config {
            listen: self.listen,
            account_token: self.account_token,
            bot_key: (self.bot_key != "any").then_some(self.bot_key),
            webhook_url,
            webhook_token: self.webhook_token,
            style: Style { token_in: self.webhook_token_in, ..Style::default() },
            pace: Duration::from_millis(self.pace),
            typed_answers: self.typed_answers,
            public_url: self.public_url,
            ..Config::default()
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("CHATAIBOT_SIMULATOR_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).without_time().with_target(false).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chataibot-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let config = arguments.into_config()?;
    let listen = config.listen;
    let simulator = spawn(config).await.map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    println!("listening on {}", simulator.url());
    wait_for_shutdown_signal().await.map_err(|error| format!("cannot wait for a signal: {error}"))?;
    simulator.shutdown().await;
    Ok(())
}

/// Ctrl-C, or on Unix also the signal that ends a service.
async fn wait_for_shutdown_signal() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
