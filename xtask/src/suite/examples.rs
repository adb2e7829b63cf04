//! Tests of the examples: each is installed from the package, built, and used to chat in Chromium.

use std::path::PathBuf;

use anyhow::Result;

use super::end_to_end::{name_filter, node_tests, stem, test_files};
use super::{count, flaky};
use crate::{
    command_line::BundleTests, counts::Counts, dist, package, progress::step, project::Project, setup::Browser,
};

/// Files that every run of all tests includes. The others take minutes to install and build.
const ALWAYS: [&str; 7] = ["fresh_app", "package", "pages", "plain_html", "react_19", "releases", "two_sites"];

/// Packs the bundle, rebuilt unless `tests.built`, and runs the files whose name contains `name`.
pub fn run(project: &Project, browser: &Browser, tests: &BundleTests) -> Result<Counts> {
    dist::build_or_reuse(project, tests.profile, tests.built)?;
    run_files(project, browser, files(project, |stem| tests.name.as_deref().is_none_or(|name| stem.contains(name)))?)
}

/// Runs the files of [`ALWAYS`], on the bundle that is in `dist/`.
pub fn run_some(project: &Project, browser: &Browser) -> Result<Counts> {
    run_files(project, browser, files(project, |stem| ALWAYS.contains(&stem))?)
}

fn run_files(project: &Project, browser: &Browser, files: Vec<PathBuf>) -> Result<Counts> {
    if files.is_empty() {
        return Ok(Counts::default());
    }
    let servers = step("Building proxy and simulator", || project.build_servers())?;
    let [conformance] = project.build(["chataibot-conformance"])?;
    let (package, _) = (package::pack_npm(project)?, package::lay_out_assets(project)?);
    let folder = project.scratch()?.join("examples");
    let runner = || {
        let mut runner = node_tests(project, &servers, browser);
        runner.env("CHATAIBOT_CONFORMANCE", &conformance).env("CHATAIBOT_PACKAGE", &package);
        runner.env("CHATAIBOT_EXAMPLES", &folder);
        runner
    };
    flaky::count(runner().args(&files), |test, _| count(runner().arg(name_filter(test)).args(&files)))
}

fn files(project: &Project, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    let mut files = test_files(project, "tests/examples")?;
    files.retain(|file| is_wanted(stem(file)));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_every_run_is_there() {
        let project = Project::find().expect("the project");
        let always = files(&project, |stem| ALWAYS.contains(&stem)).expect("the examples' tests");
        assert_eq!(always.iter().map(|file| stem(file)).collect::<Vec<_>>(), ALWAYS);
    }
}
