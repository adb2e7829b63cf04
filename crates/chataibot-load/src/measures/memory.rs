//! Measure: memory of an idle stream, as the slope between two numbers of streams.

use std::time::Duration;

use crate::{
    BenchError, population::Visitor, procfs, program::Program, report::Numbers, scale::Scale, streams::Streams,
};

/// Interval between two readings of a number that should settle.
const READING_INTERVAL: Duration = Duration::from_millis(250);
const MAX_READINGS: usize = 20;

pub async fn measure(program: &Program, visitors: &[Visitor], scale: &Scale) -> Result<Numbers, BenchError> {
    let mut streams = Streams::open(program.address, &visitors[..scale.idle]).await?;
    let (idle_bytes, idle_kernel_bytes) = settled_memory(program.id).await?;
    streams.open_more(&visitors[scale.idle..scale.most]).await?;
    let (most_bytes, most_kernel_bytes) = settled_memory(program.id).await?;
    let count = (scale.most - scale.idle) as f64;
    let bytes = (most_bytes - idle_bytes) / count;
    Ok(Numbers::from([
        ("stream-bytes", bytes),
        ("streams-per-gib", f64::from(1 << 30) / bytes),
        ("kernel-bytes", (most_kernel_bytes - idle_kernel_bytes) / count),
    ]))
}

/// Returns the memory of the proxy and of the kernel, once the proxy's no longer changes.
async fn settled_memory(process: u32) -> Result<(f64, f64), BenchError> {
    let mut last = procfs::resident(process)?;
    for _ in 0..MAX_READINGS {
        tokio::time::sleep(READING_INTERVAL).await;
        let before = std::mem::replace(&mut last, procfs::resident(process)?);
        if (last - before).abs() < before / 500.0 {
            break;
        }
    }
    Ok((last, procfs::kernel()))
}
