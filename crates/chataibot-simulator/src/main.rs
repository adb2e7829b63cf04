//! The simulator as a program: arguments in, one line out when it is ready.

use std::{io, net::SocketAddr, process::ExitCode, time::Duration};

use chataibot_simulator::{
    Config,
    config::{Style, TokenIn},
    spawn,
};
use clap::Parser;
use tracing_subscriber::EnvFilter;

/// The ChatAIBot platform, simulated. Prints `listening on http://ADDR:PORT` when it is ready; logs
/// go to stderr.
///
/// In the chat, the word `help` lists what the bot can show. Tests control it by calls below
/// /_control, which explain themselves at GET /_control.
#[derive(Parser)]
#[command(name = "chataibot-simulator", version)]
struct Arguments {
    /// Where to listen; port 0 takes any free port.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_LISTEN", default_value = "127.0.0.1:8788")]
    listen: SocketAddr,
    /// The account token that callers must bring.
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
    /// Where events go (http only), or `none`.
    #[arg(
        long,
        env = "CHATAIBOT_SIMULATOR_WEBHOOK_URL",
        default_value = "http://127.0.0.1:8787/webhook/demo-webhook-secret",
        hide_env_values = true
    )]
    webhook_url: String,
    /// The token that comes with each event.
    #[arg(
        long,
        env = "CHATAIBOT_SIMULATOR_WEBHOOK_TOKEN",
        default_value = "demo-webhook-token",
        hide_env_values = true
    )]
    webhook_token: String,
    /// Where the webhook token stands: in the body, or in Authorization as a bearer or raw.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_WEBHOOK_TOKEN_IN", value_enum, default_value_t)]
    webhook_token_in: TokenIn,
    /// Milliseconds the bot takes for one reply; 0 answers at once.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_PACE", default_value_t = 750)]
    pace: u64,
    /// Accept the internal answers button.response, slider.response, form.response and
    /// file_upload.response too.
    #[arg(long, env = "CHATAIBOT_SIMULATOR_TYPED_ANSWERS")]
    typed_answers: bool,
    /// What pictures and files in replies are addressed by; by default the listening address.
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
    asked_to_stop().await.map_err(|error| format!("cannot wait for a signal: {error}"))?;
    simulator.shutdown().await;
    Ok(())
}

/// Ctrl-C, or on Unix also the signal that ends a service.
async fn asked_to_stop() -> io::Result<()> {
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
