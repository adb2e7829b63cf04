//! Streams out of hyper's hands: an idle one needs a socket and the text to come, and not the buffers of a connection that may get more
//! requests. That is the greater part of what an idle stream would take.
//!
//! The service keeps its answer from hyper and leaves it here; the connection's task takes the socket back and writes the answer itself,
//! in chunks, until its end, which is the connection's end, too.

use std::{
    fmt::Write as _,
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Version, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::{io::AsyncWriteExt, sync::Notify};
use tokio_util::sync::CancellationToken;

use super::connection::Connection;

/// Marks an answer, among its extensions, that goes on until somebody ends it.
#[derive(Clone, Copy, Debug)]
pub struct LongLived;

/// Where a connection's service leaves an endless answer.
#[derive(Debug, Default)]
pub struct DetachedStream {
    // Held for a move.
    answer: Mutex<Option<Response>>,
    left: Notify,
    /// The socket has not taken all of an earlier answer: hyper still holds the rest.
    set_write_pending: AtomicBool,
}

impl DetachedStream {
    /// Could the answer to that request be written without hyper? Not if a body is to be read, or chunks are not understood.
    #[must_use]
    pub fn can_detach(request: &Request<Body>) -> bool {
        request.method() == Method::GET && request.version() == Version::HTTP_11 && request.body().is_end_stream()
    }

    /// Takes an endless answer, after which the service has nothing more to say; gives back any that hyper is to write.
    pub fn detach(&self, answer: Response) -> Option<Response> {
        let is_endless = answer.status() == StatusCode::OK && answer.extensions().get::<LongLived>().is_some();
        if !is_endless || self.set_write_pending.load(Ordering::Relaxed) {
            return Some(answer);
        }
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        self.left.notify_one();
        None
    }

    /// The answer that was left, once it is.
    pub async fn answer(&self) -> Response {
        loop {
            self.left.notified().await;
            if let Some(answer) = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return answer;
            }
        }
    }

    /// Told by the connection whenever it has tried to write.
    pub fn set_write_pending(&self, set_write_pending: bool) {
        self.set_write_pending.store(set_write_pending, Ordering::Relaxed);
    }
}

/// Writes the whole answer, until it ends, the reader hangs up, or it is cut.
pub async fn write(mut connection: Connection, answer: Response, cut: CancellationToken) {
    let written = tokio::select! {
        written = write_body(&mut connection, answer) => written,
        () = cut.cancelled() => Ok(()),
    };
    if let Err(error) = written {
        tracing::debug!(%error, "a stream ended early");
    }
}

async fn write_body(connection: &mut Connection, answer: Response) -> io::Result<()> {
    let (parts, mut body) = answer.into_parts();
    connection.write_all(&head(&parts.headers)).await?;
    drop(parts);
    loop {
        let frame = tokio::select! {
            biased;
            ended = connection.hung_up() => return ended,
            frame = body.frame() => frame,
        };
        match frame {
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data()
                    && !data.is_empty()
                {
                    connection.write_all(&chunk(&data)).await?;
                }
            }
            Some(Err(error)) => return Err(io::Error::other(error)),
            None => break,
        }
    }
    connection.write_all(b"0\r\n\r\n").await?;
    connection.shutdown().await
}

fn head(headers: &HeaderMap) -> Vec<u8> {
    let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
    // How it is framed and when the connection ends is said here alone.
    let framing = [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::DATE];
    for (name, value) in headers.iter().filter(|(name, _)| !framing.contains(name)) {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    let date = httpdate::fmt_http_date(SystemTime::now());
    let rest = format!("transfer-encoding: chunked\r\nconnection: close\r\ndate: {date}\r\n\r\n");
    head.extend_from_slice(rest.as_bytes());
    head
}

/// In one piece, so that it is one packet.
fn chunk(data: &Bytes) -> Vec<u8> {
    let mut length = String::new();
    // Writing to a text can't fail.
    let _ = write!(length, "{:x}\r\n", data.len());
    [length.as_bytes(), data, b"\r\n"].concat()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn heads_and_chunks_are_what_http_wants() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("7"));
        let head = String::from_utf8(head(&headers)).expect("text");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"), "{head}");
        assert!(head.ends_with(" GMT\r\n\r\n") && !head.contains("content-length"), "{head}");
        assert_eq!(chunk(&Bytes::from_static(b"data: something\n\n")), b"11\r\ndata: something\n\n\r\n");
    }

    #[tokio::test]
    async fn only_endless_answers_leave_and_only_when_hyper_has_written_all() {
        let detached = DetachedStream::default();
        let endless = || {
            let mut answer = Response::new(Body::empty());
            answer.extensions_mut().insert(LongLived);
            answer
        };
        assert!(detached.detach(Response::new(Body::empty())).is_some());
        detached.set_write_pending(true);
        assert!(detached.detach(endless()).is_some());
        detached.set_write_pending(false);
        assert!(detached.detach(endless()).is_none());
        assert!(detached.answer().await.extensions().get::<LongLived>().is_some());
    }

    #[test]
    fn who_has_a_body_or_an_older_http_stays_with_hyper() {
        let request = |method, version, body: &'static str| {
            let body = if body.is_empty() { Body::empty() } else { Body::from(body) };
            Request::builder().method(method).version(version).body(body).expect("a request")
        };
        assert!(DetachedStream::can_detach(&request("GET", Version::HTTP_11, "")));
        assert!(!DetachedStream::can_detach(&request("GET", Version::HTTP_11, "x")));
        assert!(!DetachedStream::can_detach(&request("HEAD", Version::HTTP_11, "")));
        assert!(!DetachedStream::can_detach(&request("GET", Version::HTTP_10, "")));
    }
}
