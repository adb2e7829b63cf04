//! Installs what a fresh machine lacks, when it is first needed, or says what to install.

mod browsers;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, ensure};

use crate::files::{read_bytes, write};
use crate::progress::step;
use crate::project::{Project, WASM_TARGET, read_output, run};

pub use browsers::{Browser, Browsers, Engine, browser, browsers, is_choice_set, readable_browsers};

/// The oldest Node.js whose test runner has what the end-to-end tests use.
const OLDEST_NODE: u32 = 20;

pub const REDIS_SERVER: &str = "redis-server";

/// Installs everything that `demo` and `test` would install when they need it.
pub fn install_everything(project: &Project) -> Result<()> {
    ensure_wasm_target(project)?;
    ensure_std_sources(project)?;
    ensure_npm_packages(project)?;
    ensure_redis_server()?;
    ensure_signing_languages();
    for Browser { engine, program, driver } in browsers(project)?.found {
        println!("Tests in {} will use {} and {}.", engine.name(), program.display(), driver.display());
    }
    Ok(())
}

/// Installs the standard library for [`WASM_TARGET`].
pub fn ensure_wasm_target(project: &Project) -> Result<()> {
    let folder = format!("lib/rustlib/{WASM_TARGET}/lib");
    ensure_in_sysroot(project, &folder, "Installing the WASM target", ["target", "add", WASM_TARGET])
        .with_context(|| format!("please install the Rust target {WASM_TARGET}"))
}

/// Installs the standard library's sources, from which the smallest build is made.
pub fn ensure_std_sources(project: &Project) -> Result<()> {
    let title = "Installing the sources of the standard library";
    let file = "lib/rustlib/src/rust/library/Cargo.lock";
    ensure_in_sysroot(project, file, title, ["component", "add", "rust-src"])
        .context("please install the Rust component rust-src, or build with `cargo xtask dist --profile stable`")
}

/// Lets rustup install what is missing at `path` in the compiler's folder.
fn ensure_in_sysroot(project: &Project, path: &str, title: &str, rustup: [&str; 3]) -> Result<()> {
    let sysroot = read_output(project.command("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join(path).exists() {
        return Ok(());
    }
    step(title, || run(project.command("rustup").args(rustup)))
}

/// Checks Node.js, and installs exactly the npm packages of `package-lock.json`.
pub fn ensure_npm_packages(project: &Project) -> Result<()> {
    check_node()?;
    let lock = read_bytes(&project.root.join("package-lock.json"))?;
    let installed = project.root.join("node_modules/.installed-lock");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step("Installing the bundler and the browser driver's client", || {
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        run(project.command("npm").args(install).stdout(Stdio::null()))?;
        write(&installed, &lock)
    })
}

fn check_node() -> Result<()> {
    ensure_programs(&["node=nodejs", "npm"], "Node.js 20 or newer with npm")?;
    let version = read_output(Command::new("node").arg("--version"))?;
    let version = version.trim();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    let is_new = major.is_some_and(|major| major >= OLDEST_NODE);
    ensure!(is_new, "this is Node.js {version}; please install {OLDEST_NODE} or newer");
    Ok(())
}

/// Finds or installs the Redis for tests of several proxies and for a cluster on this machine.
pub fn ensure_redis_server() -> Result<()> {
    ensure_programs(&[REDIS_SERVER], "redis-server, version 7 or newer")
}

/// The accessibility bus, which is not in the `PATH`.
pub const ACCESSIBILITY_BUS: &str = "/usr/libexec/at-spi-bus-launcher";

/// Finds or installs the screen reader with a display, a bus and a speech server.
pub fn ensure_screen_reader() -> Result<()> {
    let bus = format!("{ACCESSIBILITY_BUS}=at-spi2-core");
    let needed = ["orca", "xdotool", "openbox", "speech-dispatcher", "Xvfb=xvfb", "dbus-daemon=dbus", &bus];
    ensure_programs(&needed, "a screen reader and its dependencies")
}

/// Finds or installs the languages of `examples/signing`; tests run those that are there.
pub fn ensure_signing_languages() {
    let languages = ["python3", "php=php-cli", "ruby"];
    if let Err(error) = ensure_programs(&languages, "the languages of the signing examples") {
        println!("{error:#}; until then their signing examples are not tested");
    }
}

/// Finds or installs programs, each given by its name, and its Debian package if that differs.
fn ensure_programs(needed: &[&str], what: &str) -> Result<()> {
    let needed = needed.iter().map(|needed| needed.split_once('=').unwrap_or((needed, needed)));
    let missing = || needed.clone().filter(|(program, _)| in_path(program).is_none());
    let packages: Vec<&str> = missing().map(|(_, package)| package).collect();
    let wanted = format!("{what} (on Debian: apt-get install {})", packages.join(" "));
    find_or_install(|| Ok(missing().next().is_none().then_some(())), &packages, &wanted)
}

/// Returns what is found, at once or after the packages have been installed.
fn find_or_install<T>(find: impl Fn() -> Result<Option<T>>, packages: &[&str], wanted: &str) -> Result<T> {
    if let Some(found) = find()? {
        return Ok(found);
    }
    install(packages, wanted)?;
    find()?.with_context(|| format!("it was installed, but cannot be found: {wanted}"))
}

fn named_or_in_path(variable: &str, programs: &[&str]) -> Result<Option<PathBuf>> {
    if let Some(named) = env::var_os(variable).filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        ensure!(named.is_file(), "{variable} names {}, which does not exist", named.display());
        return Ok(Some(named));
    }
    Ok(programs.iter().find_map(|program| in_path(program)))
}

/// Finds a program by its name, or by its whole path.
fn in_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX)))
        .find(|candidate| candidate.is_file())
}

/// Installs Debian packages if this process may; otherwise fails with what is `wanted`.
fn install(packages: &[&str], wanted: &str) -> Result<()> {
    let is_root = || Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    ensure!(in_path("apt-get").is_some() && is_root(), "please install {wanted}");
    step(&format!("Installing {}", packages.join(" and ")), || {
        let apt_get = |arguments: &[&str]| {
            run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
        };
        apt_get(&["-q", "update"])?;
        apt_get(&[["-q", "install", "-y", "--no-install-recommends"].as_slice(), packages].concat())
    })
    .with_context(|| format!("please install {wanted}"))
}
