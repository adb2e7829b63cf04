//! `cargo xtask test`: every test of the project, counted over all runners.
//!
//! - [`components`]: the widget's own, in a browser
//! - [`end_to_end`]: the whole product, in a browser
//! - [`reader`]: what a screen reader says, apart from the rest
//! - [`counts`]: the counts, read from what the runners print
//! - [`flaky`]: what becomes of a test in a browser that failed

mod components;
mod counts;
mod end_to_end;
mod flaky;
mod reader;

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    command_line::{Bundle, Selection, Suite},
    project::Project,
    setup::{self, Browser, Browsers, Engine},
    sizes,
};

pub use counts::Counts;

/// Runs what was selected, prints the sum last, and fails when a test did.
pub fn run(project: &Project, selection: &Selection) -> Result<()> {
    let begin = Instant::now();
    let mut total = Counts::default();
    let mut browsers = Browsers::default();
    match selection {
        Selection::Everything => {
            total += run_suite("Native", None, || native(project, None))?;
            browsers = setup::browsers(project)?;
            total += in_browsers(project, &browsers, Suite::Browser, None, Bundle::default())?;
            total += in_browsers(project, &browsers, Suite::EndToEnd, None, Bundle::default())?;
            println!("\n━━ Sizes ━━");
            total += sizes::weigh(project)?;
        }
        Selection::Only(Suite::Native, name, _) => {
            let name = name.as_deref();
            total += run_suite("Native", name, || native(project, name))?;
        }
        Selection::Only(Suite::Reader, name, bundle) => {
            let name = name.as_deref();
            total += run_suite("Screen reader", name, || reader::run(project, name, *bundle))?;
        }
        Selection::Only(suite, name, bundle) => {
            browsers = wanted(project, name.as_deref())?;
            total += in_browsers(project, &browsers, *suite, name.as_deref(), *bundle)?;
        }
    }
    println!("\nAll of it took {:.0} s.", begin.elapsed().as_secs_f32());
    for line in &browsers.missing {
        println!("{line}");
    }
    println!("{total}");
    if total.failed > 0 {
        bail!("{} of {} tests failed", total.failed, total.passed + total.failed);
    }
    Ok(())
}

/// Whoever wants one test wants it soon: it runs in Chromium alone, unless browsers are chosen.
fn wanted(project: &Project, name: Option<&str>) -> Result<Browsers> {
    if name.is_none() || setup::is_chosen() {
        return setup::browsers(project);
    }
    Ok(Browsers { found: vec![setup::browser(project, Engine::Chromium)?], missing: Vec::new() })
}

/// A suite in each browser.
fn in_browsers(
    project: &Project,
    browsers: &Browsers,
    suite: Suite,
    name: Option<&str>,
    bundle: Bundle,
) -> Result<Counts> {
    let of_all = || match suite {
        Suite::EndToEnd => end_to_end::Product::build(project, bundle).map(Some),
        Suite::Native | Suite::Browser | Suite::Reader => Ok(None),
    };
    let product = of_all()?;
    let run_in = |browser: &Browser| match &product {
        Some(product) => end_to_end::run(project, product, browser, name),
        None => components::run(project, browser, name),
    };
    let what = if product.is_some() { "End to end" } else { "Components" };
    let mut total = Counts::default();
    for browser in &browsers.found {
        let title = format!("{what} in {}", browser.engine.name());
        if product.is_some() && !end_to_end::has_any(project, browser.engine, name)? {
            println!("\n{title}: nothing that is named so is of the set for every browser");
            continue;
        }
        total += run_suite(&title, name, || run_in(browser))?;
    }
    Ok(total)
}

fn run_suite(title: &str, name: Option<&str>, run: impl FnOnce() -> Result<Counts>) -> Result<Counts> {
    let begin = Instant::now();
    println!("\n━━ {title} ━━");
    let counts = run()?;
    ensure!(
        counts.passed + counts.failed > 0,
        "{title}: no test ran{}",
        name.map_or(String::new(), |name| format!("; none is named {name:?}"))
    );
    println!("{title}: {counts}, in {:.0} s", begin.elapsed().as_secs_f32());
    Ok(counts)
}

fn native(project: &Project, name: Option<&str>) -> Result<Counts> {
    setup::redis_server()?;
    setup::signing_languages();
    // Apart from the rest, or cargo would join the features of both and build the automation's dependencies twice.
    let mut counts =
        count(project.cargo().args(["test", "--workspace", "--exclude", "xtask", "--no-fail-fast"]).args(name))?;
    // The same tests once more on the other store; those of several proxies have run on it already.
    let delivery =
        ["test", "--package", "chataibot-proxy", "--test", "delivery", "--test", "identity", "--no-fail-fast"];
    let on_redis = [["--skip", "several"].as_slice(), name.as_slice()].concat();
    counts += count(project.cargo().args(delivery).arg("--").args(on_redis).env("CHATAIBOT_TEST_STORE", "redis"))?;
    counts += count(project.cargo().args(["test", "--package", "xtask"]).args(name))?;
    Ok(counts)
}

/// Runs a test runner with its output shown, and counts. A runner that fails without naming a test counts as one failure.
fn count(command: &mut Command) -> Result<Counts> {
    count_and(command, |_| ())
}

/// The same, with a look at each line.
fn count_and(command: &mut Command, mut look: impl FnMut(&str)) -> Result<Counts> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    let output = child.stdout.take().context("the runner's standard output is piped")?;
    let mut counts = Counts::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.with_context(|| format!("cannot read what {name} prints"))?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        counts.read_line(&line);
        look(&line);
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
