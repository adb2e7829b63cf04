//! A child process that serves: ready when it prints its address, ended when its value is dropped.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// What a server prints before its address, when it is ready.
const READY: &str = "listening on http://";

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A child process, which ends when this is dropped.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if the process has already ended, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running server, which ends when this is dropped.
pub struct Server {
    pub name: &'static str,
    pub address: SocketAddr,
    process: Process,
}

impl Server {
    /// Starts the program and waits until it prints that it listens.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = Process(child.with_context(|| format!("cannot start the {name}"))?);
        let output = process.0.stdout.take().context("the child's standard output is piped")?;
        let (sender, receiver) = mpsc::channel();
        // Reads until the child ends, so that it never blocks on a full pipe.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                match line.strip_prefix(READY).map(|address| address.trim_end_matches('/').parse()) {
                    Some(Ok(address)) => _ = sender.send(address),
                    _ => println!("{name}: {line}"),
                }
            }
        });
        match receiver.recv_timeout(START_TIMEOUT) {
            Ok(address) => Ok(Self { name, address, process }),
            Err(RecvTimeoutError::Disconnected) => {
                bail!("the {name} ended before it was ready ({}); its output is above", process.0.wait()?)
            }
            Err(RecvTimeoutError::Timeout) => bail!("the {name} was not ready within {} s", START_TIMEOUT.as_secs()),
        }
    }

    pub fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Fails if the process has ended by itself.
    pub fn ensure_running(&mut self) -> Result<()> {
        let status = self.process.0.try_wait().with_context(|| format!("cannot watch the {}", self.name))?;
        status.map_or(Ok(()), |status| bail!("the {} ended ({status})", self.name))
    }

    pub fn wait_until_ok(&mut self, path: &str) -> Result<()> {
        let started = Instant::now();
        loop {
            self.ensure_running()?;
            let answer = send_request(self.address, &format!("GET {path}"), "", Duration::from_secs(5));
            if answer.is_ok_and(|answer| is_ok(&answer)) {
                return Ok(());
            }
            ensure!(started.elapsed() <= START_TIMEOUT, "the {} does not answer {path} with 200", self.name);
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Sends a request, such as `GET /readyz`, and returns the whole answer with its head.
pub fn send_request(address: SocketAddr, request: &str, body: &str, read_timeout: Duration) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(read_timeout))?;
    write!(stream, "{request} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n", body.len())?;
    write!(stream, "Connection: close\r\n\r\n{body}")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Whether an answer has the status 200.
pub fn is_ok(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 200")
}

/// Returns a port of 127.0.0.1 that is free now.
pub fn any_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

/// Returns the first free port of 127.0.0.1 from `first` on that is not in `taken`.
pub fn free_port(first: u16, taken: &[u16]) -> Result<u16> {
    (first..first.saturating_add(100))
        .find(|port| !taken.contains(port) && TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .with_context(|| format!("no port from {first} to {} is free", first.saturating_add(99)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_passed_over() {
        let held = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = held.local_addr().expect("its address").port();
        let next = free_port(port, &[port + 1]).expect("another port");
        assert!(next > port + 1, "{next} is neither the held {port} nor the excluded one after it");
    }

    #[test]
    fn a_program_that_ends_early_is_reported_with_its_status() {
        let error = Server::start("test server", &mut Command::new("false")).err().expect("it cannot become ready");
        assert!(error.to_string().contains("test server ended before it was ready"), "{error}");
    }

    #[test]
    fn a_server_is_ready_when_it_says_its_address_and_gone_when_dropped() {
        let script = "echo listening on http://127.0.0.1:4711; exec sleep 600";
        let server = Server::start("test server", Command::new("sh").args(["-c", script])).expect("it says so");
        assert_eq!(server.address.port(), 4711);
        let process = format!("/proc/{}", server.id());
        drop(server);
        assert!(!std::path::Path::new(&process).exists(), "{process} is gone");
    }
}
