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
const MAX_CONCURRENT: usize = 6;

struct Options {
    first_seed: u64,
    seed_count: u64,
    time_limit: Duration,
    replay: bool,
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    match soak(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("this machine, not the product: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut options = Options { first_seed: 1, seed_count: 100, time_limit: Duration::from_secs(600), replay: false };
    let words: Vec<String> = std::env::args().skip(1).collect();
    for pair in words.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} wants a number", pair[0])) };
        let value: u64 = value.parse().map_err(|_| format!("{name}: {value:?} is no number"))?;
        match name.as_str() {
            "--seeds" => options.seed_count = value,
            "--minutes" => options.time_limit = Duration::from_secs(60 * value),
            "--from" => options.first_seed = value,
            "--replay" => options = Options { first_seed: value, seed_count: 1, replay: true, ..options },
            unknown => return Err(format!("--seeds, --minutes, --from or --replay, not {unknown:?}")),
        }
    }
    Ok(options)
}

/// Returns whether no violation was found.
fn soak(options: &Options) -> Result<bool, SetupError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let started = Instant::now();
        let mut runs = JoinSet::new();
        let mut seeds = options.first_seed..options.first_seed.saturating_add(options.seed_count);
        let (mut done, mut failed_seeds, mut faults, mut messages) = (0, Vec::new(), 0, 0);
        let mut fault_names = BTreeSet::new();
        loop {
            while runs.len() < MAX_CONCURRENT && started.elapsed() < options.time_limit && failed_seeds.is_empty() {
                let Some(seed) = seeds.next() else { break };
                runs.spawn_local(run::run(seed));
            }
            let Some(result) = runs.join_next().await else { break };
            let outcome = result??;
            done += 1;
            faults += outcome.faults;
            messages += outcome.messages;
            fault_names.extend(outcome.names);
            if options.replay || !outcome.findings.is_empty() {
                outcome.story.iter().for_each(|line| println!("  {line}"));
            }
            if !outcome.findings.is_empty() {
                println!("VIOLATION in seed {}; again by: cargo xtask soak --replay {}", outcome.seed, outcome.seed);
                outcome.findings.iter().for_each(|what| println!("  {what}"));
                failed_seeds.push(outcome.seed);
            }
        }
        println!(
            "{done} seeds, {messages} messages, {faults} connections with a fault of {} kinds, {} violations, in {:.0} s",
            fault_names.len(),
            failed_seeds.len(),
            started.elapsed().as_secs_f32()
        );
        Ok(failed_seeds.is_empty())
    })
}
