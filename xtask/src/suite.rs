//! `cargo xtask test`: runs every test of the project, and counts over all runners.
//!
//! - [`components`]: the widget's own tests, in a browser
//! - [`end_to_end`]: the whole product, in a browser
//! - [`examples`]: each way of putting it on a page, from the package
//! - [`reader`]: what a screen reader says, if one is available
//! - [`flaky`]: retries of failed browser tests

mod components;
mod end_to_end;
mod examples;
mod flaky;
mod reader;

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use self::end_to_end::Product;
use crate::command_line::{BundleTests, Suite};
use crate::counts::Counts;
use crate::progress::both;
use crate::project::{Project, read_output, workspace};
use crate::setup::{self, Browser, Browsers, Engine};
use crate::sizes;

/// Chooses walks: `all`, a part of their names, or `none`. Without it: a few, if there is a reader.
const READER: &str = "CHATAIBOT_READER";

/// Runs one suite or all of them, prints the sum last, and fails if a test failed.
pub fn run(project: &mut Project, suite: Option<&Suite>) -> Result<()> {
    let begin = Instant::now();
    let mut total = Counts::default();
    let mut browsers = Browsers::default();
    match suite {
        None => {
            total += run_suite("Native", None, || run_native(project, None))?;
            project.tests_are_built = true;
            browsers = setup::browsers(project)?;
            // In parallel, as browser tests and a compiler's last step keep one core busy each.
            let tests = BundleTests::default();
            let (product, counts) = both(|| Product::build(project, &tests), || components(project, &browsers, None))?;
            total += counts;
            total += end_to_end(project, &product, &browsers, None)?;
            let chromium = setup::browser(project, Engine::Chromium)?;
            total += run_suite("Examples", None, || examples::run_some(project, &chromium))?;
            total += run_screen_reader(project, &chromium, &mut browsers.missing)?;
            println!("\n━━ Sizes ━━");
            total += sizes::weigh(project)?;
        }
        Some(Suite::Native { name }) => {
            total += run_suite("Native", name.as_deref(), || run_native(project, name.as_deref()))?;
        }
        Some(Suite::Browser { name }) => {
            browsers = browsers_for(project, name.as_deref())?;
            total += components(project, &browsers, name.as_deref())?;
        }
        Some(Suite::EndToEnd(tests)) => {
            browsers = browsers_for(project, tests.name.as_deref())?;
            let product = Product::build(project, tests)?;
            total += end_to_end(project, &product, &browsers, tests.name.as_deref())?;
        }
        Some(Suite::Reader(tests)) => {
            total += run_suite("Screen reader", tests.name.as_deref(), || reader::run(project, tests))?;
        }
        Some(Suite::Examples(tests)) => {
            let chromium = setup::browser(project, Engine::Chromium)?;
            total += run_suite("Examples", tests.name.as_deref(), || examples::run(project, &chromium, tests))?;
        }
    }
    println!("\nTotal time: {:.0} s.", begin.elapsed().as_secs_f32());
    for line in &browsers.missing {
        println!("{line}");
    }
    println!("{total}");
    ensure!(total.failed == 0, "{} of {} tests failed", total.failed, total.passed + total.failed);
    Ok(())
}

/// A test run by name should be quick: it runs in Chromium alone, unless browsers are chosen.
fn browsers_for(project: &Project, name: Option<&str>) -> Result<Browsers> {
    if name.is_none() || setup::is_choice_set() {
        return setup::browsers(project);
    }
    Ok(Browsers { found: vec![setup::browser(project, Engine::Chromium)?], missing: Vec::new() })
}

fn components(project: &Project, browsers: &Browsers, name: Option<&str>) -> Result<Counts> {
    let [runner] = project.build(["chataibot-test-runner"])?;
    let mut total = Counts::default();
    for browser in &browsers.found {
        let title = format!("Components in {}", browser.engine.name());
        total += run_suite(&title, name, || components::run(project, &runner, browser, name))?;
    }
    Ok(total)
}

fn end_to_end(project: &Project, product: &Product, browsers: &Browsers, name: Option<&str>) -> Result<Counts> {
    let mut total = Counts::default();
    for browser in &browsers.found {
        let title = format!("End to end in {}", browser.engine.name());
        if end_to_end::has_any(project, browser.engine, name)? {
            total += run_suite(&title, name, || end_to_end::run(project, product, browser, name))?;
        } else {
            println!("\n{title}: no test with this name is in the selection for every browser");
        }
    }
    Ok(total)
}

/// Runs the walks of [`READER`]; without it a few, or a line that there is no screen reader.
fn run_screen_reader(project: &Project, chromium: &Browser, missing: &mut Vec<String>) -> Result<Counts> {
    match env::var(READER).unwrap_or_default().as_str() {
        "none" => Ok(Counts::default()),
        "" => match setup::ensure_screen_reader() {
            Ok(()) => run_suite("Screen reader", None, || reader::run_some(project, chromium)),
            Err(error) => {
                missing.push(format!("NOT TESTED with a screen reader: {error:#}"));
                Ok(Counts::default())
            }
        },
        choice => {
            let name = Some(choice).filter(|choice| *choice != "all");
            // The bundle has been built by then.
            let tests = BundleTests { name: name.map(str::to_owned), built: true, ..BundleTests::default() };
            run_suite("Screen reader", name, || reader::run(project, &tests))
        }
    }
}

fn run_suite(title: &str, name: Option<&str>, run: impl FnOnce() -> Result<Counts>) -> Result<Counts> {
    let begin = Instant::now();
    println!("\n━━ {title} ━━");
    let counts = run()?;
    let reason = name.map_or(String::new(), |name| format!("; no name contains {name:?}"));
    ensure!(counts.passed + counts.failed > 0, "{title}: no test ran{reason}");
    println!("{title}: {counts}, in {:.0} s", begin.elapsed().as_secs_f32());
    Ok(counts)
}

fn run_native(project: &Project, name: Option<&str>) -> Result<Counts> {
    setup::ensure_redis_server()?;
    setup::ensure_signing_languages();
    let mut counts = count(project.cargo().args(["test", "--no-fail-fast"]).args(workspace()).args(name))?;
    // Some of them run again on the other store; those with several proxies have used it already.
    for program in test_programs(project, &["delivery", "host_jwt"])? {
        let mut tests = Command::new(program);
        tests.current_dir(project.root.join("crates/chataibot-proxy")).args(["--skip", "several"]).args(name);
        counts += count(tests.env("CHATAIBOT_TEST_STORE", "redis"))?;
    }
    let separate = ["test", "--package", "xtask", "--package", "chataibot-code-split"];
    counts += count(project.cargo().args(separate).args(name))?;
    Ok(counts)
}

/// Returns the programs of the integration tests with these names, as built with the workspace's
/// tests. Cargo would rebuild them for a smaller selection, whose dependencies have fewer features.
fn test_programs(project: &Project, names: &[&str]) -> Result<Vec<String>> {
    let build = ["test", "--no-run", "--quiet", "--message-format=json"];
    let messages = read_output(project.cargo().args(build).args(workspace()))?;
    let programs: Vec<String> = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["kind"][0] == "test")
        .filter(|message| names.iter().any(|name| message["target"]["name"] == *name))
        .filter_map(|message| message["executable"].as_str().map(str::to_owned))
        .collect();
    ensure!(programs.len() == names.len(), "cargo built {programs:?} for the tests {names:?}");
    Ok(programs)
}

/// Runs a test runner and counts its tests; a failure without a failed test counts as one.
fn count(command: &mut Command) -> Result<Counts> {
    run_and_count_with(command, |_| ())
}

/// Like [`count`], and passes each line to `on_line`.
fn run_and_count_with(command: &mut Command, mut on_line: impl FnMut(&str)) -> Result<Counts> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    let output = child.stdout.take().context("the runner's standard output is piped")?;
    let mut counts = Counts::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.with_context(|| format!("cannot read what {name} prints"))?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        counts.read_line(&line);
        on_line(&line);
    }
    if !child.wait()?.success() && counts.failed == 0 {
        counts.failed = 1;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_fails_without_a_count_is_a_failure() {
        let counts = count(Command::new("sh").args(["-c", "echo error: cannot compile; exit 1"])).expect("it ran");
        assert_eq!((counts.passed, counts.failed), (0, 1));
    }
}
