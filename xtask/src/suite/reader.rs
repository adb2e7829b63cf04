//! `cargo xtask test reader`: checks what a screen reader says about the widget. Orca reads a real
//! browser that is controlled by keys alone, as scripted by the walks of `tests/reader`.
//!
//! - [`walk`]: the format of a walk
//! - [`desktop`]: a private display, bus, screen reader and browser
//! - [`heard`]: what was said, from the reader's own log
//! - [`harness`]: proxy, simulator and the page that embeds the widget
//! - [`perform`]: performs a walk step by step and checks what is heard

mod desktop;
mod harness;
mod heard;
mod perform;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{iter, panic, thread};

use anyhow::{Context, Result, ensure};

use self::desktop::Desktop;
use self::harness::Harness;
use self::perform::{Stage, Verdict};
use self::walk::Walk;
use super::flaky;
use crate::command_line::BundleTests;
use crate::counts::Counts;
use crate::dist;
use crate::files::{create_folder, in_folder, read_text, stem};
use crate::progress::step;
use crate::project::{Project, Servers};
use crate::setup::{self, Browser, Engine};

/// Walks that every run of all tests includes, in Chromium; all of them take many minutes.
const ALWAYS: [&str; 2] = ["first-visit", "replies"];
/// Number of walks that run at once: most of a walk is waiting for speech, or for its end.
const CONCURRENCY: usize = 2;
/// Number of attempts to start a reader that does not come up.
const START_ATTEMPTS: usize = 3;

/// Runs the walks whose name contains `name`, or all, in each browser that the reader can read.
pub fn run(project: &Project, tests: &BundleTests) -> Result<Counts> {
    let walks = walks(project, |stem| tests.name.as_deref().is_none_or(|name| stem.contains(name)))?;
    setup::ensure_screen_reader()?;
    let browsers = setup::readable_browsers()?;
    if !tests.built {
        dist::build(project, tests.profile)?;
    }
    let in_browsers = |walk| browsers.iter().map(move |(engine, program)| Case { walk, engine: *engine, program });
    let cases: Vec<_> = walks.iter().flat_map(in_browsers).collect();
    let failed = Runner::build(project)?.run_all(&cases);
    Ok(counts(&cases, &failed))
}

/// Runs the walks of [`ALWAYS`] on the bundle in `dist/`; flaky is one that then passes alone.
pub fn run_some(project: &Project, chromium: &Browser) -> Result<Counts> {
    let walks = walks(project, |stem| ALWAYS.contains(&stem))?;
    let case = |walk| Case { walk, engine: chromium.engine, program: &chromium.program };
    let cases: Vec<_> = walks.iter().map(case).collect();
    let runner = Runner::build(project)?;
    let failed = runner.run_all(&cases);
    let mut counts = counts(&cases, &failed);
    for case in failed {
        flaky::retry_alone(&mut counts, &case.title(), || Ok(runner.run_one(case)))?;
    }
    Ok(counts)
}

fn counts(cases: &[Case], failed: &[&Case]) -> Counts {
    Counts { passed: cases.len() - failed.len(), failed: failed.len(), ..Counts::default() }
}

/// A walk in one browser.
struct Case<'a> {
    walk: &'a Walk,
    engine: Engine,
    program: &'a Path,
}

impl Case<'_> {
    fn title(&self) -> String {
        format!("{} in {}", self.walk.name, self.engine.name())
    }

    fn key(&self) -> String {
        format!("{}-{}", self.walk.name, self.engine.key())
    }
}

/// What all walks share.
struct Runner<'a> {
    project: &'a Project,
    servers: Servers,
    transcripts: PathBuf,
}

impl<'a> Runner<'a> {
    fn build(project: &'a Project) -> Result<Self> {
        let servers = step("Building proxy and simulator", || project.build_servers())?;
        let transcripts = project.target.join("reader");
        create_folder(&transcripts)?;
        Ok(Self { project, servers, transcripts })
    }

    /// Runs the cases in turn, a few at a time, and returns those that failed.
    fn run_all<'p>(&self, cases: &'p [Case<'p>]) -> Vec<&'p Case<'p>> {
        let next = AtomicUsize::new(0);
        let worker = || {
            let cases = iter::from_fn(|| cases.get(next.fetch_add(1, Ordering::Relaxed)));
            cases.filter(|case| !self.run_one(case)).collect::<Vec<_>>()
        };
        thread::scope(|scope| {
            let workers = [(); CONCURRENCY].map(|()| scope.spawn(worker));
            let failed = workers.map(|worker| worker.join().unwrap_or_else(|cause| panic::resume_unwind(cause)));
            failed.concat()
        })
    }

    /// Runs a walk, prints the result in one piece, and returns whether it passed.
    fn run_one(&self, case: &Case) -> bool {
        let begin = Instant::now();
        let transcript = self.transcripts.join(format!("{}.txt", case.key()));
        let outcome = self.perform_walk(case, &transcript);
        let title = format!("{} ({:.0} s)", case.title(), begin.elapsed().as_secs_f32());
        let (is_passed, report) = match outcome {
            Ok(Verdict { failures, known_faults }) => {
                let known: String = known_faults.iter().map(|fault| format!("  known fault: {fault}\n")).collect();
                if failures.is_empty() {
                    (true, format!("{known}✔ {title}"))
                } else {
                    let failures = failures.join("\n");
                    (false, format!("{known}✖ {title}\n{failures}\n  full transcript: {}", transcript.display()))
                }
            }
            Err(error) => (false, format!("✖ {title}\n  {error:#}")),
        };
        println!("{report}");
        is_passed
    }

    /// Performs a walk with everything newly started, so that it hears nothing of another.
    fn perform_walk(&self, case: &Case, transcript: &Path) -> Result<Verdict> {
        let Case { walk, engine, program } = *case;
        let harness = Harness::start(self.project, &self.servers, walk)?;
        let home = self.project.scratch()?.join("reader").join(case.key());
        let desktop = start_desktop(&home, engine, program, &harness.address)?;
        perform::perform(walk, &Stage { engine, desktop, harness }, transcript)
    }
}

/// Starts a desktop whose reader reads the page. Only this may be tried again: a failed start says
/// nothing about the widget.
fn start_desktop(home: &Path, engine: Engine, program: &Path, address: &str) -> Result<Desktop> {
    let start = || {
        let mut desktop = Desktop::start(home)?;
        desktop.open_browser(engine, program, address)?;
        desktop.wait_until_read(harness::PAGE_UTTERANCES)?;
        Ok(desktop)
    };
    for _ in 1..START_ATTEMPTS {
        match start() {
            Ok(desktop) => return Ok(desktop),
            Err::<_, anyhow::Error>(error) => println!("  starting the reader again: {error:#}"),
        }
    }
    start()
}

fn walks(project: &Project, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Walk>> {
    let mut walks = Vec::new();
    for path in in_folder(&project.root.join("tests/reader"), ".walk")? {
        let stem = stem(&path, ".walk");
        if is_wanted(stem) {
            walks.push(Walk::read(stem, &read_text(&path)?).with_context(|| format!("in {}", path.display()))?);
        }
    }
    ensure!(!walks.is_empty(), "no walk has this name");
    Ok(walks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_walk_of_the_project_can_be_read_and_those_of_every_run_are_there() {
        let project = Project::find().expect("the project");
        let all = walks(&project, |_| true).expect("all of them");
        let always: Vec<_> = all.iter().map(|walk| walk.name.as_str()).filter(|name| ALWAYS.contains(name)).collect();
        assert_eq!(always, ALWAYS);
    }
}
