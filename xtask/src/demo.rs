//! `cargo xtask demo`: the whole product on this machine; proxy and simulator for other commands.

use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command_line::{BundleProfile, Ports};
use crate::progress::{both, long_step, step};
use crate::project::{Project, Servers};
use crate::server::{Server, free_port};
use crate::{dist, docs, setup};

/// The webhook's path on a demo proxy; its secret is used by the demo alone and opens nothing else.
const WEBHOOK_PATH: &str = "/webhook/demo-webhook-secret";

pub fn run(project: &Project, ports: &Ports) -> Result<()> {
    let profile = BundleProfile::Demo;
    // Cargo's two runs follow one another, as it locks its folder; npm and the bundler run beside.
    let (_, compiled) = both(
        || setup::ensure_npm_packages(project),
        || long_step("Compiling the widget", 70, || dist::compile(project, profile)),
    )?;
    let (_, servers) = both(
        || dist::bundle(project, profile, &compiled).and_then(|()| docs::build(project)),
        || long_step("Building proxy and simulator", 110, || project.build_servers()),
    )?;
    let interrupt = Interrupt::listen()?;
    let port = free_port(ports.port, &[])?;
    let mut pair = Pair::start(project, &servers, port, free_port(ports.scenario_port, &[port])?)?;
    println!(
        "\n  Chat at http://127.0.0.1:{port}/, documents at http://127.0.0.1:{port}/docs/index.html   (Ctrl-C ends it)\n"
    );
    interrupt.wait(|| [&mut pair.proxy, &mut pair.simulator].into_iter().try_for_each(Server::ensure_running))
}

/// A proxy with the simulated platform behind it.
pub struct Pair {
    pub proxy: Server,
    pub simulator: Server,
}

impl Pair {
    /// Starts both on these ports, with typed answers on, and waits until they are ready.
    pub fn start(project: &Project, servers: &Servers, port: u16, platform_port: u16) -> Result<Self> {
        let mut proxy = Server::start("proxy", proxy(project, servers, port, platform_port).arg("--typed-answers"))?;
        // Second, as it makes the webhook's handshake at its start.
        let mut simulator = simulator(project, servers, platform_port, proxy.address.port());
        let mut simulator = Server::start("simulator", simulator.arg("--typed-answers"))?;
        step("Waiting until both are ready", || {
            proxy.wait_until_ok("/readyz")?;
            simulator.wait_until_ok(HANDSHAKE)
        })?;
        Ok(Self { proxy, simulator })
    }
}

/// Path that answers 200 once the webhook has accepted the simulator's handshake.
pub const HANDSHAKE: &str = "/_control/webhook?timeout_ms=2000";

/// Returns the command of a demo proxy on `port` (0: any free one), for the platform on the other.
pub fn proxy(project: &Project, servers: &Servers, port: u16, platform_port: u16) -> Command {
    let mut command = project.command(&servers.proxy);
    command.args(["--demo", "--assets", "dist", "--log", "warn", "--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--platform-url", &format!("http://127.0.0.1:{platform_port}/api/v1")]);
    command
}

/// Returns the command of the simulated platform on `port`, with its webhook at the demo proxy.
pub fn simulator(project: &Project, servers: &Servers, port: u16, proxy_port: u16) -> Command {
    let mut command = project.command(&servers.simulator);
    command.args(["--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--webhook-url", &format!("http://127.0.0.1:{proxy_port}{WEBHOOK_PATH}")]);
    command
}

/// Handler of Ctrl-C, active from its creation.
pub struct Interrupt(mpsc::Receiver<()>);

impl Interrupt {
    pub fn listen() -> Result<Self> {
        let (interrupt, interrupted) = mpsc::channel();
        // On a second Ctrl-C the receiver is gone, and nobody has to be notified.
        ctrlc::set_handler(move || _ = interrupt.send(())).context("cannot listen for Ctrl-C")?;
        Ok(Self(interrupted))
    }

    /// Waits for Ctrl-C. Runs `check` twice a second, and fails as soon as that fails.
    pub fn wait(self, mut check: impl FnMut() -> Result<()>) -> Result<()> {
        loop {
            match self.0.recv_timeout(Duration::from_millis(500)) {
                Ok(()) => break,
                Err(RecvTimeoutError::Disconnected) => bail!("the handler of Ctrl-C has ended"),
                Err(RecvTimeoutError::Timeout) => check()?,
            }
        }
        println!("\nGood-bye.");
        Ok(())
    }
}
