//! `GET /api/v1/conversation/probe/events`: a short event stream for `doctor()`, which uses it to
//! detect intermediaries that buffer streams, and to measure the offset between the visitor's clock
//! and this one. Its path is next to the real streams, so that the same reverse proxy rules apply.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;

use crate::http::{EVENT_STREAM, state::App};

const EVENTS: u32 = 3;
/// Pause between two events: long enough to tell them apart from one buffered piece.
const PAUSE: Duration = Duration::from_millis(300);

pub async fn probe(State(app): State<Arc<App>>) -> Response {
    let events = stream::unfold(0, move |sent| {
        let clock = app.clock.clone();
        async move {
            if sent == EVENTS {
                return None;
            }
            if sent > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let event = format!("event: probe\ndata: {{\"now\":{}}}\n\n", clock.now());
            Some((Ok::<_, Infallible>(Bytes::from(event)), sent + 1))
        }
    });
    (EVENT_STREAM, Body::from_stream(events)).into_response()
}
