//! `cargo xtask soak` and `cargo xtask crash`: the long forms of tests that run shortly in every
//! suite.

use anyhow::Result;

use crate::{
    command_line::SoakOptions,
    project::{Project, run as run_command},
};

/// Storms of faults, from one seed after the other; ends with a failure that names the seed of what
/// was found.
pub fn run(project: &Project, options: &SoakOptions) -> Result<()> {
    // A target directory of its own: the widget's library has one file name, whatever it is built
    // for.
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

/// Kills the proxy, round after round, and has a witness check what it stored.
pub fn crash(project: &Project, rounds: u32) -> Result<()> {
    let test = ["test", "--package", "chataibot-proxy", "--test", "delivery", "--", "--nocapture", "kill::"];
    run_command(project.cargo().args(test).env("CHATAIBOT_CRASH_ROUNDS", rounds.to_string()))
}
