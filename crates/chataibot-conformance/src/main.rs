//! The program: reads the command line, and prints a line for each check.

use std::process::ExitCode;

use chataibot_conformance::{
    Options, checks, report,
    run::{Progress, holds, run},
};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    if options.list {
        print!("{}", report::list(&checks::all()));
        return ExitCode::SUCCESS;
    }
    let on_progress = |progress: Progress<'_>| match progress {
        Progress::Line(line) => println!("{line}"),
        Progress::Checked(found) => println!("{}", report::found(found)),
    };
    match run(&options, on_progress).await {
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
