//! `cargo xtask cluster`: two proxies with one Redis behind a load balancer. Kill one and chat on.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::command_line::{BundleProfile, Ports};
use crate::demo::{HANDSHAKE, Interrupt, proxy, simulator};
use crate::progress::step;
use crate::project::Project;
use crate::server::{Process, Server, free_port};
use crate::{balancer, dist, setup};

/// Part of what redis-server prints when it is ready.
const READY: &str = "eady to accept connections";

pub fn run(project: &Project, ports: &Ports, profile: BundleProfile) -> Result<()> {
    setup::ensure_redis_server()?;
    dist::build(project, profile)?;
    let servers = step("Building proxy and simulator", || project.build_servers())?;
    let interrupt = Interrupt::listen()?;

    let port = free_port(ports.port, &[])?;
    let platform_port = free_port(ports.scenario_port, &[port])?;
    // Not below the project, because the path of a socket has at most 107 bytes.
    let directory = tempfile::Builder::new().prefix("chataibot-cluster-").tempdir()?;
    let socket = directory.path().join("redis.sock");
    let _redis = step("Starting Redis", || start_redis(directory.path(), &socket))?;
    let start = |name| {
        let mut proxy = proxy(project, &servers, 0, platform_port);
        proxy.args(["--redis", &format!("redis+unix://{}", socket.display())]);
        // The proxies share uploads: a file sent to one can be fetched from the other.
        Server::start(name, proxy.arg("--uploads-directory").arg(directory.path().join("uploads")))
    };
    let mut proxies = vec![start("first proxy")?, start("second proxy")?];
    let balancer_port = balancer::start(port, proxies.iter().map(|proxy| proxy.address).collect())?.port();
    let mut simulator = Server::start("simulator", &mut simulator(project, &servers, platform_port, balancer_port))?;
    step("Waiting until all are ready", || {
        proxies.iter_mut().try_for_each(|proxy| proxy.wait_until_ok("/readyz"))?;
        simulator.wait_until_ok(HANDSHAKE)
    })?;

    println!("\n  Chat at http://127.0.0.1:{balancer_port}/   (Ctrl-C ends it)\n");
    for proxy in &proxies {
        let (name, address, id) = (proxy.name, proxy.address, proxy.id());
        println!("  {name} at {address}: `kill -9 {id}` kills it, and the chat continues");
    }
    println!("  redis-cli -s {}\n", socket.display());
    interrupt.wait(|| {
        simulator.ensure_running()?;
        proxies.retain_mut(|proxy| proxy.ensure_running().inspect_err(|ended| println!("  {ended:#}")).is_ok());
        ensure!(!proxies.is_empty(), "no proxy is running any more");
        Ok(())
    })
}

fn start_redis(directory: &Path, socket: &Path) -> Result<Process> {
    let mut command = Command::new(setup::REDIS_SERVER);
    // No port: it could be taken, and would be open to all other users of this machine.
    command.args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
    command.arg("--unixsocket").arg(socket).arg("--dir").arg(directory);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut redis = Process(child.context("cannot start redis-server")?);
    let output = redis.0.stdout.take().context("redis-server's standard output is piped")?;
    let mut lines = BufReader::new(output).lines().map_while(std::result::Result::ok);
    ensure!(lines.by_ref().any(|line| line.contains(READY)), "redis-server ended before it was ready");
    // Keeps reading, so that Redis never blocks on a full pipe.
    thread::spawn(move || lines.for_each(drop));
    Ok(redis)
}
