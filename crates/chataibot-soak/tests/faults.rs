//! Short form of `cargo xtask soak`: each quick fault alone on each hop, and some storms. `cargo
//! xtask soak --replay SEED` replays a storm that finds something.

use chataibot_faults::{Fault, Hop, catalogue};
use chataibot_soak::SetupError;
use chataibot_soak::run::{self, Outcome};
use tokio::task::{JoinSet, LocalSet};

/// Number of simultaneous runs: they mostly wait.
const MAX_CONCURRENT: usize = 20;

/// Runs all, and reports everything that any of them found.
fn run_all<T: 'static>(these: Vec<(String, T)>, run: impl AsyncFn(T) -> Result<Outcome, SetupError> + Copy + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    let findings = LocalSet::new().block_on(&runtime, async {
        let (mut lanes, mut findings) = (JoinSet::new(), Vec::new());
        let mut these = these.into_iter();
        loop {
            while lanes.len() < MAX_CONCURRENT {
                let Some((name, one)) = these.next() else { break };
                lanes.spawn_local(async move { (name, run(one).await) });
            }
            let Some(ended) = lanes.join_next().await else { return findings };
            let (name, outcome) = ended.expect("it ran");
            let outcome = outcome.expect("this machine is well");
            if !outcome.findings.is_empty() {
                findings.push(format!("{name}\n{}\n{}", outcome.story.join("\n"), outcome.findings.join("\n")));
            }
        }
    });
    assert!(findings.is_empty(), "{}", findings.join("\n\n"));
}

#[test]
fn each_fault_alone_loses_nothing_doubles_nothing_and_is_over_when_it_is_over() {
    let mut these: Vec<(String, (Hop, &'static Fault))> = Vec::new();
    // Each fault on its first hop only; `CHATAIBOT_FAULTS_EVERYWHERE=1` runs it on all.
    let everywhere = std::env::var_os("CHATAIBOT_FAULTS_EVERYWHERE").is_some();
    for hop in Hop::ALL {
        let quick = catalogue::of(hop).filter(|fault| !fault.slow && (everywhere || fault.hops[0] == hop));
        these.extend(quick.map(|fault| (format!("{} on {}", fault.name, hop.words()), (hop, fault))));
    }
    assert!(these.len() > 80);
    run_all(these, async |(hop, fault)| run::alone(hop, fault).await);
}

#[test]
fn storms_of_faults_lose_nothing_double_nothing_and_everybody_agrees_when_they_are_over() {
    let seeds = (1..=10).map(|seed| (format!("seed {seed}"), seed)).collect();
    run_all(seeds, async |seed| run::run(seed).await);
}
