//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum};

/// The server between the ChatAIBot widget and the platform.
///
/// It holds the account token, gives visitors short-lived tokens, forwards what they say, takes the
/// platform's events by webhook, and streams replies to the browser.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "chataibot-proxy", version, after_long_help = super::settings::help())]
pub struct Arguments {
    /// Instead of serving
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The configuration file (TOML)
    #[arg(long, short, value_name = "FILE", env = "CHATAIBOT_PROXY_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// Read the configuration, try what a start does with it, say everything that is wrong, and
    /// end; nothing is changed
    #[arg(long)]
    pub check_config: bool,
    /// With --check-config: try the platform, the account tokens and the webhooks, too; exit code 1
    /// where something is to be changed
    #[arg(long, requires = "check_config")]
    pub online: bool,
    /// With --online, while no proxy runs: seconds to wait for the platform's handshake
    #[arg(long, value_name = "SECONDS", requires = "online", default_value_t = 60)]
    pub wait: u64,
    /// Run without any configuration, against the simulator, for this machine only
    #[arg(long)]
    pub demo: bool,
    /// With --demo: take typed answers, which the simulator must take too
    #[arg(long, requires = "demo")]
    pub typed_answers: bool,
    /// Address and port for visitors and the platform; port 0 takes any free one
    #[arg(long, value_name = "ADDR:PORT", global = true)]
    pub listen: Option<SocketAddr>,
    /// Address and port for Prometheus
    #[arg(long, value_name = "ADDR:PORT")]
    pub metrics_listen: Option<SocketAddr>,
    /// The database file
    #[arg(long, value_name = "FILE", global = true)]
    pub database: Option<PathBuf>,
    /// The Redis that several proxies share, instead of a database file; an address without a
    /// password
    #[arg(long, value_name = "URL")]
    pub redis: Option<String>,
    /// Directory of the widget's bundle, served at /
    #[arg(long, value_name = "DIR")]
    pub assets: Option<PathBuf>,
    /// Directory of the files visitors send; several proxies need one that all of them see
    #[arg(long, value_name = "DIR")]
    pub uploads_directory: Option<PathBuf>,
    /// Base URL of the platform's API
    #[arg(long, value_name = "URL")]
    pub platform_url: Option<String>,
    /// What to log, as `level` or `module=level,…`
    #[arg(long, value_name = "FILTER", env = "CHATAIBOT_PROXY_LOG", default_value = "info")]
    pub log: String,
    /// How to log
    #[arg(long, value_name = "FORMAT", env = "CHATAIBOT_PROXY_LOG_FORMAT", value_enum, default_value_t = LogFormat::Pretty)]
    pub log_format: LogFormat,
}

/// What to do instead of serving. All work beside a running proxy.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Erase everything of one visitor
    ///
    /// From a database file: a running proxy still takes this visitor's token until it ends by
    /// itself, a few minutes; `POST /erase` on its metrics listener ends it at once. From Redis:
    /// the proxies that run end it at once.
    Erase {
        /// The visitor's id: 32 lower-case hex characters
        #[arg(long, value_name = "ID")]
        visitor: String,
    },
    /// Ask the running proxy whether it answers, at /healthz; exit code 1 where it does not
    ///
    /// Give it the same --config, variable or --listen as the proxy: nothing else of the
    /// configuration is read.
    Health,
    /// Copy the whole database file to another one, while the proxy writes on
    Backup {
        /// The file to make; it must not be there yet
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}
