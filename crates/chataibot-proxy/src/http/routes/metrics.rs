//! `GET /metrics` for Prometheus, on its own listener: counters, gauges and histograms, never an id or a text.

use std::{fmt::Write, sync::Arc};

use axum::{extract::State, response::IntoResponse};
use http::header;

use crate::{app::App, histograms::Histogram};

/// All metrics in Prometheus' text format.
pub async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(&app))
}

fn text(app: &App) -> String {
    let mut text = String::new();
    for (name, help, value) in app.counters.iter() {
        let name = format!("chataibot_proxy_{name}_total");
        write(&mut text, &name, help, "counter", value);
    }
    for (name, help, value) in gauges(app) {
        write(&mut text, &format!("chataibot_proxy_{name}"), help, "gauge", value);
    }
    for (name, help, histogram) in app.histograms.iter() {
        write_histogram(&mut text, &format!("chataibot_proxy_{name}_seconds"), help, histogram);
    }
    // Writing to a String can't fail.
    let _ = writeln!(
        text,
        "# HELP chataibot_proxy_build_info Which version runs.\n# TYPE chataibot_proxy_build_info gauge\nchataibot_proxy_build_info{{version=\"{}\"}} 1",
        env!("CARGO_PKG_VERSION")
    );
    let away = u64::from(app.store.is_unavailable());
    write(&mut text, "chataibot_proxy_store_away", "1 while Redis does not answer.", "gauge", away);
    text
}

fn gauges(app: &App) -> [(&'static str, &'static str, u64); 6] {
    [
        ("connections", "Open connections.", app.connections() as u64),
        ("streams", "Open event streams.", app.streams.now()),
        (
            "subscribers",
            "Readers that wait for a conversation's next entry, polls included.",
            app.hub.subscribers() as u64,
        ),
        (
            "messages_forwarding",
            "Visitor messages on their way to the platform.",
            app.conversations.forwarding() as u64,
        ),
        ("draining", "1 when an end was asked for.", u64::from(app.is_draining())),
        ("start_time_seconds", "When the process began, seconds since 1970-01-01 UTC.", app.began_at / 1000),
    ]
}

fn write(text: &mut String, name: &str, help: &str, kind: &str, value: u64) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
}

fn write_histogram(text: &mut String, name: &str, help: &str, histogram: &Histogram) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} histogram");
    for (bound, count) in histogram.cumulative() {
        let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {count}");
    }
    let (count, sum) = (histogram.count(), histogram.sum());
    let _ = writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}");
}
