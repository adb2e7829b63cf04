//! Trace export to an OpenTelemetry collector (feature `otel`): only spans of this crate, with
//! their ids and numbers, by OTLP over HTTP.
//!
//! Configured by OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, …). Log lines are
//! not part of a trace, and a caller's headers never continue a foreign trace.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::{Level, Subscriber};
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

/// Flushes the remaining spans when dropped.
#[derive(Debug)]
pub struct Exporting(SdkTracerProvider);

impl Drop for Exporting {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            // Logging has already ended, so this goes directly to stderr, like the log lines.
            eprintln!("the last traces were not sent: {error}");
        }
    }
}

/// Makes the layer that passes spans to the exporter, if the environment names a collector.
pub fn layer<S>() -> Result<Option<(impl Layer<S>, Exporting)>, String>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].into_iter().any(is_set) {
        return Ok(None);
    }
    let exporter = SpanExporter::builder().with_http().build().map_err(|error| format!("OpenTelemetry: {error}"))?;
    let mut resource = Resource::builder();
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("chataibot-proxy");
    }
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
    let tracer = provider.tracer("chataibot-proxy");
    let spans = filter_fn(|metadata| {
        metadata.is_span() && *metadata.level() <= Level::INFO && metadata.target().starts_with("chataibot_proxy")
    });
    let layer = tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_filter(spans);
    Ok(Some((layer, Exporting(provider))))
}
