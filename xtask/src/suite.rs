//! `cargo xtask test`: every test of the project, counted over all runners.
//!
//! - [`tally`]: the counts, read from what the runners print
//! - [`unsteady`]: what becomes of a test in a browser that failed

mod tally;
mod unsteady;

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    command_line::{Flavour, Selection, Suite},
    dist,
    progress::step,
    project::{Project, WASM_TARGET, run as run_command},
    setup::{self, Browser},
    sizes,
};

pub use tally::Tally;

/// How long the tests of one file in Chromium may take together, in seconds; the first page load compiles a large debug WASM.
const BROWSER_PATIENCE: &str = "180";

/// Runs what was selected, prints the sum last, and fails when a test did.
pub fn run(project: &Project, selection: &Selection) -> Result<()> {
    let begin = Instant::now();
    let mut total = Tally::default();
    match selection {
        Selection::Everything => {
            for suite in [Suite::Native, Suite::Browser, Suite::EndToEnd] {
                total += run_suite(project, suite, None)?;
            }
            println!("\n━━ Sizes ━━");
            total += sizes::weigh(project)?;
        }
        Selection::Only(suite, name) => total += run_suite(project, *suite, name.as_deref())?,
    }
    println!("\nAll of it took {:.0} s.\n{total}", begin.elapsed().as_secs_f32());
    if total.failed > 0 {
        bail!("{} of {} tests failed", total.failed, total.passed + total.failed);
    }
    Ok(())
}

fn run_suite(project: &Project, suite: Suite, name: Option<&str>) -> Result<Tally> {
    let begin = Instant::now();
    let title = match suite {
        Suite::Native => "Native",
        Suite::Browser => "Components in Chromium",
        Suite::EndToEnd => "End to end",
    };
    println!("\n━━ {title} ━━");
    let tally = match suite {
        Suite::Native => native(project, name)?,
        Suite::Browser => browser(project, name)?,
        Suite::EndToEnd => end_to_end(project, name)?,
    };
    ensure!(
        tally.passed + tally.failed > 0,
        "{title}: no test ran{}",
        name.map_or(String::new(), |name| format!("; none is named {name:?}"))
    );
    println!("{title}: {tally}, in {:.0} s", begin.elapsed().as_secs_f32());
    Ok(tally)
}

fn native(project: &Project, name: Option<&str>) -> Result<Tally> {
    setup::redis_server()?;
    setup::signing_languages();
    // Apart from the rest, or cargo would join the features of both and build the automation's dependencies twice.
    let mut tally =
        count(project.cargo().args(["test", "--workspace", "--exclude", "xtask", "--no-fail-fast"]).args(name))?;
    // The same tests once more on the other store; those of several proxies have run on it already.
    let delivery =
        ["test", "--package", "chataibot-proxy", "--test", "delivery", "--test", "identity", "--no-fail-fast"];
    let on_redis = [["--skip", "several"].as_slice(), name.as_slice()].concat();
    tally += count(project.cargo().args(delivery).arg("--").args(on_redis).env("CHATAIBOT_TEST_STORE", "redis"))?;
    tally += count(project.cargo().args(["test", "--package", "xtask"]).args(name))?;
    Ok(tally)
}

fn browser(project: &Project, name: Option<&str>) -> Result<Tally> {
    setup::wasm_target(project)?;
    let browser = setup::browser()?;
    let capabilities = capabilities(project, &browser)?;
    let runner = env::current_exe().context("cannot find this program's own file")?;
    let runner = runner.to_str().context("this program's path is no text")?.to_owned();
    let mut tests = project.cargo();
    tests.args([
        "test",
        "--package",
        "chataibot-widget",
        "--target",
        WASM_TARGET,
        "--no-fail-fast",
        "--lib",
        "--tests",
    ]);
    tests
        // As in .cargo/config.toml, without asking cargo once more for each test file.
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", format!("{runner} test-runner"))
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities)
        .env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_PATIENCE)
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
    count(tests.args(name))
}

/// `webdriver.json` with the browser that was found.
fn capabilities(project: &Project, browser: &Browser) -> Result<PathBuf> {
    let text = fs::read_to_string(project.root.join("webdriver.json")).context("cannot read webdriver.json")?;
    let mut capabilities: serde_json::Value = serde_json::from_str(&text).context("webdriver.json is not JSON")?;
    capabilities["goog:chromeOptions"]["binary"] =
        browser.chromium.to_str().context("Chromium's path is no text")?.into();
    let path = project.scratch()?.join("webdriver.json");
    fs::write(&path, capabilities.to_string()).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn end_to_end(project: &Project, name: Option<&str>) -> Result<Tally> {
    dist::build(project, Flavour::default())?;
    let servers = step("Building proxy and simulator", || project.build_servers())?;
    let faults = step("Building the fault proxy", || project.build_faults())?;
    let browser = setup::browser()?;
    let yew_host = step("Building a host page that is a Yew app", || yew_host(project))?;

    let files = end_to_end_files(&project.root.join("tests/e2e"))?;
    let runner = || {
        let mut runner = project.command("node");
        // One file is mostly waiting; two at a time keep the cores busy.
        runner.args(["--test", "--test-reporter=spec", "--test-concurrency=2"]);
        runner
            .env("CHATAIBOT_PROXY", &servers.proxy)
            .env("CHATAIBOT_SIMULATOR", &servers.simulator)
            .env("CHATAIBOT_FAULTS", &faults)
            .env("CHATAIBOT_DIST", project.dist())
            .env("CHATAIBOT_YEW_HOST", &yew_host)
            .env("CHROMIUM", &browser.chromium);
        runner
    };
    let mut tests = runner();
    let named: Vec<_> = name
        .map(|name| {
            files
                .iter()
                .filter(|file| file.file_stem().is_some_and(|stem| stem.to_string_lossy().contains(name)))
                .collect()
        })
        .unwrap_or_default();
    match name {
        // A word from a file's name stands for the whole file; any other is looked for in the tests' sentences.
        Some(_) if !named.is_empty() => count(tests.args(named)),
        Some(name) => count(tests.arg(format!("--test-name-pattern={}", literal_pattern(name))).args(&files)),
        None => unsteady::count(tests.args(&files), |test| {
            let only = format!("--test-name-pattern=^{}$", literal_pattern(test));
            count(runner().arg(only).args(&files))
        }),
    }
}

fn end_to_end_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = file?.path();
        if path.to_str().is_some_and(|path| path.ends_with(".test.mjs")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// `name` as a regular expression that matches only itself.
fn literal_pattern(name: &str) -> String {
    name.chars().fold(String::new(), |mut pattern, c| {
        if !c.is_alphanumeric() && c != ' ' && c != '_' && c != '-' {
            pattern.push('\\');
        }
        pattern.push(c);
        pattern
    })
}

/// Compiles `examples/yew_host.rs`, a page's own Yew app, and binds it. Its marks keep Yew's own names.
fn yew_host(project: &Project) -> Result<PathBuf> {
    run_command(project.cargo().args(["build", "--example", "yew_host", "--target", WASM_TARGET]))?;
    let compiled = project.target.join(WASM_TARGET).join("debug/examples/yew_host.wasm");
    let folder = project.scratch()?.join("yew-host");
    let arguments = ["wasm-bindgen", "--target", "web", "--no-typescript", "--out-name", "yew-host", "--out-dir"];
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(
        arguments.iter().map(std::ffi::OsString::from).chain([folder.clone().into(), compiled.into()]),
    )
    .context("wasm-bindgen failed")?;
    Ok(folder)
}

/// Runs a test runner with its output shown, and counts. A runner that fails without naming a test counts as one failure.
fn count(command: &mut Command) -> Result<Tally> {
    count_and(command, |_| ())
}

/// The same, with a look at each line.
fn count_and(command: &mut Command, mut look: impl FnMut(&str)) -> Result<Tally> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    let output = child.stdout.take().context("the runner's standard output is piped")?;
    let mut tally = Tally::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.with_context(|| format!("cannot read what {name} prints"))?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        tally.read_line(&line);
        look(&line);
    }
    if !child.wait()?.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_fails_without_a_count_is_a_failure() {
        let tally = count(Command::new("sh").args(["-c", "echo error: cannot compile; exit 1"])).expect("it ran");
        assert_eq!((tally.passed, tally.failed), (0, 1));
    }

    #[test]
    fn a_name_is_looked_for_as_it_stands() {
        assert_eq!(literal_pattern("two tabs (fast)?"), r"two tabs \(fast\)\?");
    }
}
