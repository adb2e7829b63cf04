//! Progress of steps: one line when one begins, another when it took long. Also runs two at once.

use std::time::{Duration, Instant};
use std::{panic, thread};

use anyhow::Result;

const MIN_REPORTED: Duration = Duration::from_secs(3);

/// Runs one step under a title such as `Building the proxy`. Progress goes to standard error.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("● {title} …");
    timed(title, work)
}

/// Like [`step`], for one that takes so many seconds when nothing is built yet, and says so.
pub fn long_step<T>(title: &str, seconds: u32, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("● {title} … (usually {seconds} s on two cores the first time, then a few seconds)");
    timed(title, work)
}

fn timed<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    let result = work()?;
    if started.elapsed() >= MIN_REPORTED {
        eprintln!("  {title}: done in {:.0} s", started.elapsed().as_secs_f32());
    }
    Ok(result)
}

/// Runs two steps concurrently. Both run to their end; then the first error counts.
pub fn both<A: Send, B>(one: impl FnOnce() -> Result<A> + Send, other: impl FnOnce() -> Result<B>) -> Result<(A, B)> {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        let one = one.join().unwrap_or_else(|cause| panic::resume_unwind(cause));
        Ok((one?, other?))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn two_steps_run_at_the_same_time_and_either_ones_error_counts() {
        let meet = Barrier::new(2);
        let work = |value| {
            meet.wait();
            Ok(value)
        };
        assert_eq!(both(|| work(1), || work(2)).expect("both end"), (1, 2));
        let failed = both(|| anyhow::bail!("the first"), || Ok(())) as Result<((), ())>;
        assert_eq!(failed.expect_err("it failed").to_string(), "the first");
    }
}
