//! What the proxy measures of itself, for Prometheus: counters, gauges, histograms. Never an id or
//! a text.
//!
//! A name here is the exported name without `chataibot_proxy_` and without the suffix of its kind;
//! operators' dashboards rely on it.

use std::time::Instant;

use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, core::Collector,
};

/// The upper bounds of the buckets, seconds: from what nobody notices to what everybody gives up
/// on.
const BOUNDS: [f64; 14] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Why an event stream ended: the label of `stream_ends_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum StreamEnd {
    /// The browser hung up, or the network did.
    HungUp,
    /// The visitor's token ends soon: the browser renews it and comes back.
    TokenExpiring,
    /// The visitor's tokens were revoked, or the site no longer takes them.
    Revoked,
    /// The visitor opened more streams than one may have; the oldest ended.
    TooMany,
    /// The reader was too slow, or its conversation was deleted.
    Cut,
    /// The log could not be read.
    StoreFailed,
    /// The proxy stops.
    Shutdown,
}

macro_rules! metrics {
    (
        counters { $($(#[doc = $counter_help:literal])+ $counter:ident,)+ }
        gauges { $($(#[doc = $gauge_help:literal])+ $gauge:ident,)+ }
        histograms { $($(#[doc = $histogram_help:literal])+ $histogram:ident,)+ }
    ) => {
        /// Every metric of the proxy.
        #[derive(Debug)]
        pub struct Metrics {
            registry: Registry,
            /// Event streams that ended, by reason: see [`StreamEnd`].
            pub stream_ends: IntCounterVec,
            $($(#[doc = $counter_help])+ pub $counter: IntCounter,)+
            $($(#[doc = $gauge_help])+ pub $gauge: IntGauge,)+
            $($(#[doc = $histogram_help])+ pub $histogram: Histogram,)+
        }

        impl Default for Metrics {
            fn default() -> Self {
                let registry = Registry::new_custom(Some("chataibot_proxy".to_owned()), None).expect("a valid prefix");
                let opts = |name: &str, help: &str| Opts::new(name, help.trim_start());
                let build = opts("build_info", "Which version runs.").const_label("version", env!("CARGO_PKG_VERSION"));
                register(&registry, IntGauge::with_opts(build)).set(1);
                let ends = opts("stream_ends_total", "Event streams that ended, by reason.");
                let stream_ends = register(&registry, IntCounterVec::new(ends, &["reason"]));
                for end in <StreamEnd as strum::VariantArray>::VARIANTS {
                    // From the first scrape on, so that a rate over the first event is right.
                    stream_ends.with_label_values(&[<&str>::from(end)]);
                }
                Self {
                    stream_ends,
                    $($counter: register(
                        &registry,
                        IntCounter::with_opts(opts(concat!(stringify!($counter), "_total"), concat!($($counter_help),+))),
                    ),)+
                    $($gauge: register(
                        &registry,
                        IntGauge::with_opts(opts(stringify!($gauge), concat!($($gauge_help),+))),
                    ),)+
                    $($histogram: register(
                        &registry,
                        Histogram::with_opts(
                            HistogramOpts::from(opts(
                                concat!(stringify!($histogram), "_seconds"),
                                concat!($($histogram_help),+),
                            ))
                            .buckets(BOUNDS.to_vec()),
                        ),
                    ),)+
                    registry,
                }
            }
        }
    };
}

/// Names are literals of this file, so what could fail fails in every test.
fn register<M: Collector + Clone + 'static>(registry: &Registry, metric: prometheus::Result<M>) -> M {
    let metric = metric.expect("a valid metric");
    registry.register(Box::new(metric.clone())).expect("a name of its own");
    metric
}

impl Metrics {
    /// All metrics in Prometheus' text format.
    pub fn text(&self) -> prometheus::Result<String> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }

    /// Counts an answer by its class.
    pub fn answered(&self, status: http::StatusCode) {
        if status.is_server_error() {
            self.answers_5xx.inc();
        } else if status.is_client_error() {
            self.answers_4xx.inc();
        }
    }

    /// Counts the end of a stream.
    pub fn stream_ended(&self, end: StreamEnd) {
        self.stream_ends.with_label_values(&[<&str>::from(end)]).inc();
    }
}

/// Measures how long a future takes.
pub async fn timed<T>(histogram: &Histogram, future: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let result = future.await;
    histogram.observe(started.elapsed().as_secs_f64());
    result
}

/// Counts one of something in a gauge for as long as it lives.
#[derive(Debug)]
pub struct GaugeGuard(IntGauge);

impl GaugeGuard {
    /// One more, until this is dropped.
    pub fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

metrics! {
    counters {
        /// Conversations started: the platform has accepted the start.
        conversations_started,
        /// Sign-ins that the host site vouched for.
        signed_in,
        /// Identities of host sites that were not believed.
        identities_refused,
        /// Families of tokens that were ended by leaving or by another sign-in.
        families_ended,
        /// Visitor messages the platform has accepted, starts included.
        sends_accepted,
        /// Visitor messages that definitely did not arrive; the same key may try again.
        sends_failed,
        /// Visitor messages the platform refused for good.
        sends_refused,
        /// Visitor messages whose answer was lost.
        sends_unknown,
        /// Lost answers that an echo made up for.
        sends_reconciled,
        /// Requests answered from an idempotency record, without forwarding.
        sends_repeated,
        /// Answers of the platform that only the operator can do something about: token, plan,
        /// channel, account.
        platform_operator_faults,
        /// Handshakes of the platform that were answered.
        webhook_handshakes,
        /// Events in webhooks that passed authentication.
        webhook_events,
        /// Entries that webhooks added to logs.
        webhook_entries,
        /// Echoes of a visitor's own message that were matched to it.
        webhook_echoes,
        /// Events that had been stored before.
        webhook_redelivered,
        /// Events of conversations that are not this proxy's.
        webhook_foreign,
        /// Events without use for a visitor.
        webhook_ignored,
        /// Events that came before their conversation was known, and wait.
        waiting_parked,
        /// Events that waited and then found their conversation.
        waiting_delivered,
        /// Events that waited in vain, or found the queue full.
        waiting_dropped,
        /// Event streams opened.
        streams_opened,
        /// Event streams and polls that had to begin anew.
        streams_reset,
        /// Event streams that were cut because their reader was too slow.
        streams_cut,
        /// Files of visitors that were stored.
        files_stored,
        /// Files of visitors that were refused.
        files_refused,
        /// Of those, files refused because their site's take up all the room they may.
        files_quota,
        /// Conversations deleted because their retention was over.
        conversations_deleted,
        /// Visitors erased by an operator.
        visitors_erased,
        /// Visitors that got their first token.
        visitors_new,
        /// Visitor tokens issued, renewals included.
        tokens_issued,
        /// Renewals refused: unknown, expired, revoked or reused secrets.
        renewals_refused,
        /// Families of tokens ended because a renewal secret was used twice.
        families_revoked,
        /// Requests without a valid visitor token.
        tokens_refused,
        /// Requests of pages whose origin is not allowed.
        origins_refused,
        /// Requests over a rate limit.
        rate_limited,
        /// Requests refused because their HTTP framing is ambiguous or malformed.
        framing_refused,
        /// Connections refused because too many are open.
        connections_refused,
        /// Requests answered with a 4xx status.
        answers_4xx,
        /// Requests answered with a 5xx status.
        answers_5xx,
        /// Script messages dropped unread.
        scripts_dropped,
        /// Links and addresses dropped because their scheme is not allowed.
        links_dropped,
        /// Contents cut because they were too long or too deep.
        contents_cut,
        /// Messages of kinds this version does not know.
        kinds_unknown,
    }
    gauges {
        /// Open connections.
        connections,
        /// Open event streams.
        streams,
        /// Readers that wait for a conversation's next entry, polls included.
        subscribers,
        /// Visitor messages on their way to the platform.
        messages_forwarding,
        /// 1 when an end was asked for.
        draining,
        /// When the process began, seconds since 1970-01-01 UTC.
        start_time_seconds,
        /// 1 while Redis does not answer.
        store_away,
    }
    histograms {
        /// From the transaction of a reply, right after its webhook was read, until a waiting
        /// reader has it.
        reply_to_stream,
        /// From a call to the platform until its answer, or until there was none.
        forward,
        /// From a write that a request waits for until it is on the disk.
        commit,
        /// From a request's head until its answer began; streams and long polls are not counted.
        request,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_histograms_are_exported_by_the_names_that_operators_know() {
        let metrics = Metrics::default();
        metrics.webhook_events.inc_by(3);
        metrics.request.observe(0.003);
        metrics.stream_ended(StreamEnd::TooMany);
        let text = metrics.text().expect("text");
        for line in [
            "# HELP chataibot_proxy_webhook_events_total Events in webhooks that passed authentication.",
            "# TYPE chataibot_proxy_webhook_events_total counter",
            "chataibot_proxy_webhook_events_total 3",
            "chataibot_proxy_request_seconds_bucket{le=\"0.002\"} 0",
            "chataibot_proxy_request_seconds_bucket{le=\"0.005\"} 1",
            "chataibot_proxy_request_seconds_bucket{le=\"1\"} 1",
            "chataibot_proxy_request_seconds_bucket{le=\"30\"} 1",
            "chataibot_proxy_request_seconds_bucket{le=\"+Inf\"} 1",
            "chataibot_proxy_request_seconds_sum 0.003",
            "chataibot_proxy_request_seconds_count 1",
            "chataibot_proxy_stream_ends_total{reason=\"too_many\"} 1",
            "chataibot_proxy_stream_ends_total{reason=\"hung_up\"} 0",
            "chataibot_proxy_store_away 0",
            concat!("chataibot_proxy_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
