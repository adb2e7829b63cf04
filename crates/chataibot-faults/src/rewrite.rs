//! HTTP answers in place of a server's, and changes to a server's answers in transit.

use std::io;

use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fault::{Answer, Body, Change};
use crate::http_head::{Dechunker, Head, read_head};

/// Serializes an answer that ends with its connection.
pub fn bytes_of(answer: &Answer) -> Vec<u8> {
    let (body, declared_length) = match answer.body {
        Body::Empty => (Vec::new(), 0),
        Body::Text(text) => (text.as_bytes().to_vec(), text.len()),
        Body::Large(size) => {
            let body = format!("{{\"ok\":true,\"filler\":\"{}\"}}", "x".repeat(size)).into_bytes();
            let length = body.len();
            (body, length)
        }
        Body::Short(text) => (text.as_bytes().to_vec(), text.len() + 1_000),
        Body::Raw(text) => return text.as_bytes().to_vec(),
    };
    let reason = StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason());
    let first = format!("HTTP/1.1 {} {}", answer.status, reason.unwrap_or_default());
    let mut head = Head { first, headers: Vec::new() };
    for (name, value) in answer.headers {
        head.set(name, value);
    }
    // Allow pages to read the answer: otherwise the fault would be a CORS error instead.
    head.set("access-control-allow-origin", "*");
    head.set("access-control-expose-headers", "Retry-After");
    if answer.status != 204 {
        head.set("content-length", &declared_length.to_string());
    }
    head.set("connection", "close");
    [head.bytes(), body].concat()
}

/// Relays one answer from the server to the client and applies the change.
pub async fn carry(server: &mut TcpStream, client: &mut TcpStream, change: Change) -> io::Result<()> {
    let (mut head, mut next) = read_head(server).await?;
    if change == Change::Hints {
        client.write_all(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n").await?;
    }
    let mut decoder = head.is_chunked().then(Dechunker::default);
    let mut bytes_left = head.length();
    // An event stream has no end to wait for, so it is never collected.
    let is_event_stream = head.get("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
    let is_buffered = matches!(change, Change::Fields | Change::Half) && !is_event_stream;
    change_head(change, &mut head);
    let mut transformation = Transformation { change, has_begun: false, ended_line: false };
    let mut buffered = Vec::new();
    if !is_buffered {
        client.write_all(&head.bytes()).await?;
    }
    loop {
        let mut piece = std::mem::take(&mut next);
        bytes_left = bytes_left.map(|left| left.saturating_sub(piece.len()));
        if let Some(decoder) = &mut decoder {
            piece = decoder.push(&piece);
        }
        if is_buffered {
            buffered.append(&mut piece);
        } else {
            client.write_all(&transformation.transform(&piece)).await?;
        }
        if bytes_left == Some(0) || decoder.as_ref().is_some_and(|decoder| decoder.ended) {
            break;
        }
        let mut probe = [0; 64];
        // Stop when the client closes: an endless stream then has no reader.
        let is_over = tokio::select! {
            read = server.read_buf(&mut next) => read? == 0,
            read = client.read(&mut probe) => read? == 0,
        };
        if is_over {
            break;
        }
    }
    if is_buffered {
        let body = change_whole_body(change, buffered);
        head.set("content-length", &body.len().to_string());
        client.write_all(&[head.bytes(), body].concat()).await?;
    }
    client.shutdown().await
}

fn change_head(change: Change, head: &mut Head) {
    if head.is_chunked() || !matches!(change, Change::Nothing | Change::Mime(_) | Change::Without(_) | Change::With(..))
    {
        head.remove("content-length");
    }
    head.remove("transfer-encoding");
    head.set("connection", "close");
    #[expect(clippy::wildcard_enum_match_arm, reason = "all else changes the body")]
    match change {
        Change::Mime(kind) => head.set("content-type", kind),
        Change::Without(name) => head.remove(name),
        Change::With(name, value) => head.set(name, value),
        Change::Old => head.first = head.first.replacen("HTTP/1.1", "HTTP/1.0", 1),
        Change::BadChunks => head.set("transfer-encoding", "chunked"),
        _ => {}
    }
}

fn change_whole_body(change: Change, body: Vec<u8>) -> Vec<u8> {
    if change == Change::Half {
        return body[..body.len() / 2].to_vec();
    }
    let Some(rest) = body.strip_prefix(b"{") else { return body };
    let comma = if rest.starts_with(b"}") { "" } else { "," };
    ["{\"surprise\":{\"deep\":[1,null,\"ü\"]}".as_bytes(), comma.as_bytes(), rest].concat()
}

/// A streaming transformation of a body, piece by piece.
struct Transformation {
    change: Change,
    has_begun: bool,
    /// Whether the last byte ended a line, and may be the first half of an event's end.
    ended_line: bool,
}

impl Transformation {
    fn transform(&mut self, piece: &[u8]) -> Vec<u8> {
        if piece.is_empty() {
            return Vec::new();
        }
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        #[expect(clippy::wildcard_enum_match_arm, reason = "all else changes the head or the whole body")]
        match self.change {
            Change::Mark if is_first => [b"\xEF\xBB\xBF", piece].concat(),
            Change::LargeEvent(size) if is_first => {
                [format!("event: message\ndata: {}\n\n", "x".repeat(size)).as_bytes(), piece].concat()
            }
            Change::Lines(end) => piece.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(end.as_bytes()),
            Change::Events(event) => {
                let mut output = if is_first { event.as_bytes().to_vec() } else { Vec::new() };
                for byte in piece {
                    output.push(*byte);
                    let ends_line = *byte == b'\n';
                    if ends_line && self.ended_line {
                        output.extend_from_slice(event.as_bytes());
                    }
                    self.ended_line = ends_line && !self.ended_line;
                }
                output
            }
            Change::BadChunks => [b"zz\r\n", piece, b"\r\n"].concat(),
            _ => piece.to_vec(),
        }
    }
}
