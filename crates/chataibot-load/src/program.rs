//! Child process of the proxy that is measured.

use std::{net::SocketAddr, path::Path, process::Stdio};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::BenchError;

pub const ORIGIN: &str = "http://localhost:4711";
pub const WEBHOOK_SECRET: &str = "bench-webhook-secret";
pub const WEBHOOK_TOKEN: &str = "bench-webhook-token";

/// Environment variables of the proxy, without `CHATAIBOT_PROXY_`.
const SETTINGS: &[(&str, &str)] = &[
    ("SITE_ORIGINS", ORIGIN),
    ("SITE_BOT_KEYS", "bench-bot"),
    ("SITE_ACCOUNT_TOKEN", "bench-account-token"),
    ("SITE_WEBHOOK_SECRET", WEBHOOK_SECRET),
    ("SITE_WEBHOOK_TOKEN", WEBHOOK_TOKEN),
    // The limits per address are lifted: all of these visitors are on one machine.
    ("LIMITS_CONNECTIONS", "1000000"),
    ("LIMITS_CONNECTIONS_PER_ADDRESS", "1000000"),
    ("LIMITS_TOKEN_PER_MINUTE", "1000000"),
    ("LIMITS_START_PER_MINUTE", "1000000"),
    ("LIMITS_SEND_PER_MINUTE", "1000000"),
    ("TOKEN_LIFETIME_SECONDS", "3600"),
    ("DRAIN_SECONDS", "0"),
    ("SHUTDOWN_GRACE_SECONDS", "1"),
];

/// A running proxy; killed when dropped.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
    pub id: u32,
}

impl Program {
    /// Starts the proxy and waits until it serves.
    pub async fn start(file: &Path, database: &Path, platform: SocketAddr) -> Result<Self, BenchError> {
        let mut command = Command::new(file);
        command.args(["--listen", "127.0.0.1:0", "--log", "error", "--platform-url"]);
        command.arg(format!("http://{platform}/api/v1")).arg("--database").arg(database);
        command.envs(SETTINGS.iter().map(|(name, value)| (format!("CHATAIBOT_PROXY_{name}"), value)));
        command.stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", file.display()))?;
        let lines = child.stdout.take().ok_or("the proxy has no output")?;
        let line = BufReader::new(lines).lines().next_line().await?.ok_or("the proxy ended at its start")?;
        let address = line.strip_prefix("listening on http://").ok_or_else(|| format!("the proxy said {line:?}"))?;
        let id = child.id().ok_or("the proxy ended at its start")?;
        Ok(Self { address: address.parse()?, child, id })
    }

    /// Kills the proxy at once: everything it has answered is in the database.
    pub async fn stop(mut self) -> Result<(), BenchError> {
        Ok(self.child.kill().await?)
    }
}
