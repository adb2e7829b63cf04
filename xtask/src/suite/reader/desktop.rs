//! A private desktop: display, bus, screen reader and browser; a developer's own is not touched.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use super::heard::SpeechLog;
use crate::files::{create_empty_folder, file_name, write};
use crate::project::run;
use crate::setup::{ACCESSIBILITY_BUS, Engine};

/// Time limit for each part to start.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Time limit for a browser with a new profile to start and to be read, on a busy machine.
const BROWSER_TIMEOUT: Duration = Duration::from_secs(90);
/// Files of the home directory, each with its path there and its contents.
const HOME: [(&str, &str); 4] = [
    ("config/speech-dispatcher/speechd.conf", include_str!("home/speechd.conf")),
    ("data/orca/orca-customizations.py", include_str!("home/orca-customizations.py")),
    ("bin/pgrep", include_str!("home/pgrep")),
    ("firefox/user.js", include_str!("home/user.js")),
];

/// Running programs, killed when dropped.
pub struct Desktop {
    home: PathBuf,
    /// Directory of the sockets; only its owner may use it, as buses require.
    runtime_folder: TempDir,
    environment: Vec<(&'static str, String)>,
    children: Vec<Child>,
    pub speech_log: SpeechLog,
}

impl Desktop {
    /// Starts all but the browser, with `home` as a new home directory.
    pub fn start(home: &Path) -> Result<Self> {
        create_empty_folder(home)?;
        HOME.iter().try_for_each(|(path, contents)| write(&home.join(path), contents))?;
        run(Command::new("chmod").arg("u+x").arg(home.join("bin/pgrep")))?;
        // The path of a socket must be short, and the target directory may be deep.
        let runtime_folder = tempfile::Builder::new().prefix("chataibot-reader-").tempdir()?;
        let folder = |part: &str| home.join(part).to_string_lossy().into_owned();
        let environment = vec![
            ("HOME", home.to_string_lossy().into_owned()),
            ("XDG_RUNTIME_DIR", runtime_folder.path().to_string_lossy().into_owned()),
            ("XDG_CONFIG_HOME", folder("config")),
            ("XDG_CACHE_HOME", folder("cache")),
            ("XDG_DATA_HOME", folder("data")),
            ("READER_LOG", folder("reader.log")),
            ("LANG", "C.UTF-8".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("PATH", format!("{}:{}", folder("bin"), std::env::var("PATH").context("there is no PATH")?)),
            ("GTK_MODULES", "gail:atk-bridge".to_owned()),
            ("GNOME_ACCESSIBILITY", "1".to_owned()),
            ("ACCESSIBILITY_ENABLED", "1".to_owned()),
            ("NO_AT_BRIDGE", "0".to_owned()),
        ];
        let speech_log = SpeechLog::new(home.join("reader.log"));
        let mut desktop = Self { home: home.to_owned(), runtime_folder, environment, children: Vec::new(), speech_log };
        let screen = ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"];
        let screen = desktop.start_server("Xvfb", &screen)?;
        desktop.environment.push(("DISPLAY", format!(":{screen}")));
        let bus =
            desktop.start_server("dbus-daemon", &["--session", "--nofork", "--nopidfile", "--print-address=1"])?;
        desktop.environment.push(("DBUS_SESSION_BUS_ADDRESS", bus));
        desktop.start_child("openbox", &[])?;
        desktop.start_child(ACCESSIBILITY_BUS, &["--launch-immediately"])?;
        let socket = desktop.runtime_folder.path().join("speech.sock").to_string_lossy().into_owned();
        let speech = ["--run-single", "--timeout", "0", "--communication-method", "unix_socket", "--socket-path"];
        desktop.start_child("speech-dispatcher", &[speech.as_slice(), &[&socket]].concat())?;
        let begin = Instant::now();
        while !Path::new(&socket).exists() {
            ensure!(begin.elapsed() < START_TIMEOUT, "the speech server did not start in time");
            thread::sleep(Duration::from_millis(50));
        }
        desktop.environment.push(("SPEECHD_ADDRESS", format!("unix_socket:{socket}")));
        desktop.start_child("orca", &[])?;
        let output = home.join("orca.txt");
        let speaks = desktop.speech_log.wait_until_said("Screen reader on.", START_TIMEOUT)?;
        ensure!(speaks, "the screen reader does not speak; its output is in {}", output.display());
        Ok(desktop)
    }

    pub fn open_browser(&mut self, engine: Engine, program: &Path, address: &str) -> Result<()> {
        let program = program.to_str().context("the browser's path is not UTF-8")?;
        let profile = self.home.join(engine.key()).to_string_lossy().into_owned();
        match engine {
            Engine::Firefox => self.start_child(program, &["--no-remote", "--profile", &profile, address]),
            Engine::Chromium => {
                let folder = format!("--user-data-dir={profile}");
                let alone = ["--no-first-run", "--no-default-browser-check", "--disable-background-networking"];
                let plain = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync"];
                let read = ["--force-renderer-accessibility", "--disable-component-update", &folder, address];
                self.start_child(program, &[alone.as_slice(), &plain, &read].concat())
            }
            Engine::WebKit => bail!("the screen reader cannot follow the window of WebKit's test browser"),
        }
    }

    /// Waits until the reader has read the page and the keyboard focus is in it: these utterances
    /// must come with a press of Tab between them. On a busy machine a reader may lose the page.
    pub fn wait_until_read(&self, utterances: [&str; 3]) -> Result<()> {
        for (at, words) in utterances.into_iter().enumerate() {
            if at > 0 {
                self.press("Tab")?;
            }
            let is_said = self.speech_log.wait_until_said(words, BROWSER_TIMEOUT)?;
            ensure!(is_said, "the screen reader does not say {words:?}");
            self.speech_log.wait_until_silent(START_TIMEOUT);
        }
        Ok(())
    }

    /// Presses a key, or several at once, as xdotool names them.
    pub fn press(&self, key: &str) -> Result<()> {
        run(self.command("xdotool").args(["key", "--clearmodifiers", key]))
    }

    pub fn type_letters(&self, letters: &str) -> Result<()> {
        run(self.command("xdotool").args(["type", "--delay", "60", "--", letters]))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(self.environment.iter().map(|(key, value)| (*key, value)));
        // A process group, so that all it starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }

    /// Starts a program; its output goes to a file with its name.
    fn start_child(&mut self, program: &str, arguments: &[&str]) -> Result<()> {
        let output = self.output_file(program)?;
        let mut child = self.command(program);
        child.args(arguments).stdin(Stdio::null()).stderr(output.try_clone()?).stdout(output);
        self.children.push(child.spawn().with_context(|| format!("cannot start {program}"))?);
        Ok(())
    }

    /// Starts a program, and returns the line in which it prints its address.
    fn start_server(&mut self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = self.command(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(self.output_file(program)?);
        let mut child = command.spawn().with_context(|| format!("cannot start {program}"))?;
        let output = child.stdout.take().context("its standard output is piped")?;
        self.children.push(child);
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).with_context(|| format!("{program} does not print its address"))?;
        ensure!(!line.trim().is_empty(), "{program} ended before it was ready");
        Ok(line.trim().to_owned())
    }

    fn output_file(&self, program: &str) -> Result<File> {
        let path = self.home.join(format!("{}.txt", file_name(Path::new(program))?));
        File::create(&path).with_context(|| format!("cannot write {}", path.display()))
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The browser first, and the display last.
        for child in self.children.iter_mut().rev() {
            // Each fails only if the process has already ended, which is what is wanted.
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
