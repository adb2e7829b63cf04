//! The examples: each installed from the package's file, built, opened in Chromium and talked with.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{count, end_to_end, flaky};
use crate::{
    command_line::BundleTests, counts::Counts, dist, files, package, progress::step, project::Project, setup::Browser,
};

/// What every run of all tests has: the package itself, and what most pages are. The others take minutes to install and build.
const ALWAYS: [&str; 7] = ["fresh_app", "package", "pages", "plain_html", "react_19", "releases", "two_sites"];

const ENDING: &str = ".test.mjs";

/// Packs the bundle, built anew unless it is to be taken as it is, and runs the files whose name contains `name`, or all.
pub fn run(project: &Project, browser: &Browser, tests: &BundleTests) -> Result<Counts> {
    dist::provide(project, tests.profile, tests.built)?;
    let mut files = all(project)?;
    files.retain(|file| tests.name.as_deref().is_none_or(|name| stem(file).contains(name)));
    run_files(project, browser, files)
}

/// Runs those of every run, on the bundle that is in `dist/`.
pub fn run_some(project: &Project, browser: &Browser) -> Result<Counts> {
    run_files(project, browser, always(all(project)?))
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

fn all(project: &Project) -> Result<Vec<PathBuf>> {
    files::in_folder(&project.root.join("tests/examples"), ENDING)
}

fn always(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.retain(|file| ALWAYS.contains(&stem(file)));
    files
}

/// `react_19` of `tests/examples/react_19.test.mjs`.
fn stem(file: &Path) -> &str {
    files::stem(file, ENDING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_every_run_is_there() {
        let project = Project::find().expect("the project");
        let always = always(all(&project).expect("the examples' tests"));
        assert_eq!(always.iter().map(|file| stem(file)).collect::<Vec<_>>(), ALWAYS);
    }
}
