//! Recorder of one measure's events: when each was due at the platform, and when a stream had it.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;

/// The events in flight. Their texts are unique, also across recorders: a new stream replays what
/// earlier runs left in its log.
#[derive(Debug)]
pub struct Recorder {
    began: Instant,
    /// Prefix of each event's number in its text.
    mark: String,
    // Held only for a few steps, a thousand times a second.
    events: Mutex<Vec<Event>>,
    news: Notify,
}

#[derive(Clone, Copy, Debug)]
struct Event {
    due: Duration,
    took: Option<Duration>,
    times: u32,
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
        let mark = format!("load-{}-", NEXT.fetch_add(1, Ordering::Relaxed));
        Self { began: Instant::now(), mark, events: Mutex::default(), news: Notify::new() }
    }
}

impl Recorder {
    /// Adds an event that is due at `due`, and returns its number.
    pub fn add(&self, due: Instant) -> usize {
        let due = due.saturating_duration_since(self.began);
        let mut events = self.events();
        events.push(Event { due, took: None, times: 0 });
        events.len() - 1
    }

    /// Returns what the bot says in event `number`.
    pub fn text(&self, number: usize) -> String {
        format!("{}{number}", self.mark)
    }

    /// Returns the number of the event in this part of a stream, if it is one of this recorder's.
    pub fn number(&self, text: &str) -> Option<usize> {
        let (_, number) = text.split_once(&self.mark)?;
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        number[..end].parse().ok()
    }

    /// Records that an event arrived in a stream.
    pub fn arrived(&self, number: usize) {
        let now = self.began.elapsed();
        let mut events = self.events();
        let Some(event) = events.get_mut(number) else { return };
        event.times += 1;
        if event.times == 1 {
            event.took = Some(now.saturating_sub(event.due));
            drop(events);
            self.news.notify_waiters();
        }
    }

    pub fn count(&self) -> usize {
        self.events().len()
    }

    /// Waits until all events from `first` on have arrived, at most for `patience`; returns their
    /// outcome.
    pub async fn settle(&self, first: usize, patience: Duration) -> Outcome {
        let all = async {
            loop {
                let news = self.news.notified();
                if self.events().iter().skip(first).all(|event| event.took.is_some()) {
                    return;
                }
                news.await;
            }
        };
        // Events that did not arrive in time are counted as lost below.
        let _ = tokio::time::timeout(patience, all).await;
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
            match event.took {
                Some(took) => outcome.millis.push(took.as_secs_f64() * 1e3),
                None => outcome.lost += 1,
            }
            outcome.doubled += event.times.saturating_sub(1) as usize;
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
        assert_eq!((one.number(&text), other.number(&text), one.number("data: hello")), (Some(17), None, None));
    }

    #[tokio::test]
    async fn what_never_came_and_what_came_twice_is_counted() {
        let recorder = Recorder::default();
        let first = recorder.add(Instant::now());
        let second = recorder.add(Instant::now());
        recorder.arrived(second);
        recorder.arrived(second);
        recorder.arrived(99);
        let outcome = recorder.settle(first, Duration::ZERO).await;
        assert_eq!((outcome.millis.len(), outcome.lost, outcome.doubled), (1, 1, 1));
        recorder.arrived(first);
        assert_eq!(recorder.settle(first, Duration::from_secs(60)).await.lost, 0);
    }
}
