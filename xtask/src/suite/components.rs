//! The widget's own tests in a browser: components, session, configuration, each file as one page.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::count;
use crate::counts::Counts;
use crate::files::{read_text, write};
use crate::project::{Project, WASM_TARGET};
use crate::setup::{self, Browser, Engine};

/// Time limit for one file, in seconds; the first page load compiles a large debug WASM.
const FILE_TIMEOUT: &str = "600";
/// Variables that the test runner reads, in this order: only the intended one may be set.
const DRIVERS: [&str; 4] = ["GECKODRIVER", "SAFARIDRIVER", "CHROMEDRIVER", "MSEDGEDRIVER"];

/// Tests that a browser cannot pass, and why.
const UNSUPPORTED: [(Engine, &str, &str); 3] = [
    (Engine::WebKit, "list::ten_thousand_messages_cost_no_more_than_two_hundred", SLOW),
    (Engine::WebKit, "list::earlier_messages_come_on_top_and_move_nothing", ESTIMATED),
    (Engine::Firefox, "list::earlier_messages_come_on_top_and_move_nothing", ESTIMATED),
];
const SLOW: &str = "without optimisation it is too slow there for so many rows";
const ESTIMATED: &str = "rows above move the list when they get their final height; only Chromium compensates for that";

/// Runs the tests whose name contains `name`, or all.
pub fn run(project: &Project, runner: &Path, browser: &Browser, name: Option<&str>) -> Result<Counts> {
    setup::ensure_wasm_target(project)?;
    let capabilities = capabilities(project, browser)?;
    let (mut tests, driver) = match browser.engine {
        Engine::Chromium => (project.cargo(), "CHROMEDRIVER"),
        Engine::Firefox => (project.cargo(), "GECKODRIVER"),
        Engine::WebKit => (with_display(&project.cargo()), "SAFARIDRIVER"),
    };
    tests.args(["test", "--package", "chataibot-widget", "--target", WASM_TARGET]);
    tests.args(["--no-fail-fast", "--lib", "--tests"]);
    for other in DRIVERS {
        tests.env_remove(other).env_remove(format!("{other}_REMOTE"));
    }
    tests
        .env(driver, &browser.driver)
        // As in .cargo/config.toml, without asking cargo again for each test file.
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities)
        .env("WASM_BINDGEN_TEST_TIMEOUT", FILE_TIMEOUT)
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
    tests.args(name).arg("--");
    let mut counts = Counts::default();
    for (engine, test, why) in UNSUPPORTED {
        if engine == browser.engine && name.is_none_or(|name| test.contains(name)) {
            println!("skipped in {}: {test}: {why}", engine.name());
            tests.args(["--skip", test]);
            counts.skipped += 1;
        }
    }
    counts += count(&mut tests)?;
    Ok(counts)
}

/// Returns the same command with a display of its own.
fn with_display(command: &Command) -> Command {
    let mut wrapped = Command::new("xvfb-run");
    wrapped.args(["-a", "-s", "-screen 0 1400x1000x24"]).arg(command.get_program());
    command.get_current_dir().map(|folder| wrapped.current_dir(folder));
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(key, value),
            None => wrapped.env_remove(key),
        };
    }
    wrapped
}

/// Writes the driver's capabilities for the browser. WebKit's driver knows its own browser.
fn capabilities(project: &Project, browser: &Browser) -> Result<PathBuf> {
    let program = browser.program.to_str().context("the browser's path is not UTF-8")?;
    let capabilities = match browser.engine {
        Engine::Chromium => {
            let shared = read_text(&project.root.join("webdriver.json"))?;
            let mut capabilities: Value = serde_json::from_str(&shared).context("webdriver.json is not JSON")?;
            capabilities["goog:chromeOptions"]["binary"] = program.into();
            capabilities
        }
        // The runner adds the headless mode.
        Engine::Firefox => json!({ "moz:firefoxOptions": { "binary": program } }),
        Engine::WebKit => json!({}),
    };
    let path = project.scratch()?.join(format!("webdriver-{}.json", browser.engine.key()));
    write(&path, capabilities.to_string())?;
    Ok(path)
}
