//! What an idle stream takes: the slope between some and more of them, so that what the proxy takes
//! anyway does not count.

use std::{sync::Arc, time::Duration};

use crate::{
    BenchError, population::Visitor, procfs, program::Program, recorder::Recorder, report::Numbers, scale::Scale,
    streams::Streams,
};

/// Between two looks at a number that should come to rest.
const LOOK: Duration = Duration::from_millis(250);
/// Looks at most.
const LOOKS: usize = 20;

/// Opens streams at a fresh proxy and looks at its memory.
pub async fn measure(program: &Program, visitors: &[Visitor], scale: &Scale) -> Result<Numbers, BenchError> {
    let mut streams = Streams::new(program.address, Arc::new(Recorder::default()));
    streams.open(&visitors[..scale.idle]).await?;
    let (own, kernel) = at_rest(program.id).await?;
    streams.open(&visitors[scale.idle..scale.most]).await?;
    let (own_more, kernel_more) = at_rest(program.id).await?;
    let count = (scale.most - scale.idle) as f64;
    let bytes = (own_more - own) / count;
    Ok(Numbers::from([
        ("stream-bytes", bytes),
        ("streams-per-gib", f64::from(1 << 30) / bytes),
        ("kernel-bytes", (kernel_more - kernel) / count),
    ]))
}

/// The proxy's memory and the kernel's, once the proxy's no longer changes.
async fn at_rest(process: u32) -> Result<(f64, f64), BenchError> {
    let mut last = procfs::resident(process)?;
    for _ in 0..LOOKS {
        tokio::time::sleep(LOOK).await;
        let now = procfs::resident(process)?;
        if (now - last).abs() < last / 500.0 {
            last = now;
            break;
        }
        last = now;
    }
    Ok((last, procfs::kernel()))
}
