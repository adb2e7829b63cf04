//! Steps of a message through the proxy at which a test can stop the process, to kill it there. A
//! release build holds none of it.

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Failpoint {
    /// A transaction is open, and nothing is written.
    Begun,
    /// Everything is written, and nothing committed.
    Written,
    /// It is committed, and nobody knows.
    Committed,
    /// Streams know of it, and nobody has an answer.
    Published,
    /// A visitor's message is logged, and the platform does not have it.
    Logged,
    /// The platform has answered, and that is not recorded.
    Forwarded,
}

impl Failpoint {
    /// Its name, as `CHATAIBOT_PROXY_STOP_AT` has it before a colon and the number of the time.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Goes on in a release build.
#[cfg(not(debug_assertions))]
pub const fn failpoint(_: Failpoint) {}

/// Stops for good when a test has asked for it: says so on stderr, and waits to be killed.
#[cfg(debug_assertions)]
pub fn failpoint(step: Failpoint) {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };
    /// The name of a step, and how often it is to be passed before.
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
