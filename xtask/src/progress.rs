//! What a person sees while steps run: one line when a step begins, one when it took its time.

use std::time::{Duration, Instant};

/// Steps shorter than this get no second line.
const WORTH_TELLING: Duration = Duration::from_secs(3);

/// Runs one step under a title such as `Building the proxy`. Progress goes to standard error; results go to standard output.
pub fn step<T>(title: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eprintln!("● {title} …");
    let begin = Instant::now();
    let result = work()?;
    if begin.elapsed() >= WORTH_TELLING {
        eprintln!("  {title}: done in {:.0} s", begin.elapsed().as_secs_f32());
    }
    Ok(result)
}
