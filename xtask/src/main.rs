//! `cargo xtask`: the project's automation, one command per file. It drives cargo, the bundler and the browsers, and knows
//! nothing of how a conversation works.
//!
//! - [`project`]: where everything lies, and cargo run so that it builds nothing twice
//! - [`progress`]: what a person sees while steps run
//! - [`setup`]: what a fresh machine lacks, installed by need
//! - [`dist`]: the embeddable bundle
//! - [`sizes`]: the bundle against its budgets
//! - [`load`]: what one proxy carries, against what it must
//! - [`server`]: a child process that serves, until dropped
//! - [`demo`]: proxy and simulator, ready to chat with
//! - [`cluster`]: the same with two proxies on one Redis, behind the [`balancer`]
//! - [`suite`]: every test, counted
//! - [`soak`]: storms of faults, for as long as is wished; [`soak::crash`] kills the proxy instead
//! - [`fuzz`]: anything at all against the properties of what comes in
//! - [`tables`]: the reference's tables, written from the code

mod balancer;
mod cluster;
mod command_line;
mod demo;
mod dist;
mod fuzz;
mod load;
mod progress;
mod project;
mod server;
mod setup;
mod sizes;
mod soak;
mod suite;
mod tables;

use std::process::ExitCode;

use command_line::Command;
use project::Project;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let command = match command_line::parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => anyhow::bail!("{error}\n\n{}", command_line::HELP),
    };
    match command {
        Command::Help => {
            print!("{}", command_line::HELP);
            Ok(())
        }
        Command::Demo(options) => demo::run(&Project::find()?, &options),
        Command::Cluster(options) => cluster::run(&Project::find()?, &options),
        Command::Test(selection) => suite::run(&Project::find()?, &selection),
        Command::Dist(flavour) => dist::run(&Project::find()?, flavour),
        Command::Size { check } => sizes::run(&Project::find()?, check),
        Command::Load(wishes) => load::run(&Project::find()?, &wishes),
        Command::Soak(wishes) => soak::run(&Project::find()?, &wishes),
        Command::Crash { rounds } => soak::crash(&Project::find()?, rounds),
        Command::Fuzz(wishes) => fuzz::run(&Project::find()?, &wishes),
        Command::Tables { check } => tables::run(&Project::find()?, check),
        Command::Setup => setup::everything(&Project::find()?),
        Command::TrunkHook => dist::complete_trunk_build(&Project::find()?),
        Command::TestRunner(arguments) => wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments),
    }
}
