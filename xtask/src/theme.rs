//! `cargo xtask theme`: style sheets for the widget, held in Chromium to the rules that the studio
//! has, too. See `theme/check.mjs`.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    command_line::{BundleProfile, ThemeOptions},
    dist,
    project::{Project, run as run_command},
    setup::{self, Engine},
};

/// What checks, and tells what it found.
const SCRIPT: &str = "xtask/theme/check.mjs";

/// Fails when anything is found.
pub fn run(project: &Project, options: &ThemeOptions) -> Result<()> {
    if options.built {
        setup::npm_packages(project)?;
    } else {
        dist::build(project, BundleProfile::Demo)?;
    }
    let chromium = setup::browser(project, Engine::Chromium)?;
    // The script runs in the project's root, whatever folder the names are from.
    let here = env::current_dir().context("there is no working folder")?;
    let absolute = |file: &PathBuf| if here == project.root { file.clone() } else { here.join(file) };
    let mut check = project.command("node");
    check.arg(SCRIPT).args(options.scenes.iter().flat_map(|scenes| ["--scenes", scenes]));
    check.arg("--").args(options.files.iter().map(absolute));
    run_command(check.env("CHATAIBOT_DIST", project.dist()).env("CHROMIUM", &chromium.program))
}
