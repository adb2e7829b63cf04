//! Paths of the project, and cargo commands in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, iter};

use anyhow::{Context, Result, bail, ensure};

use crate::files::create_folder;

pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

pub struct Project {
    pub root: PathBuf,
    pub target: PathBuf,
    /// Whether the workspace's tests, and its programs with them, have been built.
    pub tests_are_built: bool,
}

/// Packages that are built apart from the rest of the workspace; otherwise cargo would unify the
/// features of both and build the dependencies of the automation twice.
const BUILT_SEPARATELY: [&str; 3] = ["xtask", "chataibot-test-runner", "chataibot-code-split"];

/// Returns cargo's arguments for the rest of the workspace.
pub fn workspace() -> impl Iterator<Item = &'static str> {
    iter::once("--workspace").chain(BUILT_SEPARATELY.into_iter().flat_map(|package| ["--exclude", package]))
}

impl Project {
    /// Asks cargo for the paths, so that every way of setting a target directory is respected.
    pub fn find() -> Result<Self> {
        let own_folder = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&own_folder).parent().context("xtask/ has no parent folder")?.to_owned();
        let metadata = read_output(cargo(&root).args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?.into();
        Ok(Self { root, target, tests_are_built: false })
    }

    pub fn cargo(&self) -> Command {
        cargo(&self.root)
    }

    /// Returns a command that runs in the project's root.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Creates and returns the automation's own folder in the target directory.
    pub fn scratch(&self) -> Result<PathBuf> {
        let folder = self.target.join("xtask");
        create_folder(&folder)?;
        Ok(folder)
    }

    /// Builds these packages unoptimised, fast enough for one visitor, and returns their programs.
    pub fn build<const N: usize>(&self, packages: [&str; N]) -> Result<[PathBuf; N]> {
        let mut cargo = self.cargo();
        if self.tests_are_built && !packages.iter().any(|package| BUILT_SEPARATELY.contains(package)) {
            // Built alone, they need fewer features of dependencies, which are compiled again.
            cargo.args(["test", "--quiet", "--no-run"]).args(workspace());
        } else {
            cargo.arg("build").args(packages.iter().flat_map(|package| ["--package", package]));
        }
        run(&mut cargo)?;
        Ok(packages.map(|package| self.program("debug", package)))
    }

    pub fn build_servers(&self) -> Result<Servers> {
        let [proxy, simulator] = self.build(["chataibot-proxy", "chataibot-simulator"])?;
        Ok(Servers { proxy, simulator })
    }

    pub fn program(&self, profile: &str, package: &str) -> PathBuf {
        self.target.join(profile).join(format!("{package}{}", env::consts::EXE_SUFFIX))
    }
}

pub struct Servers {
    pub proxy: PathBuf,
    pub simulator: PathBuf,
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // `cargo run` sets these for xtask. Passed on, they would make build scripts run again.
    let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    for (name, _) in env::vars_os() {
        if prefixes.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end with its output shown; if it fails, the error names it.
pub fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        bail!("`{} {}` failed ({status})", file_name(&name), arguments.join(" "));
    }
    Ok(())
}

/// Runs a command to its end and returns what it printed on standard output, which must be UTF-8.
pub fn read_output(command: &mut Command) -> Result<String> {
    let output = run_with_input(command, &[])?;
    String::from_utf8(output).with_context(|| format!("{:?} printed output that is not UTF-8", command.get_program()))
}

/// Runs a command to its end with `input` on its standard input, and returns its standard output.
/// It has to read all of its input before it writes, or both sides would wait for each other.
pub fn run_with_input(command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    child.stdin.take().context("its standard input is piped")?.write_all(input)?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "`{}` failed ({})", file_name(&name), output.status);
    Ok(output.stdout)
}

fn file_name(program: &str) -> &str {
    Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or(program)
}
