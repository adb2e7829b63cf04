//! `cargo xtask fuzz`: runs each target of `fuzz/` for a while. New inputs are kept in
//! `fuzz/found`, one that breaks a property in `fuzz/artifacts`. Inputs worth keeping are moved to
//! `fuzz/corpus` by hand; every run of the tests repeats those.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::{
    command_line::FuzzOptions,
    files::{create_folder, in_folder, stem},
    progress::step,
    project::{Project, run as run_command},
};

const CARGO_FUZZ: &str = "0.13.2";
/// Longest input, in bytes; time limit for one, in seconds.
const LIMITS: &[&str] = &["-max_len=4096", "-timeout=10"];

/// Fuzzes one target, or all of them in turn, until time is up or a property does not hold.
pub fn run(project: &Project, options: &FuzzOptions) -> Result<()> {
    let all = targets(project)?;
    let chosen: Vec<&String> =
        all.iter().filter(|name| options.target.as_ref().is_none_or(|wanted| wanted == *name)).collect();
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

/// Returns the command `cargo fuzz`. Without a sanitizer the pinned toolchain suffices; none is
/// needed, as no code of ours is unsafe.
fn fuzz(project: &Project, address: bool) -> Command {
    if address {
        let mut nightly = project.command("rustup");
        nightly.args(["run", "nightly", "cargo", "fuzz"]);
        nightly.env_remove("CARGO").env("RUSTUP_TOOLCHAIN", "nightly");
        return nightly;
    }
    let mut pinned = project.cargo();
    pinned.arg("fuzz");
    pinned
}

fn targets(project: &Project) -> Result<Vec<String>> {
    let files = in_folder(&project.root.join("fuzz/fuzz_targets"), ".rs")?;
    Ok(files.iter().map(|file| stem(file, ".rs").to_owned()).collect())
}

fn ensure_cargo_fuzz(project: &Project) -> Result<()> {
    if project.cargo().args(["fuzz", "--version"]).output().is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    step("Installing cargo-fuzz", || {
        run_command(project.cargo().args(["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ]))
    })
    .context("please install cargo-fuzz")
}

fn ensure_nightly(project: &Project) -> Result<()> {
    let installed = project.command("rustup").args(["run", "nightly", "rustc", "--version"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        bail!(
            "--address needs a nightly toolchain, the only one with sanitizers; run: rustup toolchain install nightly"
        );
    }
    Ok(())
}
