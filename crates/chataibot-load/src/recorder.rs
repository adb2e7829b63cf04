//! Recorder of one measure's events: when each was due at the platform, and when a stream had it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// The events in flight. Texts are unique across recorders: logs still hold those of earlier runs.
#[derive(Debug)]
pub struct Recorder {
    /// Prefix of each event's number in its text.
    prefix: String,
    // Held only for a few steps, a thousand times a second.
    events: Mutex<Vec<Event>>,
    arrival: Notify,
}

#[derive(Clone, Copy, Debug)]
struct Event {
    due: Instant,
    latency: Option<Duration>,
    arrivals: u32,
}

#[derive(Debug, Default)]
pub struct Outcome {
    /// Time that each event took from the moment it was due, in milliseconds, sorted.
    pub millis: Vec<f64>,
    pub lost: usize,
    pub doubled: usize,
}

impl Default for Recorder {
    fn default() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let prefix = format!("load-{}-", NEXT.fetch_add(1, Ordering::Relaxed));
        Self { prefix, events: Mutex::default(), arrival: Notify::new() }
    }
}

impl Recorder {
    /// Adds an event that is due at `due`, and returns its number.
    pub fn add(&self, due: Instant) -> usize {
        let mut events = self.events();
        events.push(Event { due, latency: None, arrivals: 0 });
        events.len() - 1
    }

    /// Returns what the bot says in event `number`.
    pub fn text(&self, number: usize) -> String {
        format!("{}{number}", self.prefix)
    }

    /// Returns the number of the event in this part of a stream, if it is one of this recorder's.
    pub fn parse_number(&self, text: &str) -> Option<usize> {
        let (_, number) = text.split_once(&self.prefix)?;
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        number[..end].parse().ok()
    }

    pub fn record_arrival(&self, number: usize) {
        let now = Instant::now();
        let mut events = self.events();
        let Some(event) = events.get_mut(number) else { return };
        event.arrivals += 1;
        if event.arrivals == 1 {
            event.latency = Some(now.saturating_duration_since(event.due));
            drop(events);
            self.arrival.notify_waiters();
        }
    }

    pub fn count(&self) -> usize {
        self.events().len()
    }

    /// Waits until all events from `first` on have arrived, at most for `limit`.
    pub async fn wait_for_all(&self, first: usize, limit: Duration) -> Outcome {
        let all_arrived = async {
            loop {
                let arrival = self.arrival.notified();
                if self.events().iter().skip(first).all(|event| event.latency.is_some()) {
                    return;
                }
                arrival.await;
            }
        };
        // Events that did not arrive in time are counted as lost below.
        let _ = tokio::time::timeout(limit, all_arrived).await;
        self.outcome(first)
    }

    fn events(&self) -> MutexGuard<'_, Vec<Event>> {
        // No code panics while it changes the list, so that is whole behind a poisoned lock, too.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outcome(&self, first: usize) -> Outcome {
        let events = self.events();
        let events = events.get(first..).unwrap_or_default();
        let mut outcome = Outcome::default();
        for event in events {
            match event.latency {
                Some(latency) => outcome.millis.push(latency.as_secs_f64() * 1e3),
                None => outcome.lost += 1,
            }
            outcome.doubled += event.arrivals.saturating_sub(1) as usize;
        }
        outcome.millis.sort_by(f64::total_cmp);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_board_has_told_is_none_of_its_events() {
        let (one, other) = (Recorder::default(), Recorder::default());
        let text = format!("data: {{\"text\":\"{}\"}}", one.text(17));
        assert_eq!(
            (one.parse_number(&text), other.parse_number(&text), one.parse_number("data: hello")),
            (Some(17), None, None)
        );
    }

    #[tokio::test]
    async fn what_never_came_and_what_came_twice_is_counted() {
        let recorder = Recorder::default();
        let first = recorder.add(Instant::now());
        let second = recorder.add(Instant::now());
        recorder.record_arrival(second);
        recorder.record_arrival(second);
        recorder.record_arrival(99);
        let outcome = recorder.wait_for_all(first, Duration::ZERO).await;
        assert_eq!((outcome.millis.len(), outcome.lost, outcome.doubled), (1, 1, 1));
        recorder.record_arrival(first);
        assert_eq!(recorder.wait_for_all(first, Duration::from_secs(60)).await.lost, 0);
    }
}
