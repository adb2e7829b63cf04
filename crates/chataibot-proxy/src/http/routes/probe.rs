//! `GET /api/v1/conversation/probe/events`: a short event stream for `doctor()`, which tells by it
//! whether something on the way collects streams, and how far the visitor's clock is from this one.
//! It stands beside the real streams, so that the same rules of a reverse proxy hold for it.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;

use crate::http::{EVENT_STREAM, state::App};

/// How many events it has.
const EVENTS: u32 = 3;
/// What is between two of them: long enough to be told apart from one piece.
const PAUSE: Duration = Duration::from_millis(300);

pub async fn probe(State(app): State<Arc<App>>) -> Response {
    let events = stream::unfold(0, move |told| {
        let clock = app.clock.clone();
        async move {
            if told == EVENTS {
                return None;
            }
            if told > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let event = format!("event: probe\ndata: {{\"now\":{}}}\n\n", clock.now());
            Some((Ok::<_, Infallible>(Bytes::from(event)), told + 1))
        }
    });
    (EVENT_STREAM, Body::from_stream(events)).into_response()
}
