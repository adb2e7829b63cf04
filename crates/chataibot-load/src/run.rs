//! Runs of the bench: visitors are created once, and each run takes all measures at proxies that
//! are started for it.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;

use crate::{
    BenchError,
    measures::{forward, ingest, latency, memory, reconnect, token_check},
    platform,
    population::{Visitor, populate},
    procfs,
    program::Program,
    recorder::{Outcome, Recorder},
    report::{Numbers, quantile},
    scale::Scale,
    streams::Streams,
};

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
        // Beside the program, because the system's temporary directory is in memory on many
        // machines.
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
        let mut outcomes = Vec::new();
        let program = self.start(&self.ram).await?;
        let (recorder, streams) = self.open_streams(&program).await?;
        let outcome = latency::measure(program.address, &recorder, &self.scale).await?;
        numbers.extend(quantiles(&outcome, ["ram-p50", "ram-p99", "ram-max"]));
        outcomes.push(outcome);
        drop(streams);
        program.stop().await?;

        print_step("latency, commit first");
        let program = self.start(&self.disk).await?;
        let (recorder, streams) = self.open_streams(&program).await?;
        let outcome = latency::measure(program.address, &recorder, &self.scale).await?;
        numbers.extend(quantiles(&outcome, ["disk-p50", "disk-p99", "disk-max"]));
        outcomes.push(outcome);
        print_step("forward");
        let sender = self.visitors.last().ok_or("nobody arrived")?;
        numbers.extend(forward::measure(program.address, self.platform, sender, &self.scale, number).await?);
        print_step("reconnect");
        let (reconnect, events) = reconnect::measure(program.address, &streams, &recorder, &self.scale).await?;
        numbers.extend(reconnect);
        outcomes.push(events);
        print_step("ingest");
        numbers.insert("ingest", ingest::measure(program.address, &self.scale).await?);
        drop(streams);
        program.stop().await?;

        let lost_or_doubled: usize = outcomes.iter().map(|outcome| outcome.lost + outcome.doubled).sum();
        numbers.insert("lost-or-doubled", lost_or_doubled as f64);
        Ok(numbers)
    }

    async fn start(&self, directory: &TempDir) -> Result<Program, BenchError> {
        Program::start(&self.proxy, &directory.path().join(DATABASE), self.platform).await
    }

    async fn open_streams(&self, program: &Program) -> Result<(Arc<Recorder>, Streams), BenchError> {
        let recorder = Arc::new(Recorder::default());
        let mut streams = Streams::new(program.address, Arc::clone(&recorder));
        streams.open(&self.visitors[..self.scale.idle]).await?;
        Ok((recorder, streams))
    }
}

fn quantiles(outcome: &Outcome, [p50, p99, max]: [&'static str; 3]) -> Numbers {
    let at = |share| quantile(&outcome.millis, share);
    let numbers = [(p50, at(0.5)), (p99, at(0.99)), (max, at(1.0))];
    numbers.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
