//! `cargo xtask bench proxy`: what one proxy carries. Builds proxy and load generator as they are shipped, and lets the generator measure.

use std::env;

use anyhow::Result;

use crate::{
    progress::step,
    project::{Project, run as run_command},
};

/// Fails when something is less than it must be.
pub fn run(project: &Project, wishes: &[String]) -> Result<()> {
    let build = ["build", "--release", "--package", "chataibot-proxy", "--package", "chataibot-load"];
    step("Building proxy and load generator", || run_command(project.cargo().args(build)))?;
    let program = |name: &str| project.target.join("release").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let mut load = project.command(program("chataibot-load"));
    run_command(load.arg("--proxy").arg(program("chataibot-proxy")).args(wishes))
}
