//! Commands that run a Node.js script, which opens the bundle in Chromium.

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::command_line::{BundleProfile, PictureOptions, ThemeOptions};
use crate::dist;
use crate::project::{Project, run};
use crate::setup::{self, Engine};

/// Measures waits and downloads of a visitor, against a hand-written chat, for two documents.
pub fn bench_widget(project: &Project, runs: u32, built: bool) -> Result<()> {
    let mut script = script(project, "tests/bench/widget.mjs", BundleProfile::default(), built)?;
    script.args(["--runs", &runs.to_string(), "--report", "docs/performance.md", "--readme", "README.md"]);
    run(&mut script)
}

/// Checks style sheets for the widget by the same rules as the studio; fails if anything is found.
pub fn theme(project: &Project, options: &ThemeOptions) -> Result<()> {
    let mut script = script(project, "xtask/theme/check.mjs", BundleProfile::Demo, options.built)?;
    // The script runs in the project's root, but the paths are relative to the caller's folder.
    let caller_folder = env::current_dir().context("cannot determine the working directory")?;
    let absolute = |file: &PathBuf| if caller_folder == project.root { file.clone() } else { caller_folder.join(file) };
    script.args(options.scenes.iter().flat_map(|scenes| ["--scenes", scenes]));
    run(script.arg("--").args(options.files.iter().map(absolute)))
}

/// Draws the pictures of documents and studio, and records the reference layout of every scene.
pub fn pictures(project: &Project, options: &PictureOptions) -> Result<()> {
    run(script(project, "tests/pictures/make.mjs", BundleProfile::Demo, options.built)?.args(&options.names))
}

fn script(project: &Project, path: &str, profile: BundleProfile, built: bool) -> Result<Command> {
    dist::build_or_reuse(project, profile, built)?;
    let chromium = setup::browser(project, Engine::Chromium)?;
    let mut script = project.command("node");
    script.arg(path).env("CHATAIBOT_DIST", project.dist()).env("CHROMIUM", chromium.program);
    Ok(script)
}
