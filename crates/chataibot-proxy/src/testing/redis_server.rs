//! Test fixture: a private `redis-server` on a socket in a temporary directory, stopped on drop.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::config::RedisUrl;

/// A running `redis-server`.
#[derive(Debug)]
pub struct RedisServer {
    child: Child,
    directory: tempfile::TempDir,
}

impl RedisServer {
    /// Starts a server. It writes each change to the disk before it answers, as in production.
    ///
    /// # Panics
    /// When `redis-server` is not installed; `cargo xtask setup` installs it.
    pub fn start() -> Self {
        let directory = tempfile::Builder::new().prefix("redis-").tempdir().expect("a temporary directory");
        let child = spawn_server(directory.path());
        Self { child, directory }
    }

    fn address(&self) -> String {
        format!("redis+unix://{}", self.directory.path().join("redis.sock").display())
    }

    /// Returns its address.
    pub fn url(&self) -> RedisUrl {
        RedisUrl::parse(&self.address()).expect("an address")
    }

    /// Opens a connection for a test to inspect the data.
    pub fn connect(&self) -> redis::Connection {
        let client = redis::Client::open(self.address()).expect("an address");
        client.get_connection().expect("a connection")
    }

    /// Whether this text occurs in the rewritten append-only log, which holds all current data.
    pub fn contains_text(&self, text: &str) -> bool {
        let mut redis = self.connect();
        // Disables the compressed format, so that a text can be found.
        redis::cmd("CONFIG").arg(&["SET", "aof-use-rdb-preamble", "no"]).exec(&mut redis).expect("set");
        redis::cmd("BGREWRITEAOF").exec(&mut redis).expect("begun");
        let is_writing = |redis: &mut redis::Connection| {
            let info: String = redis::cmd("INFO").arg("persistence").query(redis).expect("asked");
            info.contains("aof_rewrite_in_progress:1") || info.contains("aof_rewrite_scheduled:1")
        };
        while is_writing(&mut redis) {
            std::thread::yield_now();
        }
        let files = std::fs::read_dir(self.directory.path().join("appendonlydir")).expect("its files");
        files.map(|file| std::fs::read(file.expect("a file").path()).expect("read")).any(|bytes| {
            let text = text.as_bytes();
            bytes.windows(text.len()).any(|window| window == text)
        })
    }

    /// Kills the server, as in a crash.
    pub fn kill(&mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it has ended");
    }

    /// Restarts the server with the data it has written.
    pub fn start_again(&mut self) {
        self.child = spawn_server(self.directory.path());
    }

    /// Stops the process as if frozen: the server accepts connections but answers nothing.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Resumes the process.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(status.expect("there is `kill`").success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // Both fail only if it has already ended, which is the goal.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn_server(directory: &Path) -> Child {
    let socket = directory.join("redis.sock");
    // A killed server leaves its socket file behind, which accepts no connections.
    let _ = std::fs::remove_file(&socket);
    let mut child = Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--unixsocket"])
        .arg(&socket)
        .arg("--dir")
        .arg(directory)
        .stdout(Stdio::piped())
        .spawn()
        .expect("redis-server is not installed: cargo xtask setup");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let ready = lines.map_while(Result::ok).any(|line| line.contains("eady to accept connections"));
    assert!(ready, "redis-server ended before it was ready");
    child
}
