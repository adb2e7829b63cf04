//! `cargo xtask`: the project's automation, one command per file; [`command_line`] lists them. It
//! drives cargo, the bundler and the browsers, and knows nothing about how a conversation works.

mod balancer;
mod chromium_scripts;
mod cluster;
mod command_line;
mod counts;
mod demo;
mod dist;
mod docs;
mod files;
mod fuzz;
mod load;
mod package;
mod progress;
mod project;
mod server;
mod setup;
mod sizes;
mod soak;
mod suite;
mod tables;

use std::process::ExitCode;

use clap::Parser;
use command_line::{Bench, Command, CommandLine};
use project::Project;

fn main() -> ExitCode {
    match run(CommandLine::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let mut project = Project::find()?;
    match command {
        Command::Demo(ports) => demo::run(&project, &ports),
        Command::Cluster { ports, profile } => cluster::run(&project, &ports, profile),
        Command::Test { suite } => suite::run(&mut project, suite.as_ref()),
        Command::Dist { profile } => dist::run(&project, profile),
        Command::Package(options) => package::run(&project, &options),
        Command::Bench(Bench::Size { check }) => sizes::run(&project, check),
        Command::Bench(Bench::Widget { runs, built }) => chromium_scripts::bench_widget(&project, runs, built),
        Command::Bench(Bench::Proxy(options)) => load::run(&project, &options),
        Command::Soak(options) => soak::run(&project, &options),
        Command::Crash { rounds } => soak::crash(&project, rounds),
        Command::Fuzz(options) => fuzz::run(&project, &options),
        Command::Docs => docs::run(&project),
        Command::Tables { check } => tables::run(&project, check),
        Command::Theme(options) => chromium_scripts::theme(&project, &options),
        Command::Pictures(options) => chromium_scripts::pictures(&project, &options),
        Command::Setup => setup::install_everything(&project),
        Command::TrunkHook => dist::complete_trunk_build(&project),
    }
}
