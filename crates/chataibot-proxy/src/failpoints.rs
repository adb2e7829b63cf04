//! Failpoints: steps of a message's way through the proxy where a test can stop the process and
//! kill it. Release builds contain none of this.

/// A step where the process can be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Failpoint {
    /// A transaction is open, and nothing is written yet.
    Begun,
    /// Everything is written, and nothing is committed yet.
    Written,
    /// The transaction is committed, and nothing is published yet.
    Committed,
    /// The entries are published, and no request is answered yet.
    Published,
    /// A visitor's message is logged, and not forwarded yet.
    Logged,
    /// The platform has answered, and the outcome is not recorded yet.
    Forwarded,
}

impl Failpoint {
    /// The step's name, as in `CHATAIBOT_PROXY_STOP_AT=<name>:<times to pass it first>`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Does nothing in a release build.
#[cfg(not(debug_assertions))]
pub const fn failpoint(_: Failpoint) {}

/// Blocks forever if a test has asked for it: reports the step on stderr, and waits to be killed.
#[cfg(debug_assertions)]
pub fn failpoint(step: Failpoint) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    /// The name of the step to stop at, and how often to pass it first.
    static ASKED: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let asked = std::env::var("CHATAIBOT_PROXY_STOP_AT").ok()?;
        let (name, times) = asked.split_once(':')?;
        Some((name.to_owned(), times.parse().ok()?))
    });
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let Some((name, times)) = &*ASKED else { return };
    if name == step.name() && PASSED.fetch_add(1, Ordering::SeqCst) == *times {
        eprintln!("stopped at {name}");
        loop {
            std::thread::park();
        }
    }
}
