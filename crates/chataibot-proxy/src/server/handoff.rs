//! State shared by the socket below hyper, the service above it, and the task around it.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::{body::Body, response::Response};
use http::{Method, Request, StatusCode, Version};
use http_body::Body as _;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::http::LongLived;

#[derive(Debug, Default)]
pub struct Handoff {
    /// Put by the service, taken by the task. Locked only for the move.
    answer: Mutex<Option<Response>>,
    answer_ready: Notify,
    /// Signals a malformed request: the task ends the connection after the answers still due.
    pub refused: Notify,
    /// Whether the socket has not accepted all of an earlier answer, so that hyper still holds the
    /// rest. Set by the socket after each attempt to write.
    pub is_write_pending: AtomicBool,
}

impl Handoff {
    /// Whether the answer to this request can be written without hyper. Not if there is a body to
    /// read or the client does not understand chunks.
    pub fn can_detach(request: &Request<Body>) -> bool {
        request.method() == Method::GET && request.version() == Version::HTTP_11 && request.body().is_end_stream()
    }

    /// Takes over a long-lived answer; returns any other for hyper to write.
    pub fn detach(&self, answer: Response) -> Option<Response> {
        let is_long_lived = answer.status() == StatusCode::OK && answer.extensions().get::<LongLived>().is_some();
        if !is_long_lived || self.is_write_pending.load(Ordering::Relaxed) {
            return Some(answer);
        }
        *self.answer.lock() = Some(answer);
        self.answer_ready.notify_one();
        None
    }

    pub async fn answer(&self) -> Response {
        loop {
            self.answer_ready.notified().await;
            if let Some(answer) = self.answer.lock().take() {
                return answer;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_long_lived_answers_leave_and_only_when_hyper_has_written_all() {
        let handoff = Handoff::default();
        let long_lived = || {
            let mut answer = Response::new(Body::empty());
            answer.extensions_mut().insert(LongLived);
            answer
        };
        assert!(handoff.detach(Response::new(Body::empty())).is_some());
        handoff.is_write_pending.store(true, Ordering::Relaxed);
        assert!(handoff.detach(long_lived()).is_some());
        handoff.is_write_pending.store(false, Ordering::Relaxed);
        assert!(handoff.detach(long_lived()).is_none());
        assert!(handoff.answer().await.extensions().get::<LongLived>().is_some());
    }

    #[test]
    fn who_has_a_body_or_an_older_http_stays_with_hyper() {
        let request = |method, version, body: &'static str| {
            let body = if body.is_empty() { Body::empty() } else { Body::from(body) };
            Request::builder().method(method).version(version).body(body).expect("a request")
        };
        assert!(Handoff::can_detach(&request("GET", Version::HTTP_11, "")));
        assert!(!Handoff::can_detach(&request("GET", Version::HTTP_11, "x")));
        assert!(!Handoff::can_detach(&request("HEAD", Version::HTTP_11, "")));
        assert!(!Handoff::can_detach(&request("GET", Version::HTTP_10, "")));
    }
}
