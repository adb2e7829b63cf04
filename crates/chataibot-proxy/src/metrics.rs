//! Prometheus metrics of the proxy: counters, gauges, histograms. Never contain an id or a text.
//!
//! A name here is the exported name without `chataibot_proxy_` and without the suffix of its kind;
//! operators' dashboards depend on it.

use std::time::Instant;

use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, core::Collector,
};

/// Upper bounds of the buckets, in seconds.
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
    ($($make:ident -> $kind:ident { $($name:ident: $help:literal,)+ })+) => {
        /// Every metric of the proxy.
        #[derive(Debug)]
        pub struct Metrics {
            registry: Registry,
            /// Event streams that ended, by reason: see [`StreamEnd`].
            pub stream_ends: IntCounterVec,
            $($(#[doc = $help] pub $name: $kind,)+)+
        }

        impl Default for Metrics {
            fn default() -> Self {
                let registry = Registry::new_custom(Some("chataibot_proxy".to_owned()), None).expect("a valid prefix");
                let build = Opts::new("build_info", "Which version runs.").const_label("version", env!("CARGO_PKG_VERSION"));
                register(&registry, IntGauge::with_opts(build)).set(1);
                let ends = Opts::new("stream_ends_total", "Event streams that ended, by reason.");
                let stream_ends = register(&registry, IntCounterVec::new(ends, &["reason"]));
                for end in <StreamEnd as strum::VariantArray>::VARIANTS {
                    // Present from the first scrape on, so that a rate over the first event is
                    // right.
                    stream_ends.with_label_values(&[<&str>::from(end)]);
                }
                Self { stream_ends, $($($name: $make(&registry, stringify!($name), $help),)+)+ registry }
            }
        }
    };
}

fn counter(registry: &Registry, name: &str, help: &str) -> IntCounter {
    register(registry, IntCounter::new(format!("{name}_total"), help))
}

fn gauge(registry: &Registry, name: &str, help: &str) -> IntGauge {
    register(registry, IntGauge::new(name, help))
}

fn histogram(registry: &Registry, name: &str, help: &str) -> Histogram {
    let opts = HistogramOpts::new(format!("{name}_seconds"), help).buckets(BUCKET_BOUNDS.to_vec());
    register(registry, Histogram::with_opts(opts))
}

/// Registers a metric. Names are literals of this file, so an error would show in every test.
fn register<M: Collector + Clone + 'static>(registry: &Registry, metric: prometheus::Result<M>) -> M {
    let metric = metric.expect("a valid metric");
    registry.register(Box::new(metric.clone())).expect("a name of its own");
    metric
}

impl Metrics {
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
    counter -> IntCounter {
        conversations_started: "Conversations started: the platform has accepted the start.",
        signed_in: "Sign-ins with a valid identity of the host site.",
        identities_refused: "Identities of host sites that were rejected.",
        families_ended: "Token families ended by a log-out or by another sign-in.",
        sends_accepted: "Visitor messages the platform has accepted, starts included.",
        sends_failed: "Visitor messages that definitely did not arrive; a retry with the same key is allowed.",
        sends_refused: "Visitor messages that the platform rejected permanently.",
        sends_unknown: "Visitor messages with an unknown outcome: the platform's response was lost.",
        sends_reconciled: "Messages with an unknown outcome that an echo has confirmed.",
        sends_repeated: "Requests answered from an idempotency record, without forwarding.",
        platform_operator_faults: "Responses of the platform that only the operator can act on: token, plan, channel, account.",
        webhook_handshakes: "Webhook handshakes of the platform that were answered.",
        webhook_events: "Events in webhooks that passed authentication.",
        webhook_entries: "Entries that webhooks added to logs.",
        webhook_echoes: "Echoes of a visitor's own message that were matched to it.",
        webhook_redelivered: "Redelivered events that were already stored.",
        webhook_foreign: "Events of conversations that were not started by this proxy.",
        webhook_ignored: "Events that are not relevant for a visitor.",
        waiting_parked: "Events that arrived before their conversation was known, and were queued.",
        waiting_delivered: "Queued events that were assigned to their conversation.",
        waiting_dropped: "Queued events that expired, and events that found the queue full.",
        streams_opened: "Event streams opened.",
        streams_reset: "Event streams and polls that had to start over.",
        streams_cut: "Event streams closed by the proxy: their reader was too slow, the visitor opened too many, or the conversation was deleted.",
        files_stored: "Files of visitors that were stored.",
        files_refused: "Files of visitors that were rejected.",
        files_quota: "Of those, files rejected because their site's quota is used up.",
        conversations_deleted: "Conversations deleted because their retention period was over.",
        visitors_erased: "Visitors erased by an operator.",
        visitors_new: "Tokens issued without a renewal secret: new visitors, and sign-ins in another browser.",
        tokens_issued: "Visitor tokens issued, renewals included.",
        renewals_refused: "Renewals refused: unknown, expired, revoked or reused secrets.",
        families_revoked: "Token families ended because a renewal secret was used twice.",
        tokens_refused: "Requests without a valid visitor token.",
        origins_refused: "Requests from pages whose origin is not allowed.",
        rate_limited: "Requests over a rate limit.",
        framing_refused: "Requests refused because their HTTP framing is ambiguous or malformed.",
        connections_refused: "Connections refused because too many are open.",
        answers_4xx: "Requests answered with a 4xx status.",
        answers_5xx: "Requests answered with a 5xx status.",
        scripts_dropped: "Script messages that were discarded.",
        links_dropped: "Links and addresses dropped because their scheme is not allowed.",
        contents_cut: "Contents truncated because they were too long or too deep.",
        kinds_unknown: "Messages of kinds this version does not know.",
    }
    gauge -> IntGauge {
        connections: "Open connections.",
        streams: "Open event streams.",
        subscribers: "Readers that wait for a conversation's next entry, polls included.",
        messages_forwarding: "Visitor messages that are being forwarded to the platform.",
        draining: "1 after a shutdown was requested.",
        start_time_seconds: "Start time of the process, in seconds since 1970-01-01 UTC.",
        store_away: "1 while Redis does not answer.",
    }
    histogram -> Histogram {
        reply_to_stream: "From the start of a reply's transaction, right after its webhook was read, until a reader has received it.",
        forward: "Duration of calls to the platform, until the response or the failure.",
        commit: "Duration of writes that a request waits for, until they are on the disk.",
        request: "From a request's head until its response starts; without streams and long polls.",
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
