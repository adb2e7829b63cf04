//! One request to the proxy, with a time limit; every failure becomes an [`ApiError`].

use std::{pin::Pin, rc::Rc};

use chataibot_wire::ErrorBody;
use js_sys::{JSON, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response};

use super::{ApiError, json};
use crate::browser::{environment, timers::Timer};

/// What a start, send or token call may take, in milliseconds.
pub const PATIENCE: u64 = 30_000;

/// A call under way. Boxed, so that sending and judging are compiled once and each caller's own future stays small.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// A call's right to go on: ends when it is let go, when it is dropped, and by itself when its time is over.
pub struct AbortGuard {
    controller: AbortController,
    _timer: Option<Timer>,
}

impl AbortGuard {
    /// A guard of so many milliseconds; `None` holds until it is dropped.
    #[must_use]
    pub fn new(milliseconds: Option<u64>) -> Option<Rc<Self>> {
        let controller = AbortController::new().ok()?;
        let timer = milliseconds.and_then(|milliseconds| {
            let controller = controller.clone();
            Timer::after(milliseconds, move || controller.abort())
        });
        Some(Rc::new(Self { controller, _timer: timer }))
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

/// What is asked of the proxy.
pub struct Request {
    url: String,
    method: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
    keeps: bool,
}

impl Request {
    /// Asks for `kind`, a media type.
    #[must_use]
    pub fn get(url: String, kind: &str) -> Self {
        Self { url, method: "GET", headers: vec![("Accept", kind.into())], body: None, keeps: false }
    }

    /// Brings `body` as JSON.
    pub fn post(url: String, body: &impl Serialize) -> Self {
        // What JSON cannot hold goes as nothing, and is refused.
        Self::post_json(url, json::stringify(body).unwrap_or_default())
    }

    /// Brings `body`, which is JSON.
    #[must_use]
    pub fn post_json(url: String, body: String) -> Self {
        let headers = vec![("Content-Type", "application/json".into())];
        Self { url, method: "POST", headers, body: Some(body), keeps: false }
    }

    /// With a header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Goes on when the page is left.
    #[must_use]
    pub fn keepalive(mut self) -> Self {
        self.keeps = true;
        self
    }

    /// With the visitor token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.with("Authorization", &["Bearer ", token].concat())
    }
}

/// Sends a request and reads the JSON answer.
#[must_use]
pub fn fetch_json(request: Request, guard: Rc<AbortGuard>) -> Answer<JsValue> {
    Box::pin(async move {
        let response = send(request, &guard).await?;
        // A 204, a portal's page, half a body: none of them is an answer.
        body(&response).await.ok_or(ApiError::Network)
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
    let response = fetch(&request, guard);
    Box::pin(async move {
        let response: Response =
            response?.await.ok().and_then(|response| response.dyn_into().ok()).ok_or(ApiError::Network)?;
        if response.ok() {
            return Ok(response);
        }
        let said: Option<ErrorBody> = body(&response).await.and_then(json::from_js);
        Err(ApiError::of_answer(response.status(), said.as_ref(), header(&response, "Retry-After").as_deref()))
    })
}

fn fetch(request: &Request, guard: &AbortGuard) -> Result<JsFuture, ApiError> {
    // What no browser would send does not leave: an address or a header that is none.
    let headers = Headers::new().map_err(|_| ApiError::Network)?;
    for (name, value) in &request.headers {
        headers.set(name, value).map_err(|_| ApiError::Network)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method);
    if request.keeps {
        // What has no setter here; where the browser does not know it, nothing is lost.
        let _ = Reflect::set(&init, &JsValue::from_str("keepalive"), &JsValue::TRUE);
    }
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    // The proxy never redirects; whoever does must not get the token.
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&guard.controller.signal()));
    if let Some(body) = &request.body {
        init.set_body(&JsValue::from_str(body));
    }
    let window = environment::window().ok_or(ApiError::Network)?;
    Ok(JsFuture::from(window.fetch_with_str_and_init(&request.url, &init)))
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok()?
}

/// The answer's JSON. Boxed like the rest, for it is read in two places.
fn body(response: &Response) -> Pin<Box<dyn Future<Output = Option<JsValue>>>> {
    let text = response.text().map(JsFuture::from);
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
