//! The program: command line in, a line for each check out.

use std::process::ExitCode;

use chataibot_conformance::{
    Options, checks, report,
    run::{Told, holds, run},
};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    if options.list {
        print!("{}", report::list(&checks::all()));
        return ExitCode::SUCCESS;
    }
    let tell = |told: Told<'_>| match told {
        Told::Line(line) => println!("{line}"),
        Told::Found(found) => println!("{}", report::found(found)),
    };
    match run(&options, tell).await {
        Ok(all) => {
            println!("{}", report::sum(&all));
            if holds(&all) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(not_begun) => {
            eprintln!("nothing was checked: {not_begun}");
            ExitCode::from(2)
        }
    }
}
