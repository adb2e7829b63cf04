//! Installs what a fresh machine lacks, when it is first needed, or prints one line that says what
//! to install.
//!
//! - [`browsers`]: the browsers that tests run in

mod browsers;

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    files::{read_bytes, write},
    progress::step,
    project::{Project, WASM_TARGET, read_output, run},
};

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
    if sysroot(project)?.join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir() {
        return Ok(());
    }
    step("Installing the WASM target", || run(project.command("rustup").args(["target", "add", WASM_TARGET])))
        .with_context(|| format!("please install the Rust target {WASM_TARGET}"))
}

/// Installs the standard library's sources, from which the smallest build is made.
pub fn ensure_std_sources(project: &Project) -> Result<()> {
    if sysroot(project)?.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        return Ok(());
    }
    step("Installing the sources of the standard library", || {
        run(project.command("rustup").args(["component", "add", "rust-src"]))
    })
    .context("please install the Rust component rust-src, or build with `cargo xtask dist --profile stable`")
}

fn sysroot(project: &Project) -> Result<PathBuf> {
    Ok(read_output(project.command("rustc").args(["--print", "sysroot"]))?.trim().into())
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
        run(project
            .command("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .stdout(Stdio::null()))?;
        write(&installed, &lock)
    })
}

fn check_node() -> Result<()> {
    ensure_programs(&[("node", "nodejs"), ("npm", "npm")], "Node.js 20 or newer with npm")?;
    let version = read_output(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    ensure!(
        major.is_some_and(|major| major >= OLDEST_NODE),
        "this is Node.js {}; please install {OLDEST_NODE} or newer",
        version.trim()
    );
    Ok(())
}

/// Finds or installs the Redis for tests of several proxies and for a cluster on this machine.
pub fn ensure_redis_server() -> Result<()> {
    ensure_programs(&[(REDIS_SERVER, REDIS_SERVER)], "redis-server, version 7 or newer")
}

/// The accessibility bus, which is not in the `PATH`.
pub const ACCESSIBILITY_BUS: &str = "/usr/libexec/at-spi-bus-launcher";

/// Finds or installs the screen reader with a display, a bus and a speech server.
pub fn ensure_screen_reader() -> Result<()> {
    let needed = [
        ("orca", "orca"),
        ("xdotool", "xdotool"),
        ("openbox", "openbox"),
        ("speech-dispatcher", "speech-dispatcher"),
        ("Xvfb", "xvfb"),
        ("dbus-daemon", "dbus"),
        (ACCESSIBILITY_BUS, "at-spi2-core"),
    ];
    ensure_programs(&needed, "a screen reader and its dependencies")
}

/// Finds or installs the languages of `examples/signing`. Tests run those that are there, as a
/// developer may do without the others.
pub fn ensure_signing_languages() {
    let languages = [("python3", "python3"), ("php", "php-cli"), ("ruby", "ruby")];
    if let Err(error) = ensure_programs(&languages, "the languages of the signing examples") {
        println!("{error:#}; until then their signing examples are not tested");
    }
}

/// Finds programs, each given with its Debian package, or installs those that are missing.
fn ensure_programs(needed: &[(&str, &str)], what: &str) -> Result<()> {
    let missing = || -> Vec<&str> {
        needed.iter().filter(|(program, _)| in_path(program).is_none()).map(|(_, package)| *package).collect()
    };
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let wanted = format!("{what} (on Debian: apt-get install {})", packages.join(" "));
    install(&packages, &wanted)?;
    ensure!(missing().is_empty(), "it was installed, but cannot be found: {wanted}");
    Ok(())
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
    if in_path("apt-get").is_none() || !is_root() {
        bail!("please install {wanted}");
    }
    step(&format!("Installing {}", packages.join(" and ")), || {
        let apt_get = |arguments: &[&str]| {
            run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
        };
        apt_get(&["-q", "update"])?;
        apt_get(&[["-q", "install", "-y", "--no-install-recommends"].as_slice(), packages].concat())
    })
    .with_context(|| format!("please install {wanted}"))
}

/// Whether this process may install packages: as root.
fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}
