//! Read barrier over `localStorage`, in step with Web Locks. A lock passes to the next tab at
//! once, but what its last holder has written may reach that tab's process later. So each writer
//! numbers its writes, in storage and by a shared lock that all tabs can list; the next holder
//! looks for such locks and waits until storage has reached their number.

use crate::browser::{
    environment,
    storage::Storage,
    tabs,
    timers::{Timer, sleep},
};

/// The number of what was stored last, and how the locks that show it begin.
pub(super) const FENCE: &str = "fence";
/// How long a number is shown, in milliseconds: storage is late by a few.
const SHOWN: u64 = 2_000;
/// From one look at storage to the next, in milliseconds.
const LOOK: u64 = 10;

/// Waits until what was stored before can be read here.
pub(super) async fn wait(storage: &Storage) {
    let shown = [storage.prefix(), FENCE, ":"].concat();
    // The tab that shows a number may sleep, and what it has stored may be wiped.
    for _ in 0..SHOWN / LOOK {
        let numbers = tabs::held().await;
        let number = numbers.iter().filter_map(|name| name.strip_prefix(&*shown)?.parse().ok()).max();
        if number <= stored(storage) {
            break;
        }
        sleep(LOOK).await;
    }
}

/// Numbers what was stored until now, and shows the number until what is given back is dropped, and
/// not for long.
pub(super) async fn publish(storage: &Storage) -> Option<Timer> {
    let number = stored(storage).map_or(0, |before| before + 1).max(environment::unix_millis()).to_string();
    // Where there is no room for it, nobody waits.
    storage.try_set(FENCE, &number).ok()?;
    let lock = tabs::share(&[storage.prefix(), FENCE, ":", &number].concat()).await;
    Timer::after(SHOWN, move || drop(lock))
}

fn stored(storage: &Storage) -> Option<u64> {
    storage.get(FENCE)?.parse().ok()
}
