//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum};

/// The server between the ChatAIBot widget and the platform.
///
/// It holds the account token, issues short-lived tokens to visitors, forwards their messages,
/// receives the platform's events by webhook, and streams replies to browsers.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "chataibot-proxy", version, after_long_help = super::settings::help())]
pub struct Arguments {
    /// What to do instead of serving
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The configuration file (TOML)
    #[arg(long, short, value_name = "FILE", env = "CHATAIBOT_PROXY_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// Read the configuration, do a dry run of a start, report everything that is wrong, and exit;
    /// changes nothing
    #[arg(long)]
    pub check_config: bool,
    /// With --check-config: also check the platform, the account tokens and the webhooks; exit code
    /// 1 if something has to be changed
    #[arg(long, requires = "check_config")]
    pub online: bool,
    /// With --online, if no proxy runs: seconds to wait for the platform's handshake
    #[arg(long, value_name = "SECONDS", requires = "online", default_value_t = 60)]
    pub wait: u64,
    /// Run without configuration, with the simulator as the platform, reachable only from this
    /// machine
    #[arg(long)]
    pub demo: bool,
    /// With --demo: accept typed answers, which the simulator has to accept too
    #[arg(long, requires = "demo")]
    pub typed_answers: bool,
    /// Address and port for visitors and the platform; port 0 chooses a free one
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
    /// Directory for the files visitors send; several proxies need one that they share
    #[arg(long, value_name = "DIR")]
    pub uploads_directory: Option<PathBuf>,
    /// Base URL of the platform's API
    #[arg(long, value_name = "URL")]
    pub platform_url: Option<String>,
    /// What to log, as `level` or `module=level,…`
    #[arg(long, value_name = "FILTER", env = "CHATAIBOT_PROXY_LOG", default_value = "info")]
    pub log: String,
    /// Format of the log
    #[arg(long, value_name = "FORMAT", env = "CHATAIBOT_PROXY_LOG_FORMAT", value_enum, default_value_t = LogFormat::Pretty)]
    pub log_format: LogFormat,
}

/// What to do instead of serving. All of these work while a proxy runs.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Erase all data of one visitor
    ///
    /// From a database file: a running proxy still accepts this visitor's token for a few minutes,
    /// until it expires; `POST /erase` on its metrics listener revokes it at once. From Redis:
    /// running proxies revoke it at once.
    Erase {
        /// The visitor's id: 32 lower-case hex characters
        #[arg(long, value_name = "ID")]
        visitor: String,
    },
    /// Check that the running proxy answers at /healthz; exit code 1 if it does not
    ///
    /// Use the same --config, variable or --listen as for the proxy; only the address is read from
    /// the configuration.
    Health,
    /// Copy the whole database to another file, while the proxy continues to write
    Backup {
        /// The file to create; it must not exist yet
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

/// Format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object per line.
    Json,
}
