//! Measure: time of an event from the platform to the visitor's stream, at a fixed rate, while many
//! other streams are idle. It counts from when the event was due, even if earlier ones were slow.

use std::thread;
use std::time::{Duration, Instant};

use tokio::{sync::mpsc, task::JoinSet};

use crate::{BenchError, http::Client, population::deliver, recorder::Outcome, scale::Scale, streams::Streams};

const LAST_EVENT_TIMEOUT: Duration = Duration::from_secs(10);

/// Posts events to the conversations of the first visitors, all of whom have open streams.
pub async fn measure(streams: &Streams, scale: &Scale) -> Result<Outcome, BenchError> {
    let recorder = streams.recorder();
    let mut senders = JoinSet::new();
    let mut queues = Vec::new();
    for _ in 0..scale.platform_connections {
        let (queue, mut events) = mpsc::unbounded_channel::<(String, usize)>();
        queues.push(queue);
        let mut client = Client::open(streams.proxy()).await?;
        senders.spawn(async move {
            while let Some((text, visitor)) = events.recv().await {
                deliver(&mut client, visitor, &text).await?;
            }
            Ok::<_, BenchError>(())
        });
    }
    let first = recorder.count();
    let (schedule, idle) = (recorder.clone(), scale.idle);
    let (count, interval) = (scale.latency.as_secs_f64() * f64::from(scale.rate), Duration::from_secs(1) / scale.rate);
    // A thread, as the runtime's timers are accurate only to a millisecond: as long as an event.
    let scheduler = thread::spawn(move || {
        let mut due = Instant::now();
        let mut visitor = 0;
        for (_, queue) in (0..count.round() as u32).zip(queues.iter().cycle()) {
            due += interval;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            // Spread over all visitors, and never two in a row to one.
            visitor = (visitor + 7919) % idle;
            let event = schedule.add(due);
            if queue.send((schedule.text(event), visitor)).is_err() {
                break;
            }
        }
    });
    while let Some(result) = senders.join_next().await {
        result??;
    }
    scheduler.join().map_err(|_| "the clock of the events panicked")?;
    Ok(recorder.wait_for_all(first, LAST_EVENT_TIMEOUT).await)
}
