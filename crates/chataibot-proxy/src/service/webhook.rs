//! What the proxy does with the platform's webhooks once they are read and proven: handshakes, events, and the acknowledgement.
//!
//! The 200 goes out after the commit. Whether it went out is remembered, because only a delivery without it comes again: see
//! [`crate::store::incoming`].

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use chataibot_wire::Author;
use http::{HeaderMap, StatusCode, header};
use http_body::{Frame, SizeHint};
use tracing::Instrument;

use crate::{
    app::App,
    config::Site,
    error::ApiError,
    normalise::{Delivery, Diagnostic, EventKind, PlatformEvent, size},
    store::{
        Store,
        incoming::{Incoming, ReceiveStats, What},
    },
};

/// Handles one POST to the webhook of `sites`, which share its path.
///
/// # Errors
/// 401 when its token is not theirs, 503 when it can't be stored.
pub async fn handle(
    app: &Arc<App>,
    sites: &[Arc<Site>],
    headers: &HeaderMap,
    delivery: Delivery,
) -> Result<Response, ApiError> {
    match delivery {
        Delivery::Handshake { token } => handshake(sites, &token),
        Delivery::Events { token, events } => {
            let presented = token.as_deref().or_else(|| token_of(headers));
            let sites = proven(sites, presented)?;
            let acknowledgement = Acknowledgement::new(&app.store);
            let (incoming, ignored) = sort(app, events);
            let stats = if incoming.is_empty() {
                ReceiveStats::default()
            } else {
                app.histograms
                    .commit
                    .time(app.store.receive(acknowledgement.delivery, sites, incoming))
                    .instrument(tracing::info_span!("store"))
                    .await
                    .map_err(ApiError::unavailable)?
            };
            count(app, stats, ignored);
            Ok(answer(acknowledgement))
        }
    }
}

/// The platform checks the address: it wants its token back (DOC), and gets it only when it is ours.
fn handshake(sites: &[Arc<Site>], token: &str) -> Result<Response, ApiError> {
    proven(sites, Some(token))?;
    let body = serde_json::json!({ "token": token }).to_string();
    Ok(json(Body::from(body)))
}

/// The ids of the sites whose token it is.
fn proven(sites: &[Arc<Site>], presented: Option<&str>) -> Result<Vec<String>, ApiError> {
    let presented = presented.ok_or_else(|| ApiError::unauthorized().cause("a webhook without token"))?;
    let proven: Vec<String> =
        sites.iter().filter(|site| site.is_webhook_token(presented)).map(|site| site.id.as_str().to_owned()).collect();
    if proven.is_empty() { Err(ApiError::unauthorized().cause("a webhook with a wrong token")) } else { Ok(proven) }
}

/// The token in `Authorization`, raw or as `Bearer …` (OBS).
fn token_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
        _ => Some(value),
    }
}

/// What is for a log; and how many events are not.
fn sort(app: &App, events: Vec<PlatformEvent>) -> (Vec<Incoming>, u64) {
    app.counters.webhook_events.add(events.len() as u64);
    let mut incoming = Vec::with_capacity(events.len());
    let mut ignored = 0;
    for event in events {
        event.diagnostics.iter().for_each(|note| count_diagnostic(app, note));
        let what = match event.kind {
            EventKind::Message { author, content } => What::Message { author, content },
            EventKind::Status(status) => What::Status(status),
            EventKind::Assignee(assignee) => What::Assignee(assignee),
            EventKind::Created { closed } => What::Created { closed },
            EventKind::Ignored { .. } => {
                ignored += 1;
                continue;
            }
        };
        // An event of no conversation has no log to go to.
        let Some(conversation) = event.conversation else {
            ignored += 1;
            continue;
        };
        let event = Incoming { conversation, visitor_key: event.visitor_key, id: event.id, what };
        incoming.extend(divided(event));
    }
    (incoming, ignored)
}

/// A reply too long for one entry of the log is several.
fn divided(event: Incoming) -> Vec<Incoming> {
    let What::Message { author: author @ (Author::Bot | Author::Agent), content } = event.what else {
        return vec![event];
    };
    let pieces = size::pieces(content).into_iter().enumerate();
    let piece = |(index, content)| Incoming {
        conversation: event.conversation.clone(),
        visitor_key: event.visitor_key.clone(),
        // Each is known by an id of its own when the event comes again.
        id: event.id.as_ref().map(|id| if index == 0 { id.clone() } else { format!("{id}#{index}") }),
        what: What::Message { author, content },
    };
    pieces.map(piece).collect()
}

fn count_diagnostic(app: &App, note: &Diagnostic) {
    match note {
        Diagnostic::ScriptDropped => app.counters.scripts_dropped.increment(),
        Diagnostic::LinkDropped => app.counters.links_dropped.increment(),
        Diagnostic::Cut => app.counters.contents_cut.increment(),
        Diagnostic::UnknownKind { kind, shape } => {
            app.counters.kinds_unknown.increment();
            app.unknown_kinds.record(kind, shape);
            tracing::info!(kind, "a message of a kind this version does not know");
        }
    }
}

fn count(app: &App, stats: ReceiveStats, ignored: u64) {
    let counters = &app.counters;
    for (counter, count) in [
        (&counters.webhook_entries, stats.entries),
        (&counters.webhook_echoes, stats.echoes),
        (&counters.sends_reconciled, stats.reconciled),
        (&counters.webhook_redelivered, stats.redelivered),
        (&counters.webhook_foreign, stats.foreign),
        (&counters.webhook_ignored, ignored),
        (&counters.waiting_parked, stats.enqueued),
        (&counters.waiting_delivered, stats.released),
        (&counters.waiting_dropped, stats.dropped),
    ] {
        counter.add(count);
    }
}

fn answer(acknowledgement: Acknowledgement) -> Response {
    json(Body::new(AckBody { left: Some(Bytes::from_static(b"{\"ok\":true}")), acknowledgement }))
}

fn json(body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

/// One delivery, from the moment it is stored until its 200 is handed to the connection. Dropped before that, because the
/// platform hung up or the store failed, it says that the delivery was not acknowledged.
struct Acknowledgement {
    store: Store,
    delivery: u64,
    sent: bool,
}

impl Acknowledgement {
    fn new(store: &Store) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // Microseconds since 1970 as the first number: what an earlier run left in the database is never met again.
        let first = store.now().saturating_mul(1000);
        let last = NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(last.max(first) + 1));
        let delivery = last.unwrap_or_default().max(first) + 1;
        Self { store: store.clone(), delivery, sent: false }
    }
}

impl Drop for Acknowledgement {
    fn drop(&mut self) {
        if self.sent {
            self.store.acknowledged(self.delivery);
        } else {
            self.store.unacknowledged(self.delivery);
        }
    }
}

/// The body of the 200; knows when it was taken.
struct AckBody {
    left: Option<Bytes>,
    acknowledgement: Acknowledgement,
}

impl http_body::Body for AckBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::convert::Infallible>>> {
        let left = self.left.take();
        // The whole body is one frame: with it, the connection has all of the answer.
        self.acknowledgement.sent = true;
        Poll::Ready(left.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
