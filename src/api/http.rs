//! HTTP requests to the proxy, with a time limit; every failure becomes an [`ApiError`]. Answers
//! are read by `gloo-net`.
//!
//! Requests are sent without it, for the page may have put a `fetch` of its own in place. Many take
//! the address for a text, and gloo-net hands them a `Request`; one that rejects with something
//! else than an `Error`, or answers with another object, makes gloo-net panic.

use std::{pin::Pin, rc::Rc};

use chataibot_wire::ErrorBody;
use gloo_net::http::Response;
use js_sys::{JSON, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestCache, RequestCredentials, RequestInit, RequestRedirect};

use super::{ApiError, json};
use crate::browser::timers::Timer;

#[wasm_bindgen]
extern "C" {
    /// The page's `fetch`, which may throw where the browser's own would reject.
    #[wasm_bindgen(catch)]
    fn fetch(address: &str, options: &RequestInit) -> Result<Promise, JsValue>;
}

/// What a start, send or token call may take, in milliseconds.
pub const PATIENCE: u64 = 30_000;

/// A call under way. Boxed, so that sending and judging are compiled once and each caller's own
/// future stays small.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// A call's right to go on: ends when it is let go, when it is dropped, and by itself when its time
/// is over.
pub struct AbortGuard {
    controller: AbortController,
    _timer: Option<Timer>,
}

impl AbortGuard {
    /// A guard of so many milliseconds; `None` holds until it is dropped.
    #[must_use]
    pub fn new(milliseconds: Option<u64>) -> Option<Rc<Self>> {
        Some(Self::of(AbortController::new().ok()?, milliseconds))
    }

    /// The same for a call that is under way already.
    #[must_use]
    pub fn of(controller: AbortController, milliseconds: Option<u64>) -> Rc<Self> {
        let timer = milliseconds.and_then(|milliseconds| {
            let controller = controller.clone();
            Timer::after(milliseconds, move || controller.abort())
        });
        Rc::new(Self { controller, _timer: timer })
    }

    /// Ends the call now, whoever else holds the guard.
    pub fn abort(&self) {
        self.controller.abort();
    }

    /// Has the call been ended?
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.controller.signal().aborted()
    }
}

impl Drop for AbortGuard {
    fn drop(&mut self) {
        // Of no effect on a call that is over.
        self.abort();
    }
}

/// The answer to a call that was made before, and the call's right to go on.
pub struct EarlyResponse {
    /// A promise of a response.
    pub promise: Promise,
    /// Ends the call.
    pub guard: Rc<AbortGuard>,
}

/// What is asked of the proxy.
pub struct Request {
    url: String,
    options: RequestInit,
    /// `None` after one that no browser would send.
    headers: Option<web_sys::Headers>,
    early: Option<Promise>,
}

impl Request {
    fn new(url: &str, method: &str) -> Self {
        let options = RequestInit::new();
        options.set_method(method);
        options.set_credentials(RequestCredentials::Omit);
        options.set_cache(RequestCache::NoStore);
        // The proxy never redirects; whoever does must not get the token.
        options.set_redirect(RequestRedirect::Error);
        Self { url: url.into(), options, headers: web_sys::Headers::new().ok(), early: None }
    }

    /// Asks for `kind`, a media type.
    #[must_use]
    pub fn get(url: &str, kind: &str) -> Self {
        Self::new(url, "GET").with("Accept", kind)
    }

    /// Brings `body` as JSON.
    pub fn post(url: &str, body: &impl Serialize) -> Self {
        // What JSON cannot hold goes as nothing, and is refused.
        Self::post_json(url, json::stringify(body).unwrap_or_default())
    }

    /// Brings `body`, which is JSON.
    #[must_use]
    pub fn post_json(url: &str, body: String) -> Self {
        let request = Self::new(url, "POST").with("Content-Type", "application/json");
        request.options.set_body(&JsValue::from_str(&body));
        request
    }

    /// With a header more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers = self.headers.filter(|headers| headers.set(name, value).is_ok());
        self
    }

    /// Goes on when the page is left.
    #[must_use]
    pub fn keepalive(self) -> Self {
        // What has no setter here; where the browser does not know it, nothing is lost.
        let _ = Reflect::set(&self.options, &JsValue::from_str("keepalive"), &JsValue::TRUE);
        self
    }

    /// With the visitor token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.with("Authorization", &["Bearer ", token].concat())
    }

    /// With a guard of so many milliseconds; `early` is the answer where the request was sent
    /// before, with its own guard.
    #[must_use]
    pub fn or_early(
        mut self,
        early: Option<EarlyResponse>,
        milliseconds: Option<u64>,
    ) -> (Self, Option<Rc<AbortGuard>>) {
        let guard = match early {
            Some(EarlyResponse { promise, guard }) => {
                self.early = Some(promise);
                Some(guard)
            }
            None => AbortGuard::new(milliseconds),
        };
        (self, guard)
    }

    /// `None` for what does not leave: a header that no browser would send, or a page's `fetch`
    /// that throws.
    fn fetch(self, guard: &AbortGuard) -> Option<Promise> {
        if self.early.is_some() {
            return self.early;
        }
        self.options.set_headers(&self.headers?.into());
        self.options.set_signal(Some(&guard.controller.signal()));
        fetch(&self.url, &self.options).ok()
    }
}

/// Sends a request and reads the JSON answer.
#[must_use]
pub fn fetch_json(request: Request, guard: Rc<AbortGuard>) -> Answer<JsValue> {
    Box::pin(async move {
        let response = send(request, &guard).await?;
        // A 204, a portal's page, half a body: none of them is an answer.
        body(response).await.ok_or(ApiError::Network)
    })
}

/// Opens a stream of server-sent events: the answer's head, when it is one.
#[must_use]
pub fn open_stream(request: Request, guard: Rc<AbortGuard>) -> Answer<Response> {
    Box::pin(async move {
        let response = send(request, &guard).await?;
        let kind = header(&response, "Content-Type").unwrap_or_default();
        // A captive portal says 200 too, with a page.
        let stream = response.status() == 200 && is_event_stream(&kind);
        if stream { Ok(response) } else { Err(ApiError::Network) }
    })
}

/// Is it, in whatever case and with whatever parameters?
fn is_event_stream(kind: &str) -> bool {
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// The answer, when it is a success.
fn send(request: Request, guard: &AbortGuard) -> Answer<Response> {
    let promise = request.fetch(guard);
    Box::pin(async move {
        let response = JsFuture::from(promise.ok_or(ApiError::Network)?).await;
        let response = response.ok().and_then(|response| response.dyn_into::<web_sys::Response>().ok());
        let response = Response::from(response.ok_or(ApiError::Network)?);
        if response.ok() {
            return Ok(response);
        }
        let (status, retry_after) = (response.status(), header(&response, "Retry-After"));
        let said: Option<ErrorBody> = body(response).await.and_then(json::from_js);
        Err(ApiError::of_answer(status, said.as_ref(), retry_after.as_deref()))
    })
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)
}

/// The answer's JSON. Boxed like the rest, for it is read in two places.
fn body(response: Response) -> Pin<Box<dyn Future<Output = Option<JsValue>>>> {
    let text = web_sys::Response::from(response).text().map(JsFuture::from);
    Box::pin(async move { JSON::parse(&text.ok()?.await.ok()?.as_string()?).ok() })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_known_by_its_media_type_in_any_case_and_with_parameters() {
        for stream in
            ["text/event-stream", "Text/Event-Stream", "text/event-stream;charset=utf-8", " TEXT/EVENT-STREAM ; a=b"]
        {
            assert!(is_event_stream(stream), "{stream}");
        }
        for other in ["", "text/html", "text/event-streams", "text/event-stream-x; a", "application/json"] {
            assert!(!is_event_stream(other), "{other}");
        }
    }
}
