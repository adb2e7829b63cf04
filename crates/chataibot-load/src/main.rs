//! The bench as a program: what a proxy carries, as medians beside what is wanted.

use std::{path::PathBuf, process::ExitCode};

use chataibot_load::goals::{GOALS, Goal};
use chataibot_load::run::Bench;
use chataibot_load::scale::Scale;
use chataibot_load::{BenchError, procfs, report};
use clap::Parser;

/// Measures the capacity of one proxy, and fails if it is below a required bound
#[derive(Parser)]
#[command(name = "chataibot-load", version)]
struct Options {
    /// Path of the proxy's program
    #[arg(long, value_name = "FILE")]
    proxy: PathBuf,
    /// Number of runs; the medians count
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Small numbers, to check only that it works
    #[arg(long)]
    quick: bool,
    /// Your own bound for one measure
    #[arg(long, value_name = "KEY=NUMBER", value_parser = parse_bound)]
    must: Vec<(String, f64)>,
}

fn main() -> ExitCode {
    match measure(&Options::parse()) {
        Ok(false) => return ExitCode::SUCCESS,
        Ok(true) => eprintln!("a measure is outside its required bound"),
        Err(error) => eprintln!("the measurement failed: {error}"),
    }
    ExitCode::FAILURE
}

/// `token=10`, where there is such a measure.
fn parse_bound(text: &str) -> Result<(String, f64), String> {
    let bound = text.split_once('=').and_then(|(key, number)| Some((key.to_owned(), number.parse().ok()?)));
    let (key, bound) = bound.ok_or("not of the form KEY=NUMBER")?;
    let keys: Vec<_> = GOALS.iter().map(|goal| goal.key).collect();
    if keys.contains(&key.as_str()) { Ok((key, bound)) } else { Err(format!("the measures are {}", keys.join(", "))) }
}

fn measure(options: &Options) -> Result<bool, BenchError> {
    let must = |key: &str| options.must.iter().rev().find(|(named, _)| named == key).map(|(_, bound)| *bound);
    let goals: Vec<Goal> = GOALS.iter().map(|goal| Goal { must: must(goal.key).or(goal.must), ..*goal }).collect();
    println!("{}", procfs::facts());
    let files = procfs::raise_open_files()?;
    let (scale, notice) = if options.quick { Scale::quick() } else { Scale::full() }.within(files);
    notice.iter().for_each(|notice| println!("{notice}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let bench = Bench::prepare(&options.proxy, scale).await?;
        let mut runs = Vec::new();
        for run in 0..options.runs {
            runs.push(bench.run(run as usize).await?);
        }
        let rows = report::judge(&goals, &runs);
        print!("\n{}", report::print(&rows, &runs));
        Ok(report::is_short(&rows))
    })
}
