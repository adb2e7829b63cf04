//! `cargo xtask bench widget`: what a visitor waits for and downloads, measured in Chromium beside a hand-written chat on the same page.

use anyhow::Result;

use crate::{
    command_line::BundleProfile,
    dist,
    project::{Project, run as run_command},
    setup::{self, Engine},
};

/// What measures, and tells how.
const SCRIPT: &str = "tests/bench/widget.mjs";
/// Where the table is kept.
const REPORT: &str = "docs/performance.md";
/// Where a short one is.
const README: &str = "README.md";

/// Measures the bundle that is shipped: built for it, or the one that is there.
pub fn run(project: &Project, runs: u32, built: bool) -> Result<()> {
    if built {
        setup::npm_packages(project)?;
    } else {
        dist::build(project, BundleProfile::default())?;
    }
    let chromium = setup::browser(project, Engine::Chromium)?;
    let mut bench = project.command("node");
    bench.arg(SCRIPT).args(["--runs", &runs.to_string(), "--report", REPORT, "--readme", README]);
    run_command(bench.env("CHATAIBOT_DIST", project.dist()).env("CHROMIUM", &chromium.program))
}
