//! `cargo xtask bench proxy`: measures what one proxy as it is shipped carries.

use anyhow::Result;

use crate::command_line::LoadOptions;
use crate::progress::step;
use crate::project::{Project, run as run_command};

pub fn run(project: &Project, options: &LoadOptions) -> Result<()> {
    let build = ["build", "--release", "--package", "chataibot-proxy", "--package", "chataibot-load"];
    step("Building proxy and load generator", || run_command(project.cargo().args(build)))?;
    let mut load = project.command(project.program("release", "chataibot-load"));
    load.arg("--proxy").arg(project.program("release", "chataibot-proxy")).args(["--runs", &options.runs.to_string()]);
    load.args(options.quick.then_some("--quick")).args(options.must.iter().flat_map(|must| ["--must", must]));
    run_command(&mut load)
}
