//! Measure: all streams are cut at once and reconnect at once, while the platform keeps sending.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use crate::{
    BenchError,
    http::Client,
    population::deliver,
    recorder::{Outcome, Recorder},
    scale::Scale,
    streams::Streams,
};

/// Time limit for the whole reconnection.
const PATIENCE: Duration = Duration::from_secs(120);
/// Events sent during the reconnection: visitors must get each from the log, exactly once.
const MEANWHILE: usize = 100;

/// Result of reconnecting all streams.
#[derive(Debug)]
pub struct Reconnect {
    pub seconds: f64,
    pub refused: usize,
    pub meanwhile: Outcome,
}

/// Cuts the open streams of the first visitors and waits until all have reconnected.
pub async fn measure(
    proxy: SocketAddr,
    streams: &Streams,
    recorder: &Recorder,
    scale: &Scale,
) -> Result<Reconnect, BenchError> {
    let mut client = Client::open(proxy).await?;
    let (first, refused) = (recorder.count(), streams.refused());
    let began = Instant::now();
    let platform = async {
        for event in 0..MEANWHILE {
            let visitor = event * scale.idle / MEANWHILE;
            let text = recorder.text(recorder.add(Instant::now()));
            deliver(&mut client, visitor, &text).await?;
        }
        Ok(())
    };
    let back = async {
        streams.cut(PATIENCE).await?;
        Ok::<_, BenchError>(began.elapsed().as_secs_f64())
    };
    let (seconds, ()) = tokio::try_join!(back, platform)?;
    let meanwhile = recorder.settle(first, PATIENCE).await;
    Ok(Reconnect { seconds, refused: streams.refused() - refused, meanwhile })
}
