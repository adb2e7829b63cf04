//! `cargo xtask package`: the product as others take it, in `target/package/`.
//!
//! - `chataibot-widget-<version>.tgz`, as npm takes it
//! - `assets/`, the bundle as releases lie on a server; an earlier version in it stays
//! - `chataibot-proxy-<version>-<system>.tar.gz`: the proxy's program, its example configuration, `deploy/` and those assets

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{
    command_line::{BundleProfile, PackageOptions},
    dist,
    files::{create_empty_folder, create_folder},
    progress::{long_step, step},
    project::{Project, read, run as run_command},
};

/// The version of everything in this workspace.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What lies beside the program in its archive, by path in the project.
const BESIDE_PROXY: [&str; 6] = [
    "crates/chataibot-proxy/chataibot-proxy.example.toml",
    "deploy",
    "LICENSE",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "CHANGELOG.md",
];

pub fn run(project: &Project, options: &PackageOptions) -> Result<()> {
    dist::provide(project, BundleProfile::Small, options.built)?;
    println!("For npm: {}", npm(project)?.display());
    let assets = assets(project)?;
    println!("For a server: {}", assets.display());
    if !options.widget {
        println!("For an operator: {}", archive(project, &assets)?.display());
    }
    Ok(())
}

fn folder(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("package");
    create_folder(&folder)?;
    Ok(folder)
}

pub fn npm(project: &Project) -> Result<PathBuf> {
    step("Packing for npm", || {
        let folder = folder(project)?;
        let unpacked = folder.join("npm");
        let mut write = project.command("node");
        run_command(write.arg("xtask/package/npm.mjs").arg(project.dist()).arg(&unpacked).arg(VERSION))?;
        let mut pack = project.command("npm");
        pack.args(["pack", "--silent", "--pack-destination"]).arg(&folder).current_dir(&unpacked);
        read(&mut pack)?;
        Ok(folder.join(format!("chataibot-widget-{VERSION}.tgz")))
    })
}

pub fn assets(project: &Project) -> Result<PathBuf> {
    step("Laying out the release", || {
        let assets = folder(project)?.join("assets");
        let mut write = project.command("node");
        run_command(write.arg("xtask/package/release.mjs").arg(project.dist()).arg(&assets).arg(VERSION))?;
        Ok(assets)
    })
}

/// The proxy's program with what an operator needs beside it.
fn archive(project: &Project, assets: &Path) -> Result<PathBuf> {
    long_step("Building the proxy", 300, || {
        run_command(project.cargo().args(["build", "--release", "--package", "chataibot-proxy"]))
    })?;
    step("Packing the proxy", || {
        let name = format!("chataibot-proxy-{VERSION}-{}-{}", env::consts::OS, env::consts::ARCH);
        let unpacked = folder(project)?.join(&name);
        create_empty_folder(&unpacked)?;
        let mut copy = project.command("cp");
        copy.arg("-R").arg(project.program("release", "chataibot-proxy")).args(BESIDE_PROXY).arg(assets).arg(&unpacked);
        run_command(&mut copy)?;
        let archive = unpacked.with_file_name(format!("{name}.tar.gz"));
        let mut pack = project.command("tar");
        run_command(pack.arg("-czf").arg(&archive).arg(&name).current_dir(folder(project)?))?;
        Ok(archive)
    })
}
