//! `chataibot-soak --seeds N --minutes M --from SEED --replay SEED`: runs storms of faults, one
//! seed after the other, until one finds a violation.

use std::{
    collections::BTreeSet,
    process::ExitCode,
    time::{Duration, Instant},
};

use chataibot_soak::{SetupError, run};
use tokio::task::{JoinSet, LocalSet};

/// Number of seeds that run concurrently: they mostly wait.
const LANES: usize = 6;

struct Wishes {
    first: u64,
    seeds: u64,
    time: Duration,
    replay: bool,
}

fn main() -> ExitCode {
    let wishes = match wishes() {
        Ok(wishes) => wishes,
        Err(what) => {
            eprintln!("{what}");
            return ExitCode::FAILURE;
        }
    };
    match soak(&wishes) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("this machine, not the product: {trouble}");
            ExitCode::FAILURE
        }
    }
}

fn wishes() -> Result<Wishes, String> {
    let mut wishes = Wishes { first: 1, seeds: 100, time: Duration::from_secs(600), replay: false };
    let words: Vec<String> = std::env::args().skip(1).collect();
    for two in words.chunks(2) {
        let [name, value] = two else { return Err(format!("{} wants a number", two[0])) };
        let value: u64 = value.parse().map_err(|_| format!("{name}: {value:?} is no number"))?;
        match name.as_str() {
            "--seeds" => wishes.seeds = value,
            "--minutes" => wishes.time = Duration::from_secs(60 * value),
            "--from" => wishes.first = value,
            "--replay" => wishes = Wishes { first: value, seeds: 1, replay: true, ..wishes },
            unknown => return Err(format!("--seeds, --minutes, --from or --replay, not {unknown:?}")),
        }
    }
    Ok(wishes)
}

/// Returns whether no violation was found.
fn soak(wishes: &Wishes) -> Result<bool, SetupError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let began = Instant::now();
        let mut lanes = JoinSet::new();
        let mut seeds = wishes.first..wishes.first.saturating_add(wishes.seeds);
        let (mut done, mut bad, mut faults, mut messages) = (0, Vec::new(), 0, 0);
        let mut names = BTreeSet::new();
        loop {
            while lanes.len() < LANES && began.elapsed() < wishes.time && bad.is_empty() {
                let Some(seed) = seeds.next() else { break };
                lanes.spawn_local(run::run(seed));
            }
            let Some(ended) = lanes.join_next().await else { break };
            let outcome = ended??;
            done += 1;
            faults += outcome.faults;
            messages += outcome.messages;
            names.extend(outcome.names);
            if wishes.replay || !outcome.findings.is_empty() {
                outcome.story.iter().for_each(|line| println!("  {line}"));
            }
            if !outcome.findings.is_empty() {
                println!("VIOLATION in seed {}; again by: cargo xtask soak --replay {}", outcome.seed, outcome.seed);
                outcome.findings.iter().for_each(|what| println!("  {what}"));
                bad.push(outcome.seed);
            }
        }
        println!(
            "{done} seeds, {messages} messages, {faults} connections with a fault of {} kinds, {} violations, in {:.0} s",
            names.len(),
            bad.len(),
            began.elapsed().as_secs_f32()
        );
        Ok(bad.is_empty())
    })
}
