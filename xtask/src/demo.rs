//! `cargo xtask demo`: the whole product on this machine, ready to chat with; and how a proxy and a
//! simulated platform are joined to a pair, for every command that needs one.

use std::{
    process::Command,
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{
    command_line::{BundleProfile, Ports},
    dist, docs,
    progress::{both, long_step, step},
    project::{Project, Servers},
    server::{Server, free_port},
    setup,
};

/// The webhook's path on a demo proxy; its secret is the demo's own and opens nothing else.
const WEBHOOK_PATH: &str = "/webhook/demo-webhook-secret";

pub fn run(project: &Project, ports: &Ports) -> Result<()> {
    let profile = BundleProfile::Demo;
    // Cargo locks its folder, so that its two runs follow one another; npm and the bundler work
    // beside them.
    let (_, compiled) = both(
        || setup::npm_packages(project),
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
        "\n  Chat at http://127.0.0.1:{port}/, read at http://127.0.0.1:{port}/docs/index.html   (Ctrl-C ends it)\n"
    );
    interrupt.wait(|| [&mut pair.proxy, &mut pair.simulator].into_iter().try_for_each(Server::must_run))
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
        // The simulator comes second: at its start it shakes hands with the webhook, as the
        // platform does when an operator saves it.
        let mut simulator = Server::start(
            "simulator",
            simulator(project, servers, platform_port, proxy.address().port()).arg("--typed-answers"),
        )?;
        step("Waiting for both to be ready", || {
            proxy.wait_until_ok("/readyz")?;
            simulator.wait_until_ok(HANDSHAKE)
        })?;
        Ok(Self { proxy, simulator })
    }
}

/// Answers 200 once the webhook has taken the simulator's handshake.
pub const HANDSHAKE: &str = "/_control/webhook?timeout_ms=2000";

/// A demo proxy on this port (0: any that is free) before the platform on that one.
pub fn proxy(project: &Project, servers: &Servers, port: u16, platform_port: u16) -> Command {
    let mut command = project.command(&servers.proxy);
    command.args(["--demo", "--assets", "dist", "--log", "warn", "--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--platform-url", &format!("http://127.0.0.1:{platform_port}/api/v1")]);
    command
}

/// The simulated platform on this port, with its webhook at the demo proxy on that one.
pub fn simulator(project: &Project, servers: &Servers, port: u16, proxy_port: u16) -> Command {
    let mut command = project.command(&servers.simulator);
    command.args(["--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--webhook-url", &format!("http://127.0.0.1:{proxy_port}{WEBHOOK_PATH}")]);
    command
}

/// Ctrl-C, listened for from when this is made.
pub struct Interrupt(mpsc::Receiver<()>);

impl Interrupt {
    pub fn listen() -> Result<Self> {
        let (interrupt, interrupted) = mpsc::channel();
        // A second Ctrl-C finds the receiver gone, and nothing is left to tell.
        ctrlc::set_handler(move || _ = interrupt.send(())).context("cannot listen for Ctrl-C")?;
        Ok(Self(interrupted))
    }

    /// Waits for it, as long as the check that is made twice a second finds nothing wrong.
    pub fn wait(self, mut check: impl FnMut() -> Result<()>) -> Result<()> {
        loop {
            match self.0.recv_timeout(Duration::from_millis(500)) {
                Ok(()) => {
                    println!("\nGood-bye.");
                    return Ok(());
                }
                Err(RecvTimeoutError::Disconnected) => bail!("the handler of Ctrl-C is gone"),
                Err(RecvTimeoutError::Timeout) => check()?,
            }
        }
    }
}
