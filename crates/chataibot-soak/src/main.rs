//! The soak test as a program.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chataibot_soak::{SetupError, run};
use clap::Parser;
use tokio::task::{JoinSet, LocalSet};

/// Number of seeds that run concurrently: they mostly wait.
const MAX_CONCURRENT: usize = 6;

/// Runs storms of faults, one seed after the other, until one finds a violation
#[derive(Parser)]
#[command(name = "chataibot-soak")]
struct Options {
    /// Maximum number of runs, each with its own seed
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// Maximum duration in minutes
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Only this seed, with a log of its events
    #[arg(long, value_name = "SEED")]
    replay: Option<u64>,
}

fn main() -> ExitCode {
    match soak(&Options::parse()) {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => {}
        Err(error) => eprintln!("this machine, not the product: {error}"),
    }
    ExitCode::FAILURE
}

/// Returns whether no violation was found.
fn soak(options: &Options) -> Result<bool, SetupError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let (started, time_limit) = (Instant::now(), Duration::from_secs(60 * options.minutes));
        let mut runs = JoinSet::new();
        let (first, count) = options.replay.map_or((options.from, options.seeds), |seed| (seed, 1));
        let mut seeds = first..first.saturating_add(count);
        let (mut done, mut failed_seeds, mut faults, mut messages) = (0, Vec::new(), 0, 0);
        let mut fault_names = BTreeSet::new();
        loop {
            while runs.len() < MAX_CONCURRENT && started.elapsed() < time_limit && failed_seeds.is_empty() {
                let Some(seed) = seeds.next() else { break };
                runs.spawn_local(run::run(seed));
            }
            let Some(result) = runs.join_next().await else { break };
            let outcome = result??;
            done += 1;
            faults += outcome.faults;
            messages += outcome.messages;
            fault_names.extend(outcome.names);
            if options.replay.is_some() || !outcome.findings.is_empty() {
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
