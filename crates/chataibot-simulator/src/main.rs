//! The simulator as a program: arguments in, one line out when it is ready.

use std::{io, process::ExitCode};

use chataibot_simulator::{Config, spawn};
use clap::Parser;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("CHATAIBOT_SIMULATOR_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).without_time().with_target(false).init();
    match run(Config::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chataibot-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(mut config: Config) -> Result<(), String> {
    config.bot_key.take_if(|key| key == "any");
    config.webhook_url.take_if(|url| url == "none");
    if config.webhook_url.as_ref().is_some_and(|url| !url.starts_with("http://")) {
        return Err("--webhook-url: must begin with http://, or be none".to_owned());
    }
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
