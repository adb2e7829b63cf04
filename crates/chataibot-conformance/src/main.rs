//! The program: reads the command line, and prints a line for each check.

use std::process::ExitCode;

use chataibot_conformance::run::{holds, run};
use chataibot_conformance::{Options, checks, report};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    if options.list {
        print!("{}", report::list(checks::all()));
        return ExitCode::SUCCESS;
    }
    match run(&options, |line| println!("{line}")).await {
        Ok(all) => {
            println!("{}", report::sum(&all));
            if holds(&all) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("nothing was checked: {error}");
            ExitCode::from(2)
        }
    }
}
