//! `GET /metrics` for Prometheus, on its own listener: counters and a few present values, never an id or a text.

use std::{fmt::Write, sync::Arc};

use axum::{extract::State, response::IntoResponse};
use http::header;

use crate::app::App;

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
    let connections = app.connections() as u64;
    let subscribers = app.hub.subscribers() as u64;
    write(&mut text, "chataibot_proxy_connections", "Open connections.", "gauge", connections);
    write(
        &mut text,
        "chataibot_proxy_subscribers",
        "Readers that wait for a conversation's next entry.",
        "gauge",
        subscribers,
    );
    let away = u64::from(app.store.is_away());
    write(&mut text, "chataibot_proxy_store_away", "1 while Redis does not answer.", "gauge", away);
    text
}

fn write(text: &mut String, name: &str, help: &str, kind: &str, value: u64) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
}
