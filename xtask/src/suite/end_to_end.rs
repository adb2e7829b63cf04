//! End-to-end tests: the whole product on host pages in Chromium, a selection in every browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{count, flaky};
use crate::command_line::BundleTests;
use crate::counts::Counts;
use crate::dist::{self, bindgen};
use crate::progress::step;
use crate::project::{Project, Servers, WASM_TARGET, run as run_command};
use crate::setup::{Browser, Engine};
use crate::{docs, files};

/// The files that run in every browser: what depends most on a browser's own behaviour. A test in
/// them that only Chromium supports says why (`chromium` in `story`).
const ALL_BROWSERS: &str = "accessibility attachments embed_mistakes focus_traps full_screen keyboard keyboard_flows \
    language languages message_lifecycle native_controls page_events page_life page_styles phone \
    printing reading_position registered_tokens reload resizing storage_cleared tabs texts \
    translated upload verbatim_text";

const FOLDER: &str = "tests/e2e";
const ENDING: &str = ".test.mjs";

/// What the tests need, built.
pub struct Product {
    servers: Servers,
    faults: PathBuf,
    yew_host: PathBuf,
}

impl Product {
    /// Builds the bundle, the documents and the programs.
    pub fn build(project: &Project, tests: &BundleTests) -> Result<Self> {
        dist::build_or_reuse(project, tests.profile, tests.built)?;
        docs::build(project)?;
        let [faults] = step("Building the fault proxy", || project.build(["chataibot-faults"]))?;
        Ok(Self {
            servers: step("Building proxy and simulator", || project.build_servers())?,
            faults,
            yew_host: step("Building a host page that is a Yew app", || yew_host(project))?,
        })
    }
}

/// Whether a name matches anything that would run in this browser. Only the runner knows the words
/// of a test's sentence.
pub fn has_any(project: &Project, engine: Engine, name: Option<&str>) -> Result<bool> {
    let Some(name) = name else { return Ok(true) };
    let all = test_files(project, FOLDER)?;
    Ok(files_named(&all, name).is_empty() || !files_named(&files_for(all.clone(), engine), name).is_empty())
}

/// Runs the files whose name contains `name`, or else the tests whose sentence does, or all.
pub fn run(project: &Project, product: &Product, browser: &Browser, name: Option<&str>) -> Result<Counts> {
    let files = files_for(test_files(project, FOLDER)?, browser.engine);
    let runner = || {
        let mut runner = node_tests(project, &product.servers, browser);
        runner.env("CHATAIBOT_FAULTS", &product.faults).env("CHATAIBOT_YEW_HOST", &product.yew_host);
        runner
    };
    let mut tests = runner();
    let chosen = name.map(|name| files_named(&files, name)).unwrap_or_default();
    match name {
        // A part of a file's name selects the file; any other word is looked for in sentences.
        Some(_) if !chosen.is_empty() => count(tests.args(chosen)),
        Some(name) => count(tests.arg(format!("--test-name-pattern={}", literal_pattern(name))).args(&files)),
        None => flaky::count(tests.args(&files), |test, file| {
            // A test in another folder is run by one of these files: the runner gets all.
            let is_in_file = |path: &&PathBuf| file == Some(stem(path));
            let file_of_test: Vec<_> = files.iter().filter(is_in_file).collect();
            let chosen = if file_of_test.is_empty() { files.iter().collect() } else { file_of_test };
            count(runner().arg(name_filter(test)).args(chosen))
        }),
    }
}

/// Returns Node's test runner, with the programs that all tests of the product start.
pub fn node_tests(project: &Project, servers: &Servers, browser: &Browser) -> Command {
    let mut runner = project.command("node");
    runner
        // A file mostly waits; two at a time keep the cores busy.
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
        .env("CHATAIBOT_PROXY", &servers.proxy)
        .env("CHATAIBOT_SIMULATOR", &servers.simulator)
        .env("CHATAIBOT_DIST", project.dist());
    let Browser { engine, program, driver } = browser;
    runner.env("CHATAIBOT_BROWSER", engine.key());
    match engine {
        // Playwright controls it without a driver.
        Engine::Chromium => runner.env("CHROMIUM", program),
        Engine::Firefox => runner.env("FIREFOX", program).env("GECKODRIVER", driver),
        Engine::WebKit => runner.env("WEBKIT", program).env("WEBKIT_DRIVER", driver),
    };
    runner
}

fn files_named<'a>(files: &'a [PathBuf], name: &str) -> Vec<&'a PathBuf> {
    files.iter().filter(|file| stem(file).contains(name)).collect()
}

fn files_for(mut files: Vec<PathBuf>, engine: Engine) -> Vec<PathBuf> {
    if engine != Engine::Chromium {
        files.retain(|file| ALL_BROWSERS.split_whitespace().any(|name| name == stem(file)));
    }
    files
}

/// Returns `tabs` of `tests/e2e/tabs.test.mjs`.
pub fn stem(file: &Path) -> &str {
    files::stem(file, ENDING)
}

/// Returns the test files of a folder, sorted by name.
pub fn test_files(project: &Project, folder: &str) -> Result<Vec<PathBuf>> {
    files::in_folder(&project.root.join(folder), ENDING)
}

/// Returns the runner's argument for the test of exactly this name.
pub fn name_filter(test: &str) -> String {
    format!("--test-name-pattern=^{}$", literal_pattern(test))
}

/// Returns a regular expression that matches exactly `name`.
fn literal_pattern(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-');
    name.chars().flat_map(|c| [(!is_plain(c)).then_some('\\'), Some(c)]).flatten().collect()
}

/// Compiles and binds `examples/yew_host.rs`, the Yew app of a host page, with Yew's own marks.
fn yew_host(project: &Project) -> Result<PathBuf> {
    run_command(project.cargo().args(["build", "--example", "yew_host", "--target", WASM_TARGET]))?;
    let compiled = project.target.join(WASM_TARGET).join("debug/examples/yew_host.wasm");
    let folder = project.scratch()?.join("yew-host");
    bindgen(&compiled, "yew-host", &folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_as_it_stands() {
        assert_eq!(literal_pattern("two tabs (fast)?"), r"two tabs \(fast\)\?");
    }

    #[test]
    fn every_file_of_the_set_for_every_browser_is_there() {
        let project = Project::find().expect("the project");
        let files = test_files(&project, FOLDER).expect("the end-to-end tests");
        let everywhere = files_for(files, Engine::Firefox);
        let stems: Vec<&str> = everywhere.iter().map(|file| stem(file)).collect();
        assert_eq!(stems.join(" "), ALL_BROWSERS);
    }
}
