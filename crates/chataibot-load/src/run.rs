//! The runs: visitors arrive once, and each run measures everything at proxies that are started for it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;

use crate::{
    Trouble,
    board::{Board, Outcome},
    machine,
    measures::{forward, ingest, latency, memory, storm, token_check},
    platform::Platform,
    program::Program,
    sizes::Sizes,
    streams::Streams,
    table::{Numbers, quantile},
    world::{Person, populate},
};

const DATABASE: &str = "chat.sqlite";

/// Everything that runs share.
pub struct Bench {
    proxy: PathBuf,
    sizes: Sizes,
    platform: Platform,
    people: Vec<Person>,
    /// Where a commit waits for a disk.
    disk: TempDir,
    /// Where it does not.
    ram: TempDir,
}

impl Bench {
    /// Lets the visitors arrive at a proxy of that program.
    ///
    /// # Errors
    /// When there is no room for them.
    pub async fn prepare(proxy: &Path, sizes: Sizes) -> Result<Self, Trouble> {
        let platform = Platform::start().await?;
        // Beside the program, because the system's directory for such things is in memory on many machines.
        let disk = TempDir::new_in(proxy.parent().ok_or("the proxy's program is in no directory")?)?;
        let ram = TempDir::new_in(machine::memory_directory()?)?;
        let program = Program::start(proxy, &ram.path().join(DATABASE), platform.address).await?;
        let people = populate(program.address, sizes.most).await?;
        program.stop().await?;
        for file in fs::read_dir(ram.path())? {
            let file = file?;
            fs::copy(file.path(), disk.path().join(file.file_name()))?;
        }
        Ok(Self { proxy: proxy.to_owned(), sizes, platform, people, disk, ram })
    }

    /// All measures, once. `number` tells the runs apart.
    ///
    /// # Errors
    /// When the proxy does not do what is asked of it.
    pub async fn run(&self, number: usize) -> Result<Numbers, Trouble> {
        let said = |what| eprintln!("run {}: {what}", number + 1);
        let mut numbers = Numbers::new();
        said("token check");
        numbers.insert("token", token_check::measure(&self.sizes)?);

        said("memory");
        let program = self.start(&self.disk).await?;
        numbers.extend(memory::measure(&program, &self.people, &self.sizes).await?);
        program.stop().await?;

        said("latency, no disk");
        let mut outcomes = Vec::new();
        let program = self.start(&self.ram).await?;
        let (board, streams) = self.listen(&program).await?;
        let outcome = latency::measure(program.address, &board, &self.sizes).await?;
        numbers.extend(named(&outcome, ["ram-p50", "ram-p99", "ram-max"]));
        outcomes.push(outcome);
        drop(streams);
        program.stop().await?;

        said("latency, commit first");
        let program = self.start(&self.disk).await?;
        let (board, streams) = self.listen(&program).await?;
        let outcome = latency::measure(program.address, &board, &self.sizes).await?;
        numbers.extend(named(&outcome, ["disk-p50", "disk-p99", "disk-max"]));
        outcomes.push(outcome);
        said("forward");
        let sender = self.people.last().ok_or("nobody arrived")?;
        numbers.extend(forward::measure(program.address, self.platform.address, sender, &self.sizes, number).await?);
        said("storm");
        let storm = storm::measure(program.address, &streams, &board, &self.sizes).await?;
        numbers.insert("storm", storm.seconds);
        numbers.insert("storm-refused", storm.refused as f64);
        outcomes.push(storm.meanwhile);
        said("ingest");
        numbers.insert("ingest", ingest::measure(program.address, &self.sizes).await?);
        drop(streams);
        program.stop().await?;

        let bad: usize = outcomes.iter().map(|outcome| outcome.lost + outcome.doubled).sum();
        numbers.insert("lost-or-doubled", bad as f64);
        Ok(numbers)
    }

    async fn start(&self, directory: &TempDir) -> Result<Program, Trouble> {
        Program::start(&self.proxy, &directory.path().join(DATABASE), self.platform.address).await
    }

    async fn listen(&self, program: &Program) -> Result<(Arc<Board>, Streams), Trouble> {
        let board = Arc::new(Board::default());
        let mut streams = Streams::new(program.address, Arc::clone(&board));
        streams.open(&self.people[..self.sizes.idle]).await?;
        Ok((board, streams))
    }
}

fn named(outcome: &Outcome, [half, most, longest]: [&'static str; 3]) -> Numbers {
    let of = |share| quantile(&outcome.millis, share);
    let numbers = [(half, of(0.5)), (most, of(0.99)), (longest, of(1.0))];
    numbers.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
