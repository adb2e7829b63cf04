//! `cargo xtask fuzz`: runs each target of `fuzz/` for a while. New inputs are kept in
//! `fuzz/found`, one that breaks a property in `fuzz/artifacts`. Inputs worth keeping are moved to
//! `fuzz/corpus` by hand; every run of the tests repeats those.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command_line::FuzzOptions;
use crate::files::{create_folder, in_folder, stem};
use crate::progress::step;
use crate::project::{Project, run as run_command};

const CARGO_FUZZ: &str = "0.13.2";
/// Longest input, in bytes; time limit for one, in seconds.
const LIMITS: &[&str] = &["-max_len=4096", "-timeout=10"];

/// Fuzzes one target, or all of them in turn, until time is up or a property does not hold.
pub fn run(project: &Project, options: &FuzzOptions) -> Result<()> {
    let files = in_folder(&project.root.join("fuzz/fuzz_targets"), ".rs")?;
    let all: Vec<&str> = files.iter().map(|file| stem(file, ".rs")).collect();
    let chosen: Vec<&str> =
        all.iter().copied().filter(|name| options.target.as_ref().is_none_or(|wanted| wanted == name)).collect();
    ensure!(!chosen.is_empty(), "there is no such target; the targets are {}", all.join(", "));
    if options.address {
        ensure_nightly(project)?;
    }
    ensure_cargo_fuzz(project)?;
    for name in chosen {
        println!("\n━━ {name}, {} s ━━", options.seconds);
        let findings = project.root.join("fuzz/found").join(name);
        create_folder(&findings)?;
        let mut fuzz = fuzz(project, options.address);
        let sanitizer = if options.address { "address" } else { "none" };
        fuzz.args(["run", "--fuzz-dir", "fuzz", "--sanitizer", sanitizer, name])
            .arg(&findings)
            .arg(format!("fuzz/corpus/{name}"));
        fuzz.arg("--").arg(format!("-max_total_time={}", options.seconds)).args(LIMITS);
        run_command(&mut fuzz)
            .with_context(|| format!("{name} found an input for which its property does not hold"))?;
    }
    Ok(())
}

/// Returns `cargo fuzz`. Only a sanitizer needs nightly; code without `unsafe` needs none.
fn fuzz(project: &Project, address: bool) -> Command {
    let mut fuzz = if address { project.command("rustup") } else { project.cargo() };
    if address {
        fuzz.args(["run", "nightly", "cargo"]).env_remove("CARGO").env("RUSTUP_TOOLCHAIN", "nightly");
    }
    fuzz.arg("fuzz");
    fuzz
}

fn ensure_cargo_fuzz(project: &Project) -> Result<()> {
    if succeeds(project.cargo().args(["fuzz", "--version"])) {
        return Ok(());
    }
    step("Installing cargo-fuzz", || {
        run_command(project.cargo().args(["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ]))
    })
    .context("please install cargo-fuzz")
}

fn ensure_nightly(project: &Project) -> Result<()> {
    ensure!(
        succeeds(project.command("rustup").args(["run", "nightly", "rustc", "--version"])),
        "--address needs a nightly toolchain, the only one with sanitizers; run: rustup toolchain install nightly"
    );
    Ok(())
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
