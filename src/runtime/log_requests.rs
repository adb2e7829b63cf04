//! Requests to the log of a conversation: stream, long polls as fallback, earlier pages.

use std::rc::Rc;

use chataibot_wire::Cursor;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

use super::{Runtime, SessionHandle, repository, requests::encode_uri_component};
use crate::api::http::{self, AbortGuard, REQUEST_TIMEOUT, Request};
use crate::api::sse::EventStream;
use crate::api::{ApiError, Credentials, json};
use crate::machine::connection::Attempt;
use crate::machine::input::{Frame, Input, frame_of};

/// Time limit of a poll, in milliseconds; longer than the machine's, which aborts earlier.
const POLL_LIMIT: u64 = 60_000;
/// How much of the end of a log is read at first; the rest is read on request.
const LATEST_ENTRIES: &str = "last=200";
/// How many entries are read per such request.
const PAGE_LIMIT: &str = "&limit=50";
/// The field that tells whether the log has more before.
const EARLIER: &str = "earlier";

impl Runtime {
    /// The address of a conversation's log; `None` when the host page receives replies itself.
    fn events_url(&self, conversation: &str) -> Option<String> {
        let base = self.settings.borrow().events_url.clone()?;
        Some([&*base, "/conversation/", &encode_uri_component(conversation), "/events"].concat())
    }

    pub(super) fn fetch_page(self: &Rc<Self>, conversation: &str, before: Cursor, credentials: &Credentials) {
        let Some(url) = self.events_url(conversation) else { return };
        let url = [&url, "?before=", &before.to_string(), PAGE_LIMIT].concat();
        let request = Request::get(&url, "application/json").bearer(&credentials.token);
        let guard = AbortGuard::new(Some(REQUEST_TIMEOUT));
        self.requests.page.replace(guard.clone());
        let session = self.session();
        spawn_local(async move {
            let result = http::fetch_json(request, guard).await.and_then(|answer| {
                let entries = json::field(&answer, "entries").dyn_into::<Array>().map_err(|_| ApiError::Network)?;
                // An unreadable entry is left out. Older proxies have no pages.
                let has_earlier = json::field(&answer, EARLIER).is_truthy();
                Ok((entries.iter().filter_map(repository::parse_entry).collect(), has_earlier))
            });
            session.deliver(Input::PageAnswered { before, result });
        });
    }

    pub(super) fn connect(
        self: &Rc<Self>,
        generation: u32,
        attempt: Attempt,
        conversation: &str,
        after: Option<Cursor>,
        credentials: &Credentials,
    ) {
        let Some(url) = self.events_url(conversation) else { return };
        let after = after.map(|cursor| cursor.to_string());
        let (request, limit) = match attempt {
            Attempt::Stream => {
                let request = match &after {
                    Some(after) => Request::get(&url, "text/event-stream").with_header("Last-Event-ID", after),
                    None => Request::get(&[&url, "?", LATEST_ENTRIES].concat(), "text/event-stream"),
                };
                (request, None)
            }
            Attempt::Poll { wait } => {
                let (name, value) = after.as_deref().map_or(("", LATEST_ENTRIES), |after| ("after=", after));
                let url = [&url, "?", name, value, "&wait=", &wait.to_string()].concat();
                (Request::get(&url, "application/json"), Some(POLL_LIMIT))
            }
        };
        let early = self.requests.early.take_log(conversation).filter(|_| after.is_none() && limit.is_none());
        let (request, guard) = request.bearer(&credentials.token).with_guard(early, limit);
        self.requests.log.replace(guard.clone());
        let session = self.session();
        spawn_local(async move {
            let input = match attempt {
                Attempt::Stream => read_stream(&session, generation, request, guard).await,
                Attempt::Poll { .. } => http::fetch_json(request, guard)
                    .await
                    .and_then(|answer| poll_frames(&answer).ok_or(ApiError::Network))
                    .map(|frames| Input::Polled { generation, frames }),
            };
            session.deliver(input.unwrap_or_else(|failure| Input::LogFailed { generation, failure }));
        });
    }
}

async fn read_stream(
    session: &SessionHandle,
    generation: u32,
    request: Request,
    guard: Option<Rc<AbortGuard>>,
) -> Result<Input, ApiError> {
    let guard = guard.ok_or(ApiError::Network)?;
    let response = http::open_stream(request, guard.clone()).await?;
    let mut body = response.body().and_then(|body| EventStream::new(&body)).ok_or(ApiError::Network)?;
    session.deliver(Input::StreamOpened { generation });
    while let Some(items) = body.next().await? {
        let frames: Vec<Frame> = items.into_iter().map(|one| frame_of(one, json::parse)).collect();
        session.deliver(Input::StreamFrames { generation, frames });
        // Aborted while reading.
        if guard.is_aborted() {
            break;
        }
    }
    Ok(Input::StreamEnded { generation })
}

/// Converts a poll's answer to frames. One unreadable entry spoils no other.
fn poll_frames(answer: &JsValue) -> Option<Vec<Frame>> {
    let mut frames = Vec::new();
    if json::field(answer, "reset").is_object() {
        frames.push(Frame::Reset);
    }
    if let Some(has_earlier) = json::field(answer, EARLIER).as_bool() {
        frames.push(Frame::Begin { has_earlier });
    }
    let entries = json::field(answer, "entries").dyn_into::<Array>().ok()?;
    for value in entries.iter() {
        let cursor = json::field(&value, "cursor").as_string().and_then(|text| text.parse().ok());
        frames.push(match repository::parse_entry(value) {
            Some(entry) => Frame::Entry(entry),
            None => Frame::Unreadable(cursor),
        });
    }
    Some(frames)
}
