//! `cargo xtask test reader`: what a screen reader says of the widget. Orca listens to a real browser that is used by keys
//! alone, as the walks of `tests/reader` tell.
//!
//! - [`walk`]: the form of a walk
//! - [`desktop`]: a display, a bus, the reader and a browser, all of them private
//! - [`heard`]: what was said, from the reader's own log
//! - [`harness`]: proxy, simulator and the page that embeds the widget
//! - [`perform`]: a walk, step by step, against what is heard

mod desktop;
mod harness;
mod heard;
mod perform;
mod walk;

use std::{
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use self::{desktop::Desktop, harness::Harness, perform::Verdict, walk::Walk};
use crate::{
    command_line::BundleTests,
    counts::Counts,
    dist,
    files::{create_folder, in_folder, read_text, stem},
    progress::step,
    project::{Project, Servers},
    setup::{self, Engine},
};

/// How many walks go on beside one another: most of a walk is waiting for what is said, or for nothing more to be said.
const LANES: usize = 2;
/// How often a reader is started that does not come up.
const STARTS: usize = 3;

/// Runs the walks whose name contains `name`, or all, in each browser that the reader can read.
pub fn run(project: &Project, tests: &BundleTests) -> Result<Counts> {
    let walks = walks(&project.root.join("tests/reader"), tests.name.as_deref())?;
    setup::screen_reader()?;
    let browsers = setup::readable_browsers()?;
    if !tests.built {
        dist::build(project, tests.profile)?;
    }
    let servers = step("Building proxy and simulator", || project.build_servers())?;
    let transcripts = project.target.join("reader");
    create_folder(&transcripts)?;
    let performances: Vec<_> =
        walks.iter().flat_map(|walk| browsers.iter().map(move |(engine, program)| (walk, *engine, program))).collect();
    let next = AtomicUsize::new(0);
    let counts = Mutex::new(Counts::default());
    let lane = || {
        while let Some((walk, engine, program)) = performances.get(next.fetch_add(1, Ordering::Relaxed)) {
            let begin = Instant::now();
            let transcript = transcripts.join(format!("{}-{}.txt", walk.name, engine.key()));
            let outcome = one(project, &servers, walk, *engine, program, &transcript);
            let title = format!("{} in {} ({:.0} s)", walk.name, engine.name(), begin.elapsed().as_secs_f32());
            // Whoever held it before has only counted.
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            tell(&title, outcome, &transcript, &mut counts);
        }
    };
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(lane);
        }
    });
    Ok(counts.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Prints how a walk went, in one piece, and counts it.
fn tell(title: &str, outcome: Result<Verdict>, transcript: &Path, counts: &mut Counts) {
    match outcome {
        Ok(verdict) => {
            for fault in &verdict.known_faults {
                println!("  known fault: {fault}");
            }
            if verdict.failures.is_empty() {
                println!("✔ {title}");
                counts.passed += 1;
            } else {
                println!("✖ {title}\n{}", verdict.failures.join("\n"));
                println!("  all of it: {}", transcript.display());
                counts.failed += 1;
            }
        }
        Err(error) => {
            println!("✖ {title}\n  {error:#}");
            counts.failed += 1;
        }
    }
}

/// One walk in one browser: everything is new, so that no walk hears of another.
fn one(
    project: &Project,
    servers: &Servers,
    walk: &Walk,
    engine: Engine,
    program: &Path,
    transcript: &Path,
) -> Result<Verdict> {
    let harness = Harness::set(project, servers, walk)?;
    let home = project.scratch()?.join("reader").join(format!("{}-{}", walk.name, engine.key()));
    let desktop = reading(&home, engine, program, &harness.address())?;
    perform::perform(walk, engine, &desktop, &harness, transcript)
}

/// A desktop whose reader reads the page. That one does not come up says nothing of the widget, so it may be tried again; nothing else may.
fn reading(home: &Path, engine: Engine, program: &Path, address: &str) -> Result<Desktop> {
    let start = || {
        let mut desktop = Desktop::start(home)?;
        desktop.browse(engine, program, address)?;
        desktop.wait_until_read(harness::HEARD)?;
        Ok(desktop)
    };
    for _ in 1..STARTS {
        match start() {
            Ok(desktop) => return Ok(desktop),
            Err::<_, anyhow::Error>(error) => println!("  once more: {error:#}"),
        }
    }
    start()
}

fn walks(folder: &Path, name: Option<&str>) -> Result<Vec<Walk>> {
    let mut walks = Vec::new();
    for path in in_folder(folder, ".walk")? {
        let stem = stem(&path, ".walk");
        if name.is_none_or(|name| stem.contains(name)) {
            walks.push(Walk::read(stem, &read_text(&path)?).with_context(|| format!("in {}", path.display()))?);
        }
    }
    ensure!(!walks.is_empty(), "no walk in {} is named so", folder.display());
    Ok(walks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_walk_of_the_project_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reader");
        assert!(!walks(&folder, None).expect("all of them").is_empty());
    }
}
