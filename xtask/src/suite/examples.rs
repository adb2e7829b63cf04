//! The examples: each installed from the package's file, built, opened in Chromium and talked with.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{count, end_to_end, flaky};
use crate::{
    command_line::BundleTests,
    counts::Counts,
    dist, package,
    progress::step,
    project::Project,
    setup::{self, Browser},
};

/// What every run of all tests has: the package itself, and what most pages are. The others take minutes to install and build.
const ALWAYS: [&str; 7] = ["fresh_app", "package", "pages", "plain_html", "react_19", "releases", "two_sites"];

/// Packs the bundle, built anew unless it is to be taken as it is, and runs the files whose name contains `name`, or all.
pub fn run(project: &Project, browser: &Browser, tests: &BundleTests) -> Result<Counts> {
    if tests.built {
        setup::npm_packages(project)?;
    } else {
        dist::build(project, tests.profile)?;
    }
    let named = |file: &PathBuf| tests.name.as_deref().is_none_or(|name| stem(file).contains(name));
    run_files(project, browser, files(project)?.into_iter().filter(named).collect())
}

/// Runs those of every run, on the bundle that is in `dist/`.
pub fn run_some(project: &Project, browser: &Browser) -> Result<Counts> {
    run_files(project, browser, always(files(project)?))
}

fn run_files(project: &Project, browser: &Browser, files: Vec<PathBuf>) -> Result<Counts> {
    if files.is_empty() {
        return Ok(Counts::default());
    }
    let servers = step("Building proxy and simulator", || project.build_servers())?;
    let [conformance] = project.build(["chataibot-conformance"])?;
    let (package, _) = (package::npm(project)?, package::assets(project)?);
    let folder = project.scratch()?.join("examples");
    let runner = || {
        let mut runner = project.command("node");
        runner
            .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
            .env("CHATAIBOT_PROXY", &servers.proxy)
            .env("CHATAIBOT_SIMULATOR", &servers.simulator)
            .env("CHATAIBOT_CONFORMANCE", &conformance)
            .env("CHATAIBOT_DIST", project.dist())
            .env("CHATAIBOT_PACKAGE", &package)
            .env("CHATAIBOT_EXAMPLES", &folder);
        end_to_end::tell_browser(&mut runner, browser);
        runner
    };
    flaky::count(runner().args(&files), |test, _| {
        let only = format!("--test-name-pattern=^{}$", end_to_end::literal_pattern(test));
        count(runner().arg(only).args(&files))
    })
}

fn always(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.retain(|file| ALWAYS.contains(&stem(file)));
    files
}

/// `react_19` of `tests/examples/react_19.test.mjs`.
fn stem(file: &Path) -> &str {
    file.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".test.mjs")).unwrap_or_default()
}

fn files(project: &Project) -> Result<Vec<PathBuf>> {
    let folder = project.root.join("tests/examples");
    let mut files = Vec::new();
    for file in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = file?.path();
        if path.to_str().is_some_and(|path| path.ends_with(".test.mjs")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_every_run_is_there() {
        let project = Project::find().expect("the project");
        let always = always(files(&project).expect("the examples' tests"));
        assert_eq!(always.iter().map(|file| stem(file)).collect::<Vec<_>>(), ALWAYS);
    }
}
