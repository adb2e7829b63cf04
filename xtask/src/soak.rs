//! `cargo xtask soak` and `cargo xtask crash`: the long forms of tests that run shortly in every suite.

use anyhow::Result;

use crate::project::{Project, run as run_command};

/// Storms of faults, from one seed after the other; ends with a failure that names the seed of what was found.
pub fn run(project: &Project, wishes: &[String]) -> Result<()> {
    // A target directory of its own: the widget's library has one file name, whatever it is built for.
    let target = project.target.join("soak");
    let run = ["run", "--quiet", "--package", "chataibot-soak", "--target-dir"];
    run_command(project.cargo().args(run).arg(target).arg("--").args(wishes))
}

/// Kills the proxy, round after round, and has a witness look.
pub fn crash(project: &Project, rounds: u32) -> Result<()> {
    let test = ["test", "--package", "chataibot-proxy", "--test", "delivery", "--", "--nocapture", "kill::"];
    run_command(project.cargo().args(test).env("CHATAIBOT_CRASH_ROUNDS", rounds.to_string()))
}
