//! Entry point: parses the command line, runs the command or the server, and returns the exit code.

use std::{process::ExitCode, sync::Arc, time::Duration};

use chataibot_proxy::{
    App, Listeners, build,
    clock::Clock,
    commands::{
        self,
        dry_run::dry_run,
        online::{self, Verdict},
    },
    config::{Arguments, Config, command_line::LogFormat, read},
    demo, run,
};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
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
    // Held until the end: dropping it sends the remaining traces.
    let _traces = init_logging(arguments)?;
    log_warnings(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(no_threads)?;
    runtime.block_on(serve(config, arguments)).map(|()| ExitCode::SUCCESS)
}

fn log_warnings(config: &Config) {
    config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
}

/// Prints one line for each check.
async fn check_online(config: &Config, wait: u64) -> ExitCode {
    let findings = online::check(config, Duration::from_secs(wait)).await;
    findings.iter().for_each(|finding| println!("{finding}"));
    if findings.iter().any(|finding| finding.verdict == Verdict::Failed) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn log_filter(arguments: &Arguments) -> Result<EnvFilter, String> {
    // A bot's malformed HTML is parsed as browsers parse it and needs no warning. A filter for
    // html5ever in --log comes later and takes precedence.
    let filter = format!("html5ever=error,{}", arguments.log);
    EnvFilter::try_new(filter).map_err(|error| format!("--log: {error}; write `level` or `module=level,…`"))
}

/// Sets up logging to stderr: stdout has only the one line that scripts wait for.
fn init_logging(arguments: &Arguments) -> Result<Traces, String> {
    let filter = log_filter(arguments)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match arguments.log_format {
        LogFormat::Pretty => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let (spans, traces) = trace_layer()?;
    tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).init();
    Ok(traces)
}

#[cfg(feature = "otel")]
type Traces = Option<chataibot_proxy::otel::Exporting>;
#[cfg(not(feature = "otel"))]
type Traces = Option<std::convert::Infallible>;

/// A boxed layer for the subscriber below it.
type BoxedLayer<S> = Box<dyn Layer<S> + Send + Sync>;

#[cfg(feature = "otel")]
fn trace_layer<S>() -> Result<(Option<BoxedLayer<S>>, Traces), String>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a> + Send + Sync,
{
    if !chataibot_proxy::otel::is_configured() {
        return Ok((None, None));
    }
    let (layer, exporting) = chataibot_proxy::otel::layer()?;
    Ok((Some(Box::new(layer)), Some(exporting)))
}

#[cfg(not(feature = "otel"))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as with the feature")]
fn trace_layer<S: tracing::Subscriber>() -> Result<(Option<BoxedLayer<S>>, Traces), String> {
    Ok((None, None))
}

async fn serve(config: Config, arguments: &Arguments) -> Result<(), String> {
    // First, because a signal during the start must not kill the process while it creates a
    // database.
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| format!("can't wait for signals: {error}"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| format!("can't wait for signals: {error}"))?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(|error| format!("can't wait for signals: {error}"))?;
    let app = build(config, Clock::system()).await.map_err(|error| error.to_string())?;
    let listeners = Listeners::open(&app.config).await.map_err(|error| error.to_string())?;
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

/// Reloads the configuration on SIGHUP: sites, secrets in files and signing keys change together,
/// or everything stays as it is.
async fn reload_config(app: &App, arguments: &Arguments) {
    if arguments.demo {
        tracing::info!("the demo has no configuration to reload");
        return;
    }
    match read::read(arguments, &read::process_environment()) {
        Ok(config) => {
            log_warnings(&config);
            match app.reload(config).await {
                Ok(()) => tracing::info!(
                    "sites, secrets and signing keys were reloaded; other settings apply from the next start"
                ),
                Err(error) => {
                    tracing::error!(%error, "the signing keys can't be read; the previous configuration stays in effect")
                }
            }
        }
        Err(problems) => tracing::error!("the configuration is wrong, so the previous one stays in effect: {problems}"),
    }
}
