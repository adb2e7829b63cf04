//! Quantities of one run: streams, rates and durations.

use std::time::Duration;

/// The scale of one run.
#[derive(Clone, Debug)]
pub struct Scale {
    /// Idle streams during all measures but that of memory.
    pub idle: usize,
    /// Idle streams at the second reading of the memory; the first is at [`Scale::idle`].
    pub most: usize,
    /// Webhook events per second while latency is measured.
    pub rate: u32,
    /// How long latency is measured.
    pub latency: Duration,
    /// How long the proxy is sent as many webhooks as it takes.
    pub ingest: Duration,
    /// Connections on which the platform sends webhooks.
    pub platform_connections: usize,
    /// Visitor messages sent to measure forwarding.
    pub messages: usize,
    /// Token checks, in thousands.
    pub thousand_checks: usize,
}

impl Scale {
    /// The scale to which the goals refer.
    pub fn full() -> Self {
        Self {
            idle: 10_000,
            most: 20_000,
            rate: 1_000,
            latency: Duration::from_secs(10),
            ingest: Duration::from_secs(5),
            platform_connections: 64,
            messages: 500,
            thousand_checks: 50,
        }
    }

    /// A smoke run: everything once, in a few seconds. Its numbers say nothing about the proxy.
    pub fn quick() -> Self {
        Self {
            idle: 200,
            most: 600,
            rate: 100,
            latency: Duration::from_millis(500),
            ingest: Duration::from_millis(300),
            platform_connections: 8,
            messages: 10,
            thousand_checks: 1,
        }
    }

    /// Reduces the numbers of streams, the larger one first, to what `files` open files allow.
    /// Returns what that changed, if anything.
    pub fn within(mut self, files: u64) -> (Self, Option<String>) {
        // Database, platform, pipes and the webhook's connections need some files of their own.
        let max_streams = usize::try_from(files).unwrap_or(usize::MAX).saturating_sub(600);
        let requested = (self.idle, self.most);
        self.most = self.most.min(max_streams);
        self.idle = self.idle.min(self.most * 2 / 3);
        let (idle, most) = (self.idle, self.most);
        let allows = format!("the hard limit of {files} open files allows {idle} and {most} idle streams");
        let notice = format!("{allows} instead of {} and {}", requested.0, requested.1);
        (self, ((idle, most) != requested).then_some(notice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_limit_of_open_files_makes_it_smaller_and_is_told() {
        let (fits, notice) = Scale::full().within(1_000_000);
        assert_eq!((fits.idle, fits.most, notice), (10_000, 20_000, None));
        let (small, notice) = Scale::full().within(4096);
        assert_eq!((small.idle, small.most), (2330, 3496));
        assert!(notice.expect("told").contains("4096"));
        let (larger, _) = Scale::full().within(20_000);
        assert_eq!((larger.idle, larger.most), (10_000, 19_400), "what the goals speak of comes first");
    }
}
