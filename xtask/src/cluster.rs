//! `cargo xtask cluster`: two proxies that share one Redis, behind a balancer, ready to chat with. Kill one and chat on.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    balancer::Balancer,
    command_line::ClusterOptions,
    demo::WEBHOOK_PATH,
    dist,
    progress::step,
    project::Project,
    server::{Server, free_port},
    setup,
};

/// What redis-server prints when it is ready.
const READY: &str = "eady to accept connections";

/// Builds, starts and waits until Ctrl-C.
pub fn run(project: &Project, options: &ClusterOptions) -> Result<()> {
    setup::redis_server()?;
    dist::build(project, options.flavour)?;
    let servers = step("Building proxy and simulator", || project.build_servers())?;
    let (interrupt, interrupted) = mpsc::channel();
    // A second Ctrl-C finds the receiver gone, and nothing is left to tell.
    ctrlc::set_handler(move || _ = interrupt.send(())).context("cannot listen for Ctrl-C")?;

    let port = free_port(options.port, &[])?;
    let simulator_port = free_port(options.scenario_port, &[port])?;
    let directory = Scratch::new()?;
    let redis = step("Starting Redis", || Redis::start(&directory.0))?;
    let start = |name| {
        Server::start(
            name,
            project
                .command(&servers.proxy)
                .args(["--demo", "--listen", "127.0.0.1:0", "--assets", "dist", "--log", "warn"])
                .args(["--platform-url", &format!("http://127.0.0.1:{simulator_port}/api/v1")])
                .args(["--redis", &format!("redis+unix://{}", redis.socket.display())])
                .arg("--uploads-directory")
                // A file that came to one proxy is fetched from the other.
                .arg(directory.0.join("uploads")),
        )
    };
    let mut proxies = vec![start("first proxy")?, start("second proxy")?];
    let balancer = Balancer::start(port, proxies.iter().map(Server::address).collect())?;
    let mut simulator = Server::start(
        "simulator",
        project.command(&servers.simulator).args([
            "--listen",
            &format!("127.0.0.1:{simulator_port}"),
            "--webhook-url",
            &format!("http://{}{WEBHOOK_PATH}", balancer.address()),
        ]),
    )?;
    step("Waiting for all to be ready", || {
        for proxy in &mut proxies {
            proxy.wait_until_ok("/readyz")?;
        }
        simulator.wait_until_ok("/_control/webhook?timeout_ms=2000")
    })?;

    println!("\n  Chat at http://127.0.0.1:{}/   (Ctrl-C ends it)\n", balancer.address().port());
    for proxy in &proxies {
        println!(
            "  {} at {}: `kill -9 {}` takes it away, and the chat goes on",
            proxy.name(),
            proxy.address(),
            proxy.id()
        );
    }
    println!("  redis-cli -s {}\n", redis.socket.display());
    loop {
        match interrupted.recv_timeout(Duration::from_millis(500)) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                println!("\nGood-bye.");
                return Ok(());
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(ended) = simulator.ended()? {
            bail!("{ended}");
        }
        let mut left = Vec::new();
        for mut proxy in proxies {
            match proxy.ended()? {
                Some(ended) => println!("  {ended}"),
                None => left.push(proxy),
            }
        }
        proxies = left;
        ensure!(!proxies.is_empty(), "no proxy is left");
    }
}

/// Where the cluster's Redis and files live while it runs. Not below the project, because a socket's path may have 107 bytes.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let directory = std::env::temp_dir().join(format!("chataibot-cluster-{}", std::process::id()));
        std::fs::create_dir_all(&directory).with_context(|| format!("cannot create {}", directory.display()))?;
        Ok(Self(directory))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} is left behind: {error}", self.0.display());
        }
    }
}

/// A running redis-server on a socket of its own. Dropping it ends the process.
struct Redis {
    child: Child,
    socket: PathBuf,
}

impl Redis {
    fn start(directory: &Path) -> Result<Self> {
        let socket = directory.join("redis.sock");
        let mut child = Command::new(setup::REDIS_SERVER)
            // A port would be one more that could be taken, and open to whoever else is on this machine.
            .args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start redis-server")?;
        let output = child.stdout.take().context("redis-server's standard output is piped")?;
        let mut lines = BufReader::new(output).lines().map_while(std::result::Result::ok);
        let is_ready = lines.by_ref().any(|line| line.contains(READY));
        let redis = Self { child, socket };
        ensure!(is_ready, "redis-server ended before it was ready");
        // Reads on, so that it never blocks on a full pipe.
        thread::spawn(move || lines.for_each(drop));
        Ok(redis)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // Both fail only when the process has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
