//! Entry point: parses the command line, runs the command or the server, and returns the exit code.

use std::{process::ExitCode, sync::Arc, time::Duration};

use chataibot_proxy::clock::Clock;
use chataibot_proxy::commands;
use chataibot_proxy::commands::dry_run::dry_run;
use chataibot_proxy::commands::online::{self, Verdict};
use chataibot_proxy::config::command_line::LogFormat;
use chataibot_proxy::config::{Arguments, Config, read};
use chataibot_proxy::{App, Listeners, build, demo, run};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
#[cfg(not(feature = "otel"))]
use tracing_subscriber::layer::Identity;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

fn main() -> ExitCode {
    run_command_line(&Arguments::parse()).unwrap_or_else(|what| {
        eprintln!("{what}");
        ExitCode::FAILURE
    })
}

/// Runs what the command line asks for. An error is the text to print.
fn run_command_line(arguments: &Arguments) -> Result<ExitCode, String> {
    if let Some(command) = &arguments.command {
        println!("{}", commands::run(command, arguments)?);
        return Ok(ExitCode::SUCCESS);
    }
    // Held until the end. Only the demo needs one, and a proxy that is killed leaves it behind.
    let directory = arguments.demo.then(|| tempfile::Builder::new().prefix("chataibot-proxy-").tempdir()).transpose();
    let directory = directory.map_err(|error| format!("no temporary directory: {error}"))?;
    let config = match &directory {
        Some(directory) => demo::config(arguments, directory.path().to_owned()),
        None => read::read(arguments, &read::process_environment()),
    };
    let config = config.map_err(|problems| problems.to_string())?;
    let no_threads = |error| format!("no threads: {error}");
    if arguments.check_config {
        log_filter(arguments)?;
        dry_run(&config).map_err(|problems| problems.to_string())?;
        config.warnings.iter().for_each(|warning| println!("warning: {warning}"));
        println!("{}", config.summary());
        if !arguments.online {
            return Ok(ExitCode::SUCCESS);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_threads)?;
        return Ok(runtime.block_on(check_online(&config, arguments.wait)));
    }
    let _traces = init_logging(arguments)?;
    log_warnings(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(no_threads)?;
    runtime.block_on(serve(config, arguments)).map(|()| ExitCode::SUCCESS)
}

fn log_warnings(config: &Config) {
    config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
}

async fn check_online(config: &Config, wait: u64) -> ExitCode {
    let findings = online::check(config, Duration::from_secs(wait)).await;
    findings.iter().for_each(|finding| println!("{finding}"));
    let has_failed = findings.iter().any(|finding| finding.verdict == Verdict::Failed);
    if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn log_filter(arguments: &Arguments) -> Result<EnvFilter, String> {
    // A bot's malformed HTML is parsed as browsers parse it and needs no warning. A filter for
    // html5ever in --log comes later and takes precedence.
    let filter = format!("html5ever=error,{}", arguments.log);
    EnvFilter::try_new(filter).map_err(|error| format!("--log: {error}; write `level` or `module=level,…`"))
}

/// Sets up logging to stderr: stdout has only the one line that scripts wait for. Dropping what it
/// returns sends the remaining traces.
fn init_logging(arguments: &Arguments) -> Result<impl Sized, String> {
    let filter = log_filter(arguments)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match arguments.log_format {
        LogFormat::Pretty => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    #[cfg(feature = "otel")]
    let (spans, traces) = chataibot_proxy::otel::layer()?.unzip();
    #[cfg(not(feature = "otel"))]
    let (spans, traces) = (Identity::new(), ());
    tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).init();
    Ok(traces)
}

async fn serve(config: Config, arguments: &Arguments) -> Result<(), String> {
    // First: a signal must not kill the process while it creates a database.
    let listen = |kind| signal(kind).map_err(|error| format!("can't wait for signals: {error}"));
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    let app = build(config, Clock::system()).await?;
    let listeners = Listeners::open(&app.config).await?;
    let address = listeners.public.local_addr().map_err(|error| format!("the socket has no address: {error}"))?;
    let store = match &app.config.redis {
        Some(redis) => redis.to_string(),
        None => app.config.database.display().to_string(),
    };
    tracing::info!(sites = app.config.sites.iter().count(), store, "ready");
    println!("listening on http://{address}");

    let running = tokio::spawn(run(Arc::clone(&app), listeners));
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hang_up.recv() => reload_config(&app, arguments).await,
        }
    }
    tracing::info!(
        seconds = app.config.drain.as_secs(),
        "stopping: /readyz answers 503; after the drain, streams end and requests finish"
    );
    let ended = async {
        app.drain().await;
        running.await
    };
    let cut = tokio::select! {
        ended = ended => ended.map_err(|error| format!("the server failed: {error}"))?,
        _ = terminate.recv() => return Err("stopped at once by a second signal".to_owned()),
        _ = interrupt.recv() => return Err("stopped at once by a second signal".to_owned()),
    };
    tracing::info!(cut, "stopped");
    Ok(())
}

/// Reloads the configuration on SIGHUP: sites, secrets and keys change together, or not at all.
async fn reload_config(app: &App, arguments: &Arguments) {
    if arguments.demo {
        return tracing::info!("the demo has no configuration to reload");
    }
    let config = match read::read(arguments, &read::process_environment()) {
        Ok(config) => config,
        Err(problems) => {
            return tracing::error!("the configuration is wrong, so the previous one stays in effect: {problems}");
        }
    };
    log_warnings(&config);
    if let Err(error) = app.reload(config).await {
        return tracing::error!(%error, "the signing keys can't be read; the previous configuration stays in effect");
    }
    tracing::info!("sites, secrets and signing keys were reloaded; other settings apply from the next start");
}
