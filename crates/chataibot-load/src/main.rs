//! The bench as a program: what a proxy carries, as medians beside what is wanted.

use std::{path::PathBuf, process::ExitCode};

use chataibot_load::{
    BenchError,
    goals::{GOALS, Goal},
    procfs, report,
    run::Bench,
    scale::Scale,
};
use clap::Parser;

/// Measures what one proxy carries, and fails when it is less than must be
#[derive(Parser)]
#[command(name = "chataibot-load", version)]
struct Options {
    /// The proxy's program
    #[arg(long, value_name = "FILE")]
    proxy: PathBuf,
    /// Runs, of which the medians count
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Small numbers, only to see that it works
    #[arg(long)]
    quick: bool,
    /// A bound of your own for one measure
    #[arg(long, value_name = "KEY=NUMBER", value_parser = bound)]
    must: Vec<(String, f64)>,
}

fn main() -> ExitCode {
    match measure(&Options::parse()) {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => {
            eprintln!("short of what must be");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("not measured: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `token=10`, where there is such a measure.
fn bound(text: &str) -> Result<(String, f64), String> {
    let bound = text.split_once('=').and_then(|(key, number)| Some((key.to_owned(), number.parse().ok()?)));
    let (key, bound) = bound.ok_or("it is not KEY=NUMBER")?;
    let keys: Vec<_> = GOALS.iter().map(|goal| goal.key).collect();
    if keys.contains(&key.as_str()) { Ok((key, bound)) } else { Err(format!("there are {}", keys.join(", "))) }
}

/// Whether something is short.
fn measure(options: &Options) -> Result<bool, BenchError> {
    let must = |key: &str| options.must.iter().rev().find(|(named, _)| named == key).map(|(_, bound)| *bound);
    let goals: Vec<Goal> = GOALS.iter().map(|goal| Goal { must: must(goal.key).or(goal.must), ..*goal }).collect();
    println!("{}", procfs::facts());
    let files = procfs::raise_open_files()?;
    let (scale, told) = if options.quick { Scale::quick() } else { Scale::full() }.within(files);
    told.iter().for_each(|told| println!("{told}"));
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
