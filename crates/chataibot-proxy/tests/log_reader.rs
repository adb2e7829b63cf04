//! Model check of the hand-over from replay to live, under every schedule of small cases, with
//! shuttle.
//!
//! The code is the production code: `src/hub.rs` and `src/log_reader.rs` are compiled here once
//! more, with shuttle's locks and counters instead of the system's. Only the log is a model: a list
//! behind a lock. It is published in the store's two ways, that of one proxy (commit, then publish)
//! and that of several (commit, then a bus that fetches what has subscribers).
//!
//! A failing schedule is printed; `shuttle::replay` runs it again. A reader that waits forever is a
//! deadlock, and so a failure.
//!
//! The checks can fail: the last tests apply them to a log read before the subscription and to
//! publishing before the commit. As for the production code, with the two lines of
//! `LogReader::replay` swapped, seven tests fail; with `EntryPosition::Known` taken for the next
//! entry, three; with `page.has_more` ignored, one.

#[path = "../src/hub.rs"]
#[expect(dead_code, reason = "the hub's other verbs are not part of the hand-over")]
mod hub;
#[path = "../src/log_reader.rs"]
mod log_reader;

mod ids {
    pub use chataibot_proxy::ids::ConversationId;
}

mod store {
    pub use chataibot_proxy::store::{ReadFrom, Replay, log};
}

mod sync {
    pub use shuttle::sync::atomic::{AtomicU64, Ordering};
    pub use shuttle::sync::{Arc, Mutex, MutexGuard};
    pub use std::sync::PoisonError;
}

use std::{convert::Infallible, panic::catch_unwind};

use chataibot_wire::entry::{Reset, Status};
use chataibot_wire::{Cursor, Entry, Event};
use shuttle::future::{block_on, yield_now};
use shuttle::scheduler::{DfsScheduler, RandomScheduler};
use shuttle::{Config, Runner, thread};

use hub::Hub;
use ids::ConversationId;
use log_reader::{LogReader, LogUpdate};
use store::{ReadFrom, Replay, log::reset_reason};
use sync::{Arc, Mutex};

const TOPIC: ConversationId = ConversationId::new(7);
/// Maximum number of schedules per case; a case with fewer is tried completely.
/// `CHATAIBOT_SCHEDULES=20000` tries more.
const MOST: usize = 1_500;

/// The log, and its publisher.
#[derive(Clone)]
struct Model {
    hub: Hub,
    /// The epoch, and the number of committed entries.
    log: Arc<Mutex<(u32, u32)>>,
    /// Maximum number of entries per read.
    page: u32,
}

fn entry(epoch: u32, seq: u32) -> Entry {
    Entry { cursor: Cursor { epoch, seq }, at: 0, event: Event::Status(Status::Open) }
}

impl Model {
    fn new(page: u32, committed: u32) -> Self {
        Self { hub: Hub::default(), log: Arc::new(Mutex::new((1, committed))), page }
    }

    fn now(&self) -> (u32, u32) {
        *self.log.lock().expect("no test panics with it")
    }

    fn commit(&self) -> (u32, u32) {
        let mut log = self.log.lock().expect("no test panics with it");
        log.1 += 1;
        *log
    }

    fn publish(&self, (epoch, seq): (u32, u32)) {
        self.hub.publish(TOPIC, &Arc::new(entry(epoch, seq)));
    }

    /// Writes as the store of one proxy does: each entry is published after its commit.
    fn write(&self, count: u32) {
        for _ in 0..count {
            let committed = self.commit();
            self.publish(committed);
        }
    }

    /// Follows the log as each of several proxies does, and fetches only what has subscribers.
    fn follow(&self, mut seen: u32, until: u32) {
        while seen < until {
            let (epoch, committed) = self.now();
            if committed > seen && self.hub.has_subscribers(TOPIC) {
                (seen + 1..=committed).for_each(|seq| self.publish((epoch, seq)));
            }
            seen = committed;
            thread::yield_now();
        }
    }

    /// Reads like the store's `read_after`, without `last`.
    fn read(&self, after: Option<Cursor>) -> Replay {
        let (epoch, committed) = self.now();
        let reset = after.and_then(|after| reset_reason(after, epoch, 1, committed));
        let seq = after.filter(|_| reset.is_none()).map_or(0, |after| after.seq);
        let end = committed.min(seq + self.page);
        Replay {
            epoch,
            reset: reset.map(|reason| Reset { reason: reason.to_owned() }),
            entries: (seq + 1..=end).map(|seq| entry(epoch, seq)).collect(),
            has_more: end < committed,
            earlier: None,
        }
    }

    /// Reads like a stream until the entry `until`, as `(epoch, seq)`. Returns the cursors of all
    /// entries; after a reset, those since.
    async fn listen(&self, until: (u32, u32), log: &impl log_reader::LogSource<Error = Infallible>) -> Vec<Cursor> {
        let mut told: Vec<Cursor> = Vec::new();
        let mut reader = LogReader::new(self.hub.clone(), TOPIC, ReadFrom::default());
        while told.last().is_none_or(|last| (last.epoch, last.seq) < until) {
            if !reader.is_live() {
                let Ok(page) = reader.replay(log).await;
                if page.reset.is_some() {
                    told.clear();
                }
                told.extend(page.entries.iter().map(|entry| entry.cursor));
                continue;
            }
            yield_now().await;
            match reader.next().await {
                LogUpdate::Entry(entry) => told.push(entry.cursor),
                LogUpdate::Gap => {}
                // The browser reconnects with its cursor.
                LogUpdate::Cut => {
                    reader =
                        LogReader::new(self.hub.clone(), TOPIC, ReadFrom { after: told.last().copied(), last: None })
                }
            }
        }
        told
    }

    /// Listens, and checks that each entry came once and in order. The last page may contain more.
    fn hears_all(&self, (epoch, count): (u32, u32)) {
        let told = block_on(self.listen((epoch, count), self));
        let all: Vec<Cursor> = (1..).map(|seq| Cursor { epoch, seq }).take(told.len()).collect();
        assert_eq!(told, all, "each entry once, in order");
    }
}

impl log_reader::LogSource for Model {
    type Error = Infallible;

    async fn read_after(&self, _: ConversationId, from: ReadFrom) -> Result<Replay, Infallible> {
        Ok(self.read(from.after))
    }
}

/// Runs a case under every schedule, or, if those are too many, under the maximum in turn and as
/// many random ones; prints how many.
fn under_every_schedule(case: impl Fn() + Send + Sync + Clone + 'static) {
    let most = std::env::var("CHATAIBOT_SCHEDULES").map_or(MOST, |most| most.parse().expect("a number of schedules"));
    let in_turn = Runner::new(DfsScheduler::new(Some(most), false), Config::new()).run(case.clone());
    if in_turn < most {
        println!("all {in_turn} schedules");
    } else {
        let drawn = Runner::new(RandomScheduler::new_from_seed(7, most), Config::new()).run(case);
        println!("{in_turn} schedules in turn, {drawn} drawn ones");
    }
}

#[test]
fn what_is_committed_during_a_replay_comes_once() {
    under_every_schedule(|| {
        let model = Model::new(2, 1);
        let writer = thread::spawn({
            let model = model.clone();
            move || model.write(1)
        });
        model.hears_all((1, 2));
        writer.join().expect("it wrote");
    });
}

#[test]
fn a_log_that_grows_from_page_to_page_is_told_whole() {
    under_every_schedule(|| {
        let model = Model::new(1, 1);
        let writer = thread::spawn({
            let model = model.clone();
            move || model.write(3)
        });
        model.hears_all((1, 4));
        writer.join().expect("it wrote");
    });
}

#[test]
fn two_readers_that_come_and_go_do_not_take_each_others_entries() {
    under_every_schedule(|| {
        let model = Model::new(2, 0);
        let other = thread::spawn({
            let model = model.clone();
            move || model.hears_all((1, 1))
        });
        let writer = thread::spawn({
            let model = model.clone();
            move || model.write(2)
        });
        model.hears_all((1, 2));
        writer.join().expect("it wrote");
        other.join().expect("it read");
    });
}

#[test]
fn a_bus_that_fetches_only_what_is_listened_to_leaves_no_gap() {
    under_every_schedule(|| {
        let model = Model::new(2, 0);
        let writer = thread::spawn({
            let model = model.clone();
            move || {
                model.commit();
                model.commit();
            }
        });
        let bus = thread::spawn({
            let model = model.clone();
            move || model.follow(0, 2)
        });
        model.hears_all((1, 2));
        writer.join().expect("it wrote");
        bus.join().expect("it published");
    });
}

#[test]
fn a_reader_that_is_cut_comes_back_to_where_it_was() {
    under_every_schedule(|| {
        let model = Model::new(2, 0);
        let writer = thread::spawn({
            let model = model.clone();
            move || {
                // An entry that the bus can no longer deliver is published to no subscriber.
                model.commit();
                model.hub.clear();
                model.write(1);
            }
        });
        model.hears_all((1, 2));
        writer.join().expect("it wrote");
    });
}

#[test]
fn a_log_that_went_back_is_told_anew() {
    under_every_schedule(|| {
        let model = Model::new(2, 1);
        let writer = thread::spawn({
            let model = model.clone();
            move || {
                model.write(1);
                *model.log.lock().expect("no test panics with it") = (2, 1);
                model.hub.clear();
                model.write(1);
            }
        });
        model.hears_all((2, 2));
        writer.join().expect("it wrote");
    });
}

#[test]
fn a_long_poll_hears_what_came_while_it_was_asked() {
    under_every_schedule(|| {
        let model = Model::new(2, 0);
        let writer = thread::spawn({
            let model = model.clone();
            move || model.write(1)
        });
        let told = block_on(async {
            let mut reader = LogReader::new(model.hub.clone(), TOPIC, ReadFrom::default());
            let Ok(mut page) = reader.replay(&model).await;
            if page.entries.is_empty() {
                reader.changed().await;
                Ok(page) = reader.replay(&model).await;
            }
            page.entries.len()
        });
        assert_eq!(told, 1);
        writer.join().expect("it wrote");
    });
}

/// A log that returns, on its first read, a page read before the subscription.
struct ReadBefore(Model, Mutex<Option<Replay>>);

impl log_reader::LogSource for ReadBefore {
    type Error = Infallible;

    async fn read_after(&self, _: ConversationId, from: ReadFrom) -> Result<Replay, Infallible> {
        let before = self.1.lock().expect("no test panics with it").take();
        Ok(before.unwrap_or_else(|| self.0.read(from.after)))
    }
}

fn finds(case: impl Fn() + Send + Sync + Clone + std::panic::UnwindSafe + 'static) {
    assert!(catch_unwind(move || under_every_schedule(case)).is_err(), "no schedule shows the fault");
}

#[test]
fn a_reading_before_the_subscribing_is_found_out() {
    finds(|| {
        let model = Model::new(2, 0);
        let writer = thread::spawn({
            let model = model.clone();
            move || model.write(1)
        });
        let log = ReadBefore(model.clone(), Mutex::new(Some(model.read(None))));
        assert_eq!(block_on(model.listen((1, 1), &log)).len(), 1);
        writer.join().expect("it wrote");
    });
}

#[test]
fn a_publishing_before_the_commit_is_found_out() {
    finds(|| {
        let model = Model::new(2, 0);
        let writer = thread::spawn({
            let model = model.clone();
            move || {
                model.publish((1, 1));
                model.commit();
            }
        });
        model.hears_all((1, 1));
        writer.join().expect("it wrote");
    });
}
