//! Prometheus metrics of the proxy: counters, gauges, histograms. Never contain an id or a text.
//!
//! A name here is the exported name without `chataibot_proxy_` and without the suffix of its kind;
//! operators' dashboards depend on it. The doc comments of the metrics are their exported help
//! texts.

use std::time::Instant;

use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, core::Collector,
};

/// Upper bounds of the buckets, in seconds: from unnoticeable delays to those at which everyone
/// gives up.
const BUCKET_BOUNDS: [f64; 14] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Why an event stream ended: the label of `stream_ends_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum StreamEnd {
    /// The browser or the network closed the connection.
    HungUp,
    /// The visitor's token expires soon: the browser renews it and reconnects.
    TokenExpiring,
    /// The visitor's tokens were revoked, or the site no longer takes them.
    Revoked,
    /// The visitor opened more streams than allowed; the oldest ended.
    TooMany,
    /// The reader was too slow, or its conversation was deleted.
    Cut,
    /// The log could not be read.
    StoreFailed,
    /// The proxy is shutting down.
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
                    // Initialised to be present from the first scrape on, so that a rate over the
                    // first event is right.
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
                            .buckets(BUCKET_BOUNDS.to_vec()),
                        ),
                    ),)+
                    registry,
                }
            }
        }
    };
}

/// Registers a metric. Names are literals of this file, so an error would show in every test.
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

    pub fn count_response(&self, status: http::StatusCode) {
        if status.is_server_error() {
            self.answers_5xx.inc();
        } else if status.is_client_error() {
            self.answers_4xx.inc();
        }
    }

    pub fn count_stream_end(&self, end: StreamEnd) {
        self.stream_ends.with_label_values(&[<&str>::from(end)]).inc();
    }
}

/// Records the duration of a future in a histogram.
pub async fn timed<T>(histogram: &Histogram, future: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let result = future.await;
    histogram.observe(started.elapsed().as_secs_f64());
    result
}

/// Guard that counts one in a gauge while it lives.
#[derive(Debug)]
pub struct GaugeGuard(IntGauge);

impl GaugeGuard {
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
        /// Sign-ins with a valid identity of the host site.
        signed_in,
        /// Identities of host sites that were rejected.
        identities_refused,
        /// Token families ended by a log-out or by another sign-in.
        families_ended,
        /// Visitor messages the platform has accepted, starts included.
        sends_accepted,
        /// Visitor messages that definitely did not arrive; a retry with the same key is allowed.
        sends_failed,
        /// Visitor messages that the platform rejected permanently.
        sends_refused,
        /// Visitor messages with an unknown outcome: the platform's response was lost.
        sends_unknown,
        /// Messages with an unknown outcome that an echo has confirmed.
        sends_reconciled,
        /// Requests answered from an idempotency record, without forwarding.
        sends_repeated,
        /// Responses of the platform that only the operator can act on: token, plan, channel,
        /// account.
        platform_operator_faults,
        /// Webhook handshakes of the platform that were answered.
        webhook_handshakes,
        /// Events in webhooks that passed authentication.
        webhook_events,
        /// Entries that webhooks added to logs.
        webhook_entries,
        /// Echoes of a visitor's own message that were matched to it.
        webhook_echoes,
        /// Redelivered events that were already stored.
        webhook_redelivered,
        /// Events of conversations that were not started by this proxy.
        webhook_foreign,
        /// Events that are not relevant for a visitor.
        webhook_ignored,
        /// Events that arrived before their conversation was known, and were queued.
        waiting_parked,
        /// Queued events that were assigned to their conversation.
        waiting_delivered,
        /// Queued events that expired, and events that found the queue full.
        waiting_dropped,
        /// Event streams opened.
        streams_opened,
        /// Event streams and polls that had to start over.
        streams_reset,
        /// Event streams closed by the proxy: their reader was too slow, the visitor opened too many,
        /// or the conversation was deleted.
        streams_cut,
        /// Files of visitors that were stored.
        files_stored,
        /// Files of visitors that were rejected.
        files_refused,
        /// Of those, files rejected because their site's quota is used up.
        files_quota,
        /// Conversations deleted because their retention period was over.
        conversations_deleted,
        /// Visitors erased by an operator.
        visitors_erased,
        /// Tokens issued without a renewal secret: new visitors, and sign-ins in another browser.
        visitors_new,
        /// Visitor tokens issued, renewals included.
        tokens_issued,
        /// Renewals refused: unknown, expired, revoked or reused secrets.
        renewals_refused,
        /// Token families ended because a renewal secret was used twice.
        families_revoked,
        /// Requests without a valid visitor token.
        tokens_refused,
        /// Requests from pages whose origin is not allowed.
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
        /// Script messages that were discarded.
        scripts_dropped,
        /// Links and addresses dropped because their scheme is not allowed.
        links_dropped,
        /// Contents truncated because they were too long or too deep.
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
        /// Visitor messages that are being forwarded to the platform.
        messages_forwarding,
        /// 1 after a shutdown was requested.
        draining,
        /// Start time of the process, in seconds since 1970-01-01 UTC.
        start_time_seconds,
        /// 1 while Redis does not answer.
        store_away,
    }
    histograms {
        /// From the start of a reply's transaction, right after its webhook was read, until a
        /// reader has received it.
        reply_to_stream,
        /// Duration of calls to the platform, until the response or the failure.
        forward,
        /// Duration of writes that a request waits for, until they are on the disk.
        commit,
        /// From a request's head until its response starts; without streams and long polls.
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
        metrics.count_stream_end(StreamEnd::TooMany);
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
