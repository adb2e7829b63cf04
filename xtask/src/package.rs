//! `cargo xtask package`: the product as others install it, in `target/package/`.
//!
//! - `chataibot-widget-<version>.tgz`, the package for npm
//! - `assets/`, the bundle in a server's layout of releases; an earlier version in it stays
//! - `chataibot-proxy-<version>-<system>.tar.gz`: [`archive`], the proxy for an operator

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::command_line::{BundleProfile, PackageOptions};
use crate::dist;
use crate::files::create_folder;
use crate::progress::step;
use crate::project::{Project, read_output, run as run_command};

mod archive;

pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub fn run(project: &Project, options: &PackageOptions) -> Result<()> {
    dist::build_or_reuse(project, BundleProfile::Small, options.built)?;
    println!("For npm: {}", pack_npm(project)?.display());
    let assets = lay_out_assets(project)?;
    println!("For a web server: {}", assets.display());
    if !options.widget {
        println!("For operators: {}", archive::pack(project, &package_folder(project)?, &assets)?.display());
    }
    Ok(())
}

fn package_folder(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("package");
    create_folder(&folder)?;
    Ok(folder)
}

pub fn pack_npm(project: &Project) -> Result<PathBuf> {
    step("Packing for npm", || {
        let folder = package_folder(project)?;
        let unpacked = folder.join("npm");
        run_script(project, "xtask/package/npm.mjs", &unpacked)?;
        let mut pack = project.command("npm");
        pack.args(["pack", "--silent", "--pack-destination"]).arg(&folder).current_dir(&unpacked);
        read_output(&mut pack)?;
        Ok(folder.join(format!("chataibot-widget-{VERSION}.tgz")))
    })
}

pub fn lay_out_assets(project: &Project) -> Result<PathBuf> {
    step("Writing the files of the release", || {
        let assets = package_folder(project)?.join("assets");
        run_script(project, "xtask/package/release.mjs", &assets)?;
        Ok(assets)
    })
}

/// Runs a script that makes `folder` from the bundle.
fn run_script(project: &Project, script: &str, folder: &Path) -> Result<()> {
    run_command(project.command("node").arg(script).arg(project.dist()).arg(folder).arg(VERSION))
}
