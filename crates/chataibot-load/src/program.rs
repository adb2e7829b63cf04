//! Child process of the proxy that is measured.

use std::{net::SocketAddr, path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::BenchError;

/// Origin of the host page that visitors are on.
pub const ORIGIN: &str = "http://localhost:4711";
/// Last segment of the webhook's path.
pub const WEBHOOK_SECRET: &str = "bench-webhook-secret";
/// Token in the platform's events.
pub const WEBHOOK_TOKEN: &str = "bench-webhook-token";

/// Settings that lift the limits per address: all of these visitors are on one machine.
const LIFTED_LIMITS: &[(&str, &str)] = &[
    ("CHATAIBOT_PROXY_LIMITS_CONNECTIONS", "1000000"),
    ("CHATAIBOT_PROXY_LIMITS_CONNECTIONS_PER_ADDRESS", "1000000"),
    ("CHATAIBOT_PROXY_LIMITS_TOKEN_PER_MINUTE", "1000000"),
    ("CHATAIBOT_PROXY_LIMITS_START_PER_MINUTE", "1000000"),
    ("CHATAIBOT_PROXY_LIMITS_SEND_PER_MINUTE", "1000000"),
    ("CHATAIBOT_PROXY_TOKEN_LIFETIME_SECONDS", "3600"),
    ("CHATAIBOT_PROXY_DRAIN_SECONDS", "0"),
    ("CHATAIBOT_PROXY_SHUTDOWN_GRACE_SECONDS", "1"),
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
        command.envs(LIFTED_LIMITS.iter().copied());
        for (name, value) in [
            ("ORIGINS", ORIGIN),
            ("BOT_KEYS", "bench-bot"),
            ("ACCOUNT_TOKEN", "bench-account-token"),
            ("WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("WEBHOOK_TOKEN", WEBHOOK_TOKEN),
        ] {
            command.env(format!("CHATAIBOT_PROXY_SITE_{name}"), value);
        }
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
