//! Finds the browsers that were chosen for tests, with their drivers, and installs them if needed.

use std::{env, path::PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::{find_or_install, in_path, named_or_in_path};
use crate::progress::step;
use crate::project::{Project, run};

/// Chooses browsers, separated by commas. Without it: Chromium, and what else is available.
const CHOICE: &str = "CHATAIBOT_BROWSERS";
/// Version of Firefox's driver, a Rust program by Mozilla that Debian does not package.
const GECKODRIVER: &str = "0.37.1";
/// Folders and subfolders of WebKitGTK's own browser, which is not in the `PATH`.
const WEBKIT_FOLDERS: [&str; 4] =
    ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/libexec", "/usr/lib64"];
const WEBKIT_VERSIONS: [&str; 3] = ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The engine of Chrome, Edge, Opera and more: every test runs in it.
    Chromium,
    /// The engine of Firefox; the ESR is tested.
    Firefox,
    /// The engine of Safari; WebKitGTK is tested in its place.
    WebKit,
}

impl Engine {
    const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Returns its name in [`CHOICE`] and in the tests.
    pub fn key(self) -> String {
        self.name().to_lowercase()
    }

    /// Returns its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }
}

#[derive(Debug)]
pub struct Browser {
    pub engine: Engine,
    /// The browser; the environment's `CHROMIUM`, `FIREFOX` or `WEBKIT` comes first.
    pub program: PathBuf,
    /// Its driver; the environment's `CHROMEDRIVER`, `GECKODRIVER` or `WEBKIT_DRIVER` comes first.
    pub driver: PathBuf,
}

#[derive(Debug, Default)]
pub struct Browsers {
    pub found: Vec<Browser>,
    /// One line for each browser that was not found.
    pub missing: Vec<String>,
}

pub fn is_choice_set() -> bool {
    env::var_os(CHOICE).is_some_and(|choice| !choice.is_empty())
}

/// Finds the chosen browsers, and installs them if this process may.
pub fn browsers(project: &Project) -> Result<Browsers> {
    let choice = parse_choice(&env::var(CHOICE).unwrap_or_default())?;
    let mut browsers = Browsers::default();
    for engine in choice.as_deref().unwrap_or(&Engine::ALL) {
        match browser(project, *engine) {
            Ok(browser) => browsers.found.push(browser),
            Err(error) if choice.is_some() => return Err(error.context(format!("{CHOICE} requires it"))),
            Err(error) if *engine == Engine::Chromium => return Err(error),
            Err(error) => browsers.missing.push(format!("NOT TESTED in {}: {error:#}", engine.name())),
        }
    }
    for line in &browsers.missing {
        println!("{line}");
    }
    Ok(browsers)
}

/// Returns the chosen browsers, none of which may be missing; `None` if none was chosen.
fn parse_choice(chosen: &str) -> Result<Option<Vec<Engine>>> {
    if chosen.is_empty() {
        return Ok(None);
    }
    let mut engines = Vec::new();
    for name in chosen.split(',').map(str::trim) {
        let Some(engine) = Engine::ALL.into_iter().find(|engine| engine.key() == name) else {
            bail!("{CHOICE} accepts chromium, firefox and webkit, not {name:?}");
        };
        if !engines.contains(&engine) {
            engines.push(engine);
        }
    }
    Ok(Some(engines))
}

pub fn browser(project: &Project, engine: Engine) -> Result<Browser> {
    let (program, driver) = match engine {
        Engine::Chromium => chromium()?,
        Engine::Firefox => (firefox()?, geckodriver(project)?),
        Engine::WebKit => webkit()?,
    };
    Ok(Browser { engine, program, driver })
}

/// Returns the chosen browsers that a screen reader for Linux can read; keys control them.
pub fn readable_browsers() -> Result<Vec<(Engine, PathBuf)>> {
    let chosen = parse_choice(&env::var(CHOICE).unwrap_or_default())?;
    let mut engines = chosen.unwrap_or_else(|| vec![Engine::Firefox, Engine::Chromium]);
    engines.retain(|engine| *engine != Engine::WebKit);
    ensure!(!engines.is_empty(), "the screen reader works with firefox and chromium, and {CHOICE} names neither");
    let program = |engine: Engine| match engine {
        Engine::Firefox => firefox(),
        Engine::Chromium | Engine::WebKit => chromium().map(|(program, _)| program),
    };
    engines.into_iter().map(|engine| Ok((engine, program(engine)?))).collect()
}

fn chromium() -> Result<(PathBuf, PathBuf)> {
    let programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let find = || {
        let driver = named_or_in_path("CHROMEDRIVER", &["chromedriver", "chromium.chromedriver"])?;
        Ok(named_or_in_path("CHROMIUM", &programs)?.zip(driver))
    };
    let wanted = "Chromium and ChromeDriver (on Debian: apt-get install chromium chromium-driver)";
    find_or_install(find, &["chromium", "chromium-driver"], wanted)
}

fn firefox() -> Result<PathBuf> {
    let find = || named_or_in_path("FIREFOX", &["firefox-esr", "firefox"]);
    find_or_install(find, &["firefox-esr"], "Firefox (on Debian: apt-get install firefox-esr)")
}

/// Finds geckodriver, or installs it into the target directory, so that no `PATH` changes.
fn geckodriver(project: &Project) -> Result<PathBuf> {
    if let Some(driver) = named_or_in_path("GECKODRIVER", &["geckodriver"])? {
        return Ok(driver);
    }
    let folder = project.target.join("tools");
    let installed = folder.join("bin").join(format!("geckodriver{}", env::consts::EXE_SUFFIX));
    if !installed.is_file() {
        step("Installing geckodriver", || {
            // Unoptimised, it is built in half the time and fast enough.
            let install = ["install", "geckodriver", "--locked", "--debug", "--quiet", "--version", GECKODRIVER];
            run(project.cargo().args(install).arg("--root").arg(&folder))
        })
        .context("please install geckodriver")?;
    }
    Ok(installed)
}

fn webkit() -> Result<(PathBuf, PathBuf)> {
    let find = || {
        let program = named_or_in_path("WEBKIT", &["MiniBrowser"])?.or_else(mini_browser);
        let driver = named_or_in_path("WEBKIT_DRIVER", &["WebKitWebDriver"])?;
        Ok(program.zip(driver).filter(|_| in_path("xvfb-run").is_some() && in_path("xauth").is_some()))
    };
    let wanted =
        "WebKitGTK's MiniBrowser, its driver and a display (on Debian: apt-get install webkit2gtk-driver xvfb xauth)";
    find_or_install(find, &["webkit2gtk-driver", "xvfb", "xauth"], wanted)
}

fn mini_browser() -> Option<PathBuf> {
    let programs = |folder| WEBKIT_VERSIONS.map(|version| PathBuf::from(format!("{folder}/{version}/MiniBrowser")));
    WEBKIT_FOLDERS.into_iter().flat_map(programs).find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_chosen_by_name_in_the_order_that_is_wished() {
        assert_eq!(parse_choice("").ok(), Some(None));
        let these = vec![Engine::WebKit, Engine::Chromium];
        assert_eq!(parse_choice("webkit, chromium,webkit").ok(), Some(Some(these)));
    }

    #[test]
    fn a_browser_that_nobody_knows_is_an_error() {
        let error = parse_choice("chromium,safari").expect_err("it is none").to_string();
        assert!(error.contains("\"safari\""), "{error}");
    }
}
