//! HTTP requests to the proxy, with a time limit; every failure becomes an [`ApiError`]. `gloo-net`
//! reads the answers.
//!
//! It does not send the requests, because the host page may have replaced `fetch`. Many
//! replacements expect the address as a string, and gloo-net passes a `Request`. If one rejects
//! with something other than an `Error`, or resolves to another object, gloo-net panics.

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
    /// The host page's `fetch`, which may throw where the browser's own would reject.
    #[wasm_bindgen(catch)]
    fn fetch(address: &str, options: &RequestInit) -> Result<Promise, JsValue>;
}

/// Time limit of a start, send or token request, in milliseconds.
pub const REQUEST_TIMEOUT: u64 = 30_000;

/// A request in progress. Boxed, so that the code is compiled once and callers stay small.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// Guard of a request: aborts it on [`AbortGuard::abort`], when dropped, and at its time limit.
pub struct AbortGuard {
    controller: AbortController,
    _timer: Option<Timer>,
}

impl AbortGuard {
    /// Creates a guard with this time limit; with `None` it holds until dropped.
    pub fn new(milliseconds: Option<u64>) -> Option<Rc<Self>> {
        Some(Self::with_controller(AbortController::new().ok()?, milliseconds))
    }

    /// Creates a guard for a request that was already sent.
    pub fn with_controller(controller: AbortController, milliseconds: Option<u64>) -> Rc<Self> {
        let timer = milliseconds.and_then(|milliseconds| {
            let controller = controller.clone();
            Timer::after(milliseconds, move || controller.abort())
        });
        Rc::new(Self { controller, _timer: timer })
    }

    /// Aborts the request now, whoever else holds the guard.
    pub fn abort(&self) {
        self.controller.abort();
    }

    /// Whether the request was aborted.
    pub fn is_aborted(&self) -> bool {
        self.controller.signal().aborted()
    }
}

impl Drop for AbortGuard {
    fn drop(&mut self) {
        // Has no effect on a completed request.
        self.abort();
    }
}

/// The answer to a request that was sent earlier, and its guard.
pub struct EarlyResponse {
    /// The promise of a response.
    pub promise: Promise,
    /// Aborts the request.
    pub guard: Rc<AbortGuard>,
}

/// A request to the proxy.
pub struct Request {
    url: String,
    options: RequestInit,
    /// `None` after an invalid header, which no browser would send.
    headers: Option<web_sys::Headers>,
    early: Option<Promise>,
}

impl Request {
    fn new(url: &str, method: &str) -> Self {
        let options = RequestInit::new();
        options.set_method(method);
        options.set_credentials(RequestCredentials::Omit);
        options.set_cache(RequestCache::NoStore);
        // The proxy never redirects, and no other server must get the token.
        options.set_redirect(RequestRedirect::Error);
        Self { url: url.into(), options, headers: web_sys::Headers::new().ok(), early: None }
    }

    /// Builds a GET that accepts `media_type`.
    pub fn get(url: &str, media_type: &str) -> Self {
        Self::new(url, "GET").with_header("Accept", media_type)
    }

    /// Builds a POST with `body` as JSON.
    pub fn post(url: &str, body: &impl Serialize) -> Self {
        // A body that JSON cannot hold is sent empty, and refused.
        Self::post_json(url, json::stringify(body).unwrap_or_default())
    }

    /// Builds a POST with `body`, which is JSON.
    pub fn post_json(url: &str, body: String) -> Self {
        let request = Self::new(url, "POST").with_header("Content-Type", "application/json");
        request.options.set_body(&JsValue::from_str(&body));
        request
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers = self.headers.filter(|headers| headers.set(name, value).is_ok());
        self
    }

    /// Lets the request outlive the page.
    pub fn keepalive(self) -> Self {
        // Set by name, as there is no setter here. A browser that does not know it ignores it.
        let _ = Reflect::set(&self.options, &JsValue::from_str("keepalive"), &JsValue::TRUE);
        self
    }

    /// Adds the visitor token.
    pub fn bearer(self, token: &str) -> Self {
        self.with_header("Authorization", &["Bearer ", token].concat())
    }

    /// Adds a guard with this time limit, or that of `early`, an answer already requested.
    pub fn with_guard(
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

    /// Sends the request. `None` for an invalid header, or a replaced `fetch` that throws.
    fn fetch(self, guard: &AbortGuard) -> Option<Promise> {
        if self.early.is_some() {
            return self.early;
        }
        self.options.set_headers(&self.headers?.into());
        self.options.set_signal(Some(&guard.controller.signal()));
        fetch(&self.url, &self.options).ok()
    }
}

/// Sends a request and reads the JSON answer. Fails without a guard.
pub fn fetch_json(request: Request, guard: Option<Rc<AbortGuard>>) -> Answer<JsValue> {
    Box::pin(async move {
        let guard = guard.ok_or(ApiError::Network)?;
        let response = send(request, &guard).await?;
        // A 204, a portal's page, half a body: none of them is an answer.
        read_json(response).await.ok_or(ApiError::Network)
    })
}

/// Opens a stream of server-sent events; returns the response if it is one.
pub fn open_stream(request: Request, guard: Rc<AbortGuard>) -> Answer<Response> {
    Box::pin(async move {
        let response = send(request, &guard).await?;
        let media_type = response.headers().get("Content-Type").unwrap_or_default();
        // A captive portal also answers 200, with a page.
        let is_stream = response.status() == 200 && is_event_stream(&media_type);
        if is_stream { Ok(response) } else { Err(ApiError::Network) }
    })
}

/// Whether this is the media type of an event stream, in any case and with any parameters.
fn is_event_stream(media_type: &str) -> bool {
    media_type.split(';').next().is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// Sends a request; returns the response if it is a success.
fn send(request: Request, guard: &AbortGuard) -> Answer<Response> {
    let promise = request.fetch(guard);
    Box::pin(async move {
        let response = JsFuture::from(promise.ok_or(ApiError::Network)?).await;
        let response = response.ok().and_then(|response| response.dyn_into::<web_sys::Response>().ok());
        let response = Response::from(response.ok_or(ApiError::Network)?);
        if response.ok() {
            return Ok(response);
        }
        let (status, retry_after) = (response.status(), response.headers().get("Retry-After"));
        let error_body: Option<ErrorBody> = read_json(response).await.and_then(json::from_js);
        Err(ApiError::from_response(status, error_body.as_ref(), retry_after.as_deref()))
    })
}

/// Reads the JSON of a response. Boxed like the rest, because two places await it.
fn read_json(response: Response) -> Pin<Box<dyn Future<Output = Option<JsValue>>>> {
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
