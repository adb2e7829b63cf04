//! Read barrier over `localStorage`, in step with Web Locks. A lock passes to the next tab at once,
//! but what its last holder wrote may reach that tab's process later. So each writer numbers its
//! writes, both in storage and in the name of a shared lock that all tabs can list. The next holder
//! looks for such locks and waits until storage has their number.

use crate::browser::storage::Storage;
use crate::browser::timers::{Timer, sleep};
use crate::browser::{environment, tabs};

/// The key of the last write's number, and the prefix of the locks that publish it: the word of
/// earlier versions, whose tabs and stored data have it.
pub(super) const BARRIER: &str = "fence";
/// How long a number is published, in milliseconds: storage is late by a few.
const PUBLISH_DURATION: u64 = 2_000;
/// Interval between reads of storage, in milliseconds.
const POLL_INTERVAL: u64 = 10;

/// Waits until earlier writes can be read here.
pub(super) async fn wait(storage: &Storage) {
    let lock_prefix = [storage.prefix(), BARRIER, ":"].concat();
    // With a limit: the tab that publishes a number may sleep, and its writes may be wiped.
    for _ in 0..PUBLISH_DURATION / POLL_INTERVAL {
        let numbers = tabs::held_lock_names().await;
        let number = numbers.iter().filter_map(|name| name.strip_prefix(&*lock_prefix)?.parse().ok()).max();
        if number <= stored_number(storage) {
            break;
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// Numbers the writes until now, and publishes the number until the result is dropped.
pub(super) async fn publish(storage: &Storage) -> Option<Timer> {
    let number = stored_number(storage).map_or(0, |before| before + 1).max(environment::unix_millis()).to_string();
    // Where there is no room for it, nobody waits.
    storage.try_set(BARRIER, &number).ok()?;
    let lock = tabs::lock_shared(&[storage.prefix(), BARRIER, ":", &number].concat()).await;
    Timer::after(PUBLISH_DURATION, move || drop(lock))
}

fn stored_number(storage: &Storage) -> Option<u64> {
    storage.get(BARRIER)?.parse().ok()
}
