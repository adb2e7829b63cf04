//! The program: command line in, exit code out.

use std::{process::ExitCode, sync::Arc};

use chataibot_proxy::{
    App, Listeners, build,
    clock::Clock,
    config::{Arguments, Config, command_line::LogFormat, read},
    demo, reload, run,
};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let directory = match tempfile::Builder::new().prefix("chataibot-proxy-").tempdir() {
        Ok(directory) => directory,
        Err(error) => return fail(&format!("no temporary directory: {error}")),
    };
    let config = if arguments.demo {
        demo::config(&arguments, directory.path().to_owned())
    } else {
        read::read(&arguments, &read::process_environment())
    };
    let config = match config {
        Ok(config) => config,
        Err(problems) => return fail(&problems.to_string()),
    };
    if arguments.check_config {
        println!("{}", config.summary());
        return ExitCode::SUCCESS;
    }
    if let Err(what) = log(&arguments) {
        return fail(&what);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no threads: {error}")),
    };
    match runtime.block_on(serve(config, &arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => fail(&what),
    }
}

fn fail(what: &str) -> ExitCode {
    eprintln!("{what}");
    ExitCode::FAILURE
}

/// Logs go to stderr: stdout has the one line that scripts wait for.
fn log(arguments: &Arguments) -> Result<(), String> {
    let filter = EnvFilter::try_new(&arguments.log).map_err(|error| format!("--log: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match arguments.log_format {
        LogFormat::Pretty => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}

async fn serve(config: Config, arguments: &Arguments) -> Result<(), String> {
    // Before anything else: a signal during the start must not kill a half-made database.
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| format!("can't wait for signals: {error}"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| format!("can't wait for signals: {error}"))?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(|error| format!("can't wait for signals: {error}"))?;
    let app = build(config, Clock::system()).await.map_err(|error| error.to_string())?;
    let listeners = Listeners::open(&app.config).await.map_err(|error| error.to_string())?;
    let address = listeners.public.local_addr().map_err(|error| format!("the socket has no address: {error}"))?;
    tracing::info!(sites = app.config.sites.iter().count(), database = %app.config.database.display(), "ready");
    println!("listening on http://{address}");

    let shutdown = app.shutdown.clone();
    let running = tokio::spawn(run(Arc::clone(&app), listeners));
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hang_up.recv() => read_anew(&app, arguments).await,
        }
    }
    tracing::info!("stopping: no new connections, streams end, requests finish");
    shutdown.cancel();
    let cut = tokio::select! {
        ended = running => ended.map_err(|error| format!("the server failed: {error}"))?,
        _ = terminate.recv() => return Err("stopped at once by a second signal".to_owned()),
        _ = interrupt.recv() => return Err("stopped at once by a second signal".to_owned()),
    };
    tracing::info!(cut, "stopped");
    Ok(())
}

/// On SIGHUP: sites, secrets in files and signing keys change, or all stays as it is.
async fn read_anew(app: &App, arguments: &Arguments) {
    if arguments.demo {
        tracing::info!("the demo has nothing to read anew");
        return;
    }
    match read::read(arguments, &read::process_environment()) {
        Ok(config) => match reload::apply(app, config).await {
            Ok(()) => tracing::info!(
                "sites, secrets and signing keys were read anew; other settings count from the next start"
            ),
            Err(error) => tracing::error!(%error, "the signing keys can't be read; all stays as it was"),
        },
        Err(problems) => tracing::error!("the configuration is wrong, all stays as it was: {problems}"),
    }
}
