//! Runs of the bench: each takes all measures, at proxies of its own and with the same visitors.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::measures::{forward, ingest, latency, memory, reconnect, token_check};
use crate::population::{Visitor, populate};
use crate::program::Program;
use crate::recorder::Outcome;
use crate::report::{Numbers, quantile};
use crate::scale::Scale;
use crate::streams::Streams;
use crate::{BenchError, platform, procfs};

const DATABASE: &str = "chat.sqlite";

/// State shared by all runs.
pub struct Bench {
    proxy: PathBuf,
    scale: Scale,
    platform: SocketAddr,
    visitors: Vec<Visitor>,
    /// Directory on a disk, for which a commit waits.
    disk: TempDir,
    /// Directory in memory, where a commit does not wait.
    ram: TempDir,
}

impl Bench {
    /// Creates the visitors at a proxy of that program.
    pub async fn prepare(proxy: &Path, scale: Scale) -> Result<Self, BenchError> {
        let platform = platform::start().await?;
        // Beside the program: on many machines the system's temporary directory is in memory.
        let disk = TempDir::new_in(proxy.parent().ok_or("the proxy's program is in no directory")?)?;
        let ram = TempDir::new_in(procfs::memory_directory()?)?;
        let program = Program::start(proxy, &ram.path().join(DATABASE), platform).await?;
        let visitors = populate(program.address, scale.most).await?;
        program.stop().await?;
        for file in fs::read_dir(ram.path())? {
            let file = file?;
            fs::copy(file.path(), disk.path().join(file.file_name()))?;
        }
        Ok(Self { proxy: proxy.to_owned(), scale, platform, visitors, disk, ram })
    }

    /// Takes all measures once. `number` identifies the run.
    pub async fn run(&self, number: usize) -> Result<Numbers, BenchError> {
        let print_step = |what| eprintln!("run {}: {what}", number + 1);
        let mut numbers = Numbers::new();
        print_step("token check");
        numbers.insert("token", token_check::measure(&self.scale)?);

        print_step("memory");
        let program = self.start(&self.disk).await?;
        numbers.extend(memory::measure(&program, &self.visitors, &self.scale).await?);
        program.stop().await?;

        print_step("latency, no disk");
        let (program, streams) = self.start_with_streams(&self.ram).await?;
        let in_memory = latency::measure(&streams, &self.scale).await?;
        numbers.extend(quantiles(&in_memory, ["ram-p50", "ram-p99", "ram-max"]));
        drop(streams);
        program.stop().await?;

        print_step("latency, commit first");
        let (program, streams) = self.start_with_streams(&self.disk).await?;
        let on_disk = latency::measure(&streams, &self.scale).await?;
        numbers.extend(quantiles(&on_disk, ["disk-p50", "disk-p99", "disk-max"]));
        print_step("forward");
        let sender = self.visitors.last().ok_or("nobody arrived")?;
        numbers.extend(forward::measure(program.address, self.platform, sender, &self.scale, number).await?);
        print_step("reconnect");
        let (reconnect, meanwhile) = reconnect::measure(&streams, &self.scale).await?;
        numbers.extend(reconnect);
        print_step("ingest");
        numbers.insert("ingest", ingest::measure(program.address, &self.scale).await?);
        drop(streams);
        program.stop().await?;

        let lost_or_doubled: usize = [in_memory, on_disk, meanwhile].iter().map(|one| one.lost + one.doubled).sum();
        numbers.insert("lost-or-doubled", lost_or_doubled as f64);
        Ok(numbers)
    }

    async fn start(&self, directory: &TempDir) -> Result<Program, BenchError> {
        Program::start(&self.proxy, &directory.path().join(DATABASE), self.platform).await
    }

    async fn start_with_streams(&self, directory: &TempDir) -> Result<(Program, Streams), BenchError> {
        let program = self.start(directory).await?;
        let streams = Streams::open(program.address, &self.visitors[..self.scale.idle]).await?;
        Ok((program, streams))
    }
}

fn quantiles(outcome: &Outcome, [p50, p99, max]: [&'static str; 3]) -> Numbers {
    let at = |share| quantile(&outcome.millis, share);
    let numbers = [(p50, at(0.5)), (p99, at(0.99)), (max, at(1.0))];
    numbers.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
