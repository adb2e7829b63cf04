//! `cargo xtask soak` and `crash`: the long forms of tests that every suite runs briefly.

use anyhow::Result;

use crate::command_line::SoakOptions;
use crate::project::{Project, run as run_command};

/// Runs storms of faults, one seed after the other; fails with the seed of a violation.
pub fn run(project: &Project, options: &SoakOptions) -> Result<()> {
    // In a separate folder: the widget's library has the same name, whatever it is built for.
    let target = project.target.join("soak");
    let mut soak = project.cargo();
    soak.args(["run", "--quiet", "--package", "chataibot-soak", "--target-dir"]).arg(target).arg("--");
    let SoakOptions { seeds, minutes, from, replay } = options;
    for (name, value) in [("--seeds", seeds), ("--minutes", minutes), ("--from", from), ("--replay", replay)] {
        if let Some(value) = value {
            soak.args([name, &value.to_string()]);
        }
    }
    run_command(&mut soak)
}

/// Kills the proxy, round after round; a witness outside it checks what it stored.
pub fn crash(project: &Project, rounds: u32) -> Result<()> {
    let test = ["test", "--package", "chataibot-proxy", "--test", "delivery", "--", "--nocapture", "kill::"];
    run_command(project.cargo().args(test).env("CHATAIBOT_CRASH_ROUNDS", rounds.to_string()))
}
