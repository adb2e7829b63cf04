//! Event streams detached from hyper (a connection hand-off): an idle stream needs only a socket,
//! not the buffers for further requests, which would be most of its memory.
//!
//! The service withholds its answer from hyper and leaves it with the
//! [`Handoff`](super::handoff::Handoff); the connection's task takes the socket back and writes the
//! answer itself, in chunks. The connection ends with the answer.

use std::{io, time::SystemTime};

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use super::connection::Connection;

/// Writes the answer until it ends, the reader hangs up, or the connection is cut.
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
        let Some(frame) = frame else { break };
        let data = frame.map_err(io::Error::other)?.into_data().unwrap_or_default();
        if !data.is_empty() {
            connection.write_all(&chunk(&data)).await?;
        }
    }
    connection.write_all(b"0\r\n\r\n").await?;
    connection.shutdown().await
}

fn head(headers: &HeaderMap) -> Vec<u8> {
    let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
    // Framing and the end of the connection are decided here.
    let framing = [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::DATE];
    for (name, value) in headers.iter().filter(|(name, _)| !framing.contains(name)) {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let date = httpdate::fmt_http_date(SystemTime::now());
    head.extend(format!("transfer-encoding: chunked\r\nconnection: close\r\ndate: {date}\r\n\r\n").into_bytes());
    head
}

/// Formats a chunk in one buffer, so that it is sent in one packet.
fn chunk(data: &Bytes) -> Vec<u8> {
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
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
}
