//! Measure: all streams are cut at once and reconnect at once, while the platform keeps sending.

use std::time::{Duration, Instant};

use crate::{
    BenchError, http::Client, population::deliver, recorder::Outcome, report::Numbers, scale::Scale, streams::Streams,
};

const RECONNECT_TIMEOUT: Duration = Duration::from_secs(120);
/// Events sent during the reconnection: visitors must get each from the log, exactly once.
const EVENT_COUNT: usize = 100;

/// Cuts the open streams of the first visitors and waits until all have reconnected.
pub async fn measure(streams: &Streams, scale: &Scale) -> Result<(Numbers, Outcome), BenchError> {
    let mut client = Client::open(streams.proxy()).await?;
    let recorder = streams.recorder();
    let (first, refused_before) = (recorder.count(), streams.refused_count());
    let started = Instant::now();
    let deliveries = async {
        for event in 0..EVENT_COUNT {
            let visitor = event * scale.idle / EVENT_COUNT;
            let text = recorder.text(recorder.add(Instant::now()));
            deliver(&mut client, visitor, &text).await?;
        }
        Ok(())
    };
    let reconnected = async { streams.cut(RECONNECT_TIMEOUT).await.map(|()| started.elapsed().as_secs_f64()) };
    let (seconds, ()) = tokio::try_join!(reconnected, deliveries)?;
    let refused = (streams.refused_count() - refused_before) as f64;
    let numbers = Numbers::from([("reconnect", seconds), ("reconnect-refused", refused)]);
    Ok((numbers, recorder.wait_for_all(first, RECONNECT_TIMEOUT).await))
}
