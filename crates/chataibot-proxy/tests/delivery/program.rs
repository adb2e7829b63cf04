//! The real program as a child process, which a test can stop at a step, kill, or prevent from
//! writing.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::{browser::PATIENCE, platform::Platform};

/// Ignores SIGXFSZ, so that a too large file makes the program's writes fail instead of killing it.
const SHELL: &str = "trap '' XFSZ; exec \"$0\" \"$@\"";

/// Address of a proxy that was just started, from the one line it prints.
pub async fn address(program: &mut Child) -> String {
    let mut lines = BufReader::new(program.stdout.take().expect("a pipe")).lines();
    let line = lines.next_line().await.expect("read").expect("a line");
    line.strip_prefix("listening on ").expect("the one line").to_owned()
}

pub struct Program {
    child: Child,
    pub base: String,
    stopped: watch::Receiver<bool>,
    /// Duration from the start of the process until it served.
    pub took: Duration,
}

impl Program {
    /// Starts the program, and waits until it serves. `stop` is the step at which it stops, and how
    /// often it passes that step before.
    pub async fn start(database: &Path, platform: &Platform, stop: Option<(&str, u32)>) -> Self {
        let began = Instant::now();
        let mut command = Command::new("sh");
        command.args(["-c", SHELL, env!("CARGO_BIN_EXE_chataibot-proxy"), "--demo", "--listen", "127.0.0.1:0"]);
        command.args(["--platform-url", &platform.url, "--log", "off", "--database"]).arg(database);
        // The test removes the temporary files of a killed process.
        command.env("TMPDIR", database.parent().expect("a folder"));
        if let Some((step, times)) = stop {
            command.env("CHATAIBOT_PROXY_STOP_AT", format!("{step}:{times}"));
        }
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("the program starts");
        let mut words = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let (say, mut stopped) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok(Some(line)) = words.next_line().await {
                if line.starts_with("stopped at ") {
                    say.send_replace(true);
                }
            }
        });
        let base = tokio::select! {
            base = address(&mut child) => base,
            // The process stopped before it had an address; nothing listens at this one.
            _ = stopped.wait_for(|stopped| *stopped) => "http://127.0.0.1:1".to_owned(),
        };
        if stop.is_none() {
            let http = reqwest::Client::builder().no_proxy().build().expect("a client");
            let ready = http.get(format!("{base}/readyz")).send().await.expect("an answer");
            assert_eq!(ready.status(), 200, "it serves");
        }
        Self { child, base, stopped, took: began.elapsed() }
    }

    /// Waits until the program has stopped at its step.
    pub async fn stopped(&mut self) {
        let stopped = tokio::time::timeout(PATIENCE, self.stopped.wait_for(|stopped| *stopped)).await;
        assert!(stopped.is_ok_and(|stopped| stopped.is_ok()), "it comes to its step");
    }

    /// Kills the program with SIGKILL.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }

    /// Limits the size of files from now on; `None` lifts the limit.
    pub async fn limit_files(&self, bytes: Option<u64>) {
        let id = self.child.id().expect("it runs");
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let limits = format!("--fsize={limit}:unlimited");
        let set = Command::new("prlimit").args(["--pid", &id.to_string(), &limits]).status().await;
        assert!(set.expect("prlimit runs").success());
    }
}
