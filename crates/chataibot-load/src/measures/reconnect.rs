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
    report::Numbers,
    scale::Scale,
    streams::Streams,
};

/// Time limit for the whole reconnection.
const RECONNECT_TIMEOUT: Duration = Duration::from_secs(120);
/// Events sent during the reconnection: visitors must get each from the log, exactly once.
const EVENT_COUNT: usize = 100;

/// Cuts the open streams of the first visitors and waits until all have reconnected.
pub async fn measure(
    proxy: SocketAddr,
    streams: &Streams,
    recorder: &Recorder,
    scale: &Scale,
) -> Result<(Numbers, Outcome), BenchError> {
    let mut client = Client::open(proxy).await?;
    let (first, refused_before) = (recorder.count(), streams.refused());
    let started = Instant::now();
    let deliveries = async {
        for event in 0..EVENT_COUNT {
            let visitor = event * scale.idle / EVENT_COUNT;
            let text = recorder.text(recorder.add(Instant::now()));
            deliver(&mut client, visitor, &text).await?;
        }
        Ok(())
    };
    let reconnected = async {
        streams.cut(RECONNECT_TIMEOUT).await?;
        Ok::<_, BenchError>(started.elapsed().as_secs_f64())
    };
    let (seconds, ()) = tokio::try_join!(reconnected, deliveries)?;
    let refused = (streams.refused() - refused_before) as f64;
    let numbers = Numbers::from([("reconnect", seconds), ("reconnect-refused", refused)]);
    Ok((numbers, recorder.wait_for_all(first, RECONNECT_TIMEOUT).await))
}
