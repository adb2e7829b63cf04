//! `cargo xtask pictures`: draws the pictures of the documents and of the studio from the real widget, and writes down the kept layout
//! of every scene.

use anyhow::Result;

use crate::{
    command_line::{BundleProfile, PictureOptions},
    dist,
    project::{Project, run as run_command},
    setup::{self, Engine},
};

/// What draws, and tells how.
const SCRIPT: &str = "tests/pictures/make.mjs";

/// Draws all of them, or those that are named, from a bundle that is built for it or the one that is there.
pub fn run(project: &Project, options: &PictureOptions) -> Result<()> {
    if options.built {
        setup::npm_packages(project)?;
    } else {
        dist::build(project, BundleProfile::Demo)?;
    }
    let chromium = setup::browser(project, Engine::Chromium)?;
    let mut script = project.command("node");
    script.arg(SCRIPT).args(&options.names);
    run_command(script.env("CHATAIBOT_DIST", project.dist()).env("CHROMIUM", &chromium.program))
}
