//! Handling of the platform's parsed webhooks: token check, handshakes, events, acknowledgement.
//!
//! The 200 is sent after the commit. Whether it was sent is recorded, because only a delivery
//! without it comes again: see [`crate::store::incoming`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chataibot_wire::Author;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use http_body_util::{BodyExt, Full};
use tracing::Instrument;

use super::unknown_kinds::UnknownKinds;
use crate::config::Site;
use crate::error::ApiError;
use crate::metrics::{Metrics, timed};
use crate::normalise::{Diagnostic, EventKind, Incoming, Normalised, WebhookCall, size};
use crate::store::Store;
use crate::store::incoming::ReceiveStats;

/// Header that marks a handshake made by the operator's own check.
pub const CHECK_HEADER: HeaderName = HeaderName::from_static("x-chataibot-check");

pub struct WebhookReceiver {
    pub store: Store,
    pub metrics: Arc<Metrics>,
    pub unknown_kinds: UnknownKinds,
}

impl WebhookReceiver {
    /// Handles one POST to the webhook of `sites`, which share its path. Errors: 401 if its token
    /// is not theirs, 503 if it can't be stored.
    pub async fn handle(
        &self,
        sites: &[Arc<Site>],
        headers: &HeaderMap,
        delivery: WebhookCall,
    ) -> Result<Response, ApiError> {
        match delivery {
            WebhookCall::Handshake { token } => {
                // The platform expects its token back (DOC), and gets it only if it is ours.
                sites_with_token(sites, Some(&token))?;
                if !headers.contains_key(CHECK_HEADER) {
                    self.metrics.webhook_handshakes.inc();
                }
                Ok(Json(serde_json::json!({ "token": token })).into_response())
            }
            WebhookCall::Events { token, events } => {
                let presented = token.as_deref().or_else(|| authorization_token(headers));
                let sites = sites_with_token(sites, presented)?;
                let acknowledgement = Acknowledgement::new(&self.store);
                let (incoming, ignored) = self.partition(events);
                let stats = if incoming.is_empty() {
                    ReceiveStats::default()
                } else {
                    timed(&self.metrics.commit, self.store.receive(acknowledgement.delivery, sites, incoming))
                        .instrument(tracing::info_span!("store"))
                        .await?
                };
                self.count(stats, ignored);
                Ok(acknowledgement_response(acknowledgement))
            }
        }
    }

    /// Returns the events for logs, in entries of at most [`size::LONGEST`], and the number of
    /// others.
    fn partition(&self, events: Vec<Normalised>) -> (Vec<Incoming>, u64) {
        self.metrics.webhook_events.inc_by(events.len() as u64);
        let (mut incoming, mut ignored) = (Vec::with_capacity(events.len()), 0);
        for Normalised { event, diagnostics } in events {
            diagnostics.iter().for_each(|diagnostic| self.count_diagnostic(diagnostic));
            match event {
                Ok(event) => incoming.extend(split_long_message(event)),
                Err(_) => ignored += 1,
            }
        }
        (incoming, ignored)
    }

    fn count_diagnostic(&self, diagnostic: &Diagnostic) {
        match diagnostic {
            Diagnostic::ScriptDropped => self.metrics.scripts_dropped.inc(),
            Diagnostic::LinkDropped => self.metrics.links_dropped.inc(),
            Diagnostic::Cut => self.metrics.contents_cut.inc(),
            Diagnostic::UnknownKind { kind, shape } => {
                self.metrics.kinds_unknown.inc();
                self.unknown_kinds.record(kind, shape);
                tracing::info!(kind, "a message of a kind this version does not know");
            }
        }
    }

    fn count(&self, stats: ReceiveStats, ignored: u64) {
        let metrics = &self.metrics;
        for (counter, count) in [
            (&metrics.webhook_entries, stats.entries),
            (&metrics.webhook_echoes, stats.echoes),
            (&metrics.sends_reconciled, stats.reconciled),
            (&metrics.webhook_redelivered, stats.redelivered),
            (&metrics.webhook_foreign, stats.foreign),
            (&metrics.webhook_ignored, ignored),
            (&metrics.waiting_parked, stats.enqueued),
            (&metrics.waiting_delivered, stats.released),
            (&metrics.waiting_dropped, stats.dropped),
        ] {
            counter.inc_by(count);
        }
    }
}

/// Returns the ids of the sites that have this token. Errors: 401 if there are none.
pub fn sites_with_token(sites: &[Arc<Site>], presented: Option<&str>) -> Result<Vec<String>, ApiError> {
    let presented = presented.ok_or_else(|| ApiError::unauthorized().cause("a webhook without token"))?;
    let proven: Vec<String> =
        sites.iter().filter(|site| site.is_webhook_token(presented)).map(|site| site.id.as_str().to_owned()).collect();
    if proven.is_empty() { Err(ApiError::unauthorized().cause("a webhook with a wrong token")) } else { Ok(proven) }
}

/// The token in `Authorization`, raw or as `Bearer …` (OBS).
fn authorization_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
        _ => Some(value),
    }
}

/// Splits a reply that is too long for one entry of the log.
fn split_long_message(event: Incoming) -> Vec<Incoming> {
    let EventKind::Message { author: author @ (Author::Bot | Author::Agent), content } = event.kind else {
        return vec![event];
    };
    let pieces = size::pieces(content).into_iter().enumerate();
    let piece = |(index, content)| Incoming {
        conversation: event.conversation.clone(),
        visitor_key: event.visitor_key.clone(),
        // Each piece has its own id, by which it is recognised when the event comes again.
        id: event.id.as_ref().map(|id| if index == 0 { id.clone() } else { format!("{id}#{index}") }),
        kind: EventKind::Message { author, content },
    };
    pieces.map(piece).collect()
}

/// The 200. Notes the delivery as sent when its body is taken.
fn acknowledgement_response(mut acknowledgement: Acknowledgement) -> Response {
    let body = Bytes::from_static(b"{\"ok\":true}");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_LENGTH, HeaderValue::from(body.len())),
    ];
    // The body is one frame: once it is taken, the connection has the whole answer.
    let body = Full::new(body).map_frame(move |frame| {
        acknowledgement.set_sent();
        frame
    });
    (headers, Body::new(body)).into_response()
}

/// One delivery. If it is dropped before its 200 is handed to the connection, because the platform
/// hung up or the store failed, it is recorded as not acknowledged.
struct Acknowledgement {
    store: Store,
    delivery: u64,
    is_sent: bool,
}

impl Acknowledgement {
    fn new(store: &Store) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // The first number is the time in microseconds since 1970, so that numbers an earlier run
        // left in the database are never reused.
        let first = store.now().saturating_mul(1000);
        let last = NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(last.max(first) + 1));
        let delivery = last.unwrap_or_default().max(first) + 1;
        Self { store: store.clone(), delivery, is_sent: false }
    }

    fn set_sent(&mut self) {
        self.is_sent = true;
    }
}

impl Drop for Acknowledgement {
    fn drop(&mut self) {
        self.store.acknowledge(self.delivery, self.is_sent);
    }
}
