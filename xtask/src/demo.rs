//! `cargo xtask demo`: the whole product on this machine, ready to chat with.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{
    command_line::{DemoOptions, Flavour},
    dist,
    progress::step,
    project::Project,
    server::{Server, free_port},
};

/// The webhook's path on a demo proxy; its secret is the demo's own and opens nothing else.
pub const WEBHOOK_PATH: &str = "/webhook/demo-webhook-secret";

/// Builds, starts and waits until Ctrl-C.
pub fn run(project: &Project, options: &DemoOptions) -> Result<()> {
    dist::build(project, Flavour::default())?;
    let servers = step("Building proxy and simulator", || project.build_servers())?;

    let (interrupt, interrupted) = mpsc::channel();
    // A second Ctrl-C finds the receiver gone, and nothing is left to tell.
    ctrlc::set_handler(move || _ = interrupt.send(())).context("cannot listen for Ctrl-C")?;

    let proxy_port = free_port(options.port, &[])?;
    let simulator_port = free_port(options.scenario_port, &[proxy_port])?;
    let mut proxy = Server::start(
        "proxy",
        project.command(&servers.proxy).args([
            "--demo",
            "--typed-answers",
            "--listen",
            &format!("127.0.0.1:{proxy_port}"),
            "--platform-url",
            &format!("http://127.0.0.1:{simulator_port}/api/v1"),
            "--assets",
            "dist",
            "--log",
            "warn",
        ]),
    )?;
    // The simulator comes second: on its start it shakes hands with the webhook, as the platform does when an operator saves it.
    let mut simulator = Server::start(
        "simulator",
        project.command(&servers.simulator).args([
            "--typed-answers",
            "--listen",
            &format!("127.0.0.1:{simulator_port}"),
            "--webhook-url",
            &format!("http://{}{WEBHOOK_PATH}", proxy.address()),
        ]),
    )?;
    step("Waiting for both to be ready", || {
        proxy.wait_until_ok("/readyz")?;
        simulator.wait_until_ok("/_control/webhook?timeout_ms=2000")
    })?;

    println!("\n  Chat at http://127.0.0.1:{}/   (Ctrl-C ends it)\n", proxy.address().port());

    loop {
        match interrupted.recv_timeout(Duration::from_millis(500)) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                println!("\nGood-bye.");
                return Ok(());
            }
            Err(RecvTimeoutError::Timeout) => {
                for server in [&mut proxy, &mut simulator] {
                    if let Some(ended) = server.ended()? {
                        bail!("{ended}");
                    }
                }
            }
        }
    }
}
