//! Table of all measures: name, unit, goal and required value of each.

/// Whether larger or smaller values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The value must be at least the bounds.
    More,
    /// The value must be at most the bounds.
    Less,
}

/// A measure and its bounds.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "named as in the table")]
pub struct Goal {
    /// Key under which a run reports it.
    pub key: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    /// Digits after the decimal point.
    pub digits: usize,
    pub better: Better,
    /// Whether the largest value of several runs counts, because a single occurrence is too many,
    /// instead of the median.
    pub largest_counts: bool,
    /// Desired value.
    pub goal: Option<f64>,
    /// Required value; missing it fails the bench.
    pub must: Option<f64>,
}

/// Creates a measure without bounds: it is only reported.
const fn measured(key: &'static str, title: &'static str, unit: &'static str, digits: usize) -> Goal {
    Goal { key, title, unit, digits, better: Better::Less, largest_counts: false, goal: None, must: None }
}

impl Goal {
    const fn at_most(self, bound: f64) -> Self {
        Self { goal: Some(bound), must: Some(bound), ..self }
    }

    const fn at_least(self, goal: f64, must: f64) -> Self {
        Self { better: Better::More, goal: Some(goal), must: Some(must), ..self }
    }
}

/// All measures, in the order of the table.
pub const GOALS: &[Goal] = &[
    measured("streams-per-gib", "idle streams per GiB of the proxy's memory", "", 0).at_least(100_000.0, 80_000.0),
    measured("stream-bytes", "  one idle stream, in the proxy", "bytes", 0),
    measured("kernel-bytes", "  one idle stream, in the kernel (both ends)", "bytes", 0),
    measured("ram-p50", "webhook to stream, no disk: p50", "ms", 2),
    measured("ram-p99", "webhook to stream, no disk: p99", "ms", 2).at_most(5.0),
    measured("ram-max", "webhook to stream, no disk: longest", "ms", 2),
    measured("disk-p50", "webhook to stream, commit first: p50", "ms", 2),
    measured("disk-p99", "webhook to stream, commit first: p99", "ms", 2).at_most(25.0),
    measured("disk-max", "webhook to stream, commit first: longest", "ms", 2),
    measured("ingest", "webhooks answered after their commit", "/s", 0).at_least(3_000.0, 3_000.0),
    measured("reconnect", "all streams cut: until the last is back", "s", 2).at_most(30.0),
    measured("reconnect-refused", "  told to come later on the way", "", 0),
    measured("token", "token check", "µs", 2).at_most(20.0),
    measured("forward-p50", "a visitor's message through the proxy: added, p50", "ms", 2),
    measured("forward-p99", "a visitor's message through the proxy: added, p99", "ms", 2),
    Goal {
        largest_counts: true,
        ..measured("lost-or-doubled", "events lost or doubled meanwhile", "", 0).at_most(0.0)
    },
];
