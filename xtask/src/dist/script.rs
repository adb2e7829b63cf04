//! JavaScript and CSS through esbuild: joined and minified, with nothing said about where the sources lay.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::project::Project;

/// Browsers from spring 2024 on: the first that have all of `light-dark()`, nesting and constructed style sheets.
const TARGET: &str = "--target=es2022";

/// The module at `entry` with what it imports inside; the bundle's own files stay imports.
pub fn bundle(project: &Project, entry: &str) -> Result<Vec<u8>> {
    esbuild(
        project,
        &[entry, "--bundle", "--format=esm", "--external:./chataibot-*", "--minify", "--charset=utf8", TARGET],
        "",
    )
}

/// One style sheet, minified.
pub fn minify_css(project: &Project, sheet: &str) -> Result<Vec<u8>> {
    esbuild(project, &["--loader=css", "--minify", "--charset=utf8"], sheet)
}

fn esbuild(project: &Project, arguments: &[&str], input: &str) -> Result<Vec<u8>> {
    let program = project.root.join("node_modules/.bin/esbuild");
    let mut child = Command::new(&program)
        .args(arguments)
        .args(["--log-level=warning", "--legal-comments=none"])
        .current_dir(&project.root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    // esbuild reads all of its input before it writes, so neither side can wait for the other.
    child.stdin.take().context("esbuild's standard input is piped")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "esbuild {} failed", arguments.join(" "));
    Ok(output.stdout)
}
