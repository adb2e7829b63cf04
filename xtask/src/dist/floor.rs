//! The oldest browsers in which everything is right, and what the bundle uses: see xtask/floor.

use std::process::Stdio;

use anyhow::{Context, Result};

use crate::project::{Project, run};

/// Fails when the bundle in `dist/` uses what one of them lacks and xtask/floor/floor.json says nothing of.
pub fn check(project: &Project) -> Result<()> {
    let mut command = project.command("node");
    run(command.arg("xtask/floor/check.mjs").arg(project.dist()).stdout(Stdio::null()))
        .context("the oldest browsers of xtask/floor/floor.json lack something")
}
