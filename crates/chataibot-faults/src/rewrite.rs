//! HTTP answers in place of a server's, and changes to a server's answers in transit.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    fault::{Answer, Body, Change},
    http_head::{Dechunker, Head, read_head},
};

/// Serializes an answer that ends with its connection.
pub fn bytes_of(answer: &Answer) -> Vec<u8> {
    let (body, declared_length) = match answer.body {
        Body::Empty => (Vec::new(), 0),
        Body::Text(text) => (text.as_bytes().to_vec(), text.len()),
        Body::Large(size) => {
            let body = [&b"{\"ok\":true,\"filler\":\""[..], &vec![b'x'; size], b"\"}"].concat();
            let length = body.len();
            (body, length)
        }
        Body::Short(text) => (text.as_bytes().to_vec(), text.len() + 1_000),
        Body::Raw(text) => return text.as_bytes().to_vec(),
    };
    let mut head = Head { first: ["HTTP/1.1 ", answer.status].concat(), headers: Vec::new() };
    for (name, value) in answer.headers {
        head.set(name, value);
    }
    // Allow pages to read the answer: otherwise the fault would be a CORS error instead.
    head.set("access-control-allow-origin", "*");
    head.set("access-control-expose-headers", "Retry-After");
    if !answer.status.starts_with("204") {
        head.set("content-length", &declared_length.to_string());
    }
    head.set("connection", "close");
    [head.bytes(), body].concat()
}

/// Relays one answer from the server to the client and applies the change.
pub async fn carry(server: &mut TcpStream, client: &mut TcpStream, change: Change) -> io::Result<()> {
    let (mut head, body) = read_head(server).await?;
    if change == Change::Hints {
        client.write_all(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n").await?;
    }
    let mut decoder = head.is_chunked().then(Dechunker::default);
    let length = head.length();
    // An event stream has no end to wait for, so it is never collected.
    let is_event_stream = head.get("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
    let is_buffered = matches!(change, Change::Fields | Change::Half) && !is_event_stream;
    change_head(change, &mut head);
    let mut transformation = Transformation { change, has_begun: false, tail: Vec::new() };
    let mut bytes_left = length;
    let mut buffered = Vec::new();
    if !is_buffered {
        client.write_all(&head.bytes()).await?;
    }
    let mut next = body;
    loop {
        if let Some(bytes_left) = &mut bytes_left {
            *bytes_left = bytes_left.saturating_sub(next.len());
        }
        let decoded = match &mut decoder {
            Some(decoder) => decoder.push(&next),
            None => std::mem::take(&mut next),
        };
        if is_buffered {
            buffered.extend_from_slice(&decoded);
        } else {
            client.write_all(&transformation.transform(&decoded)).await?;
        }
        let is_complete = bytes_left == Some(0) || decoder.as_ref().is_some_and(|decoder| decoder.ended);
        next.clear();
        let mut probe = [0; 64];
        // Stop when the client closes: an endless stream then has no reader.
        let is_over = is_complete
            || tokio::select! {
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
    match body.strip_prefix(b"{") {
        Some(rest) => {
            let comma: &[u8] = if rest.starts_with(b"}") { b"" } else { b"," };
            [b"{\"surprise\":{\"deep\":[1,null,\"\xc3\xbc\"]}".as_slice(), comma, rest].concat()
        }
        None => body,
    }
}

/// A streaming transformation of a body, piece by piece.
struct Transformation {
    change: Change,
    has_begun: bool,
    /// The last byte, which may be the first half of an event's end.
    tail: Vec<u8>,
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
                let event = [b"event: message\ndata: ".as_slice(), &vec![b'x'; size], b"\n\n"].concat();
                [&event, piece].concat()
            }
            Change::Lines(end) => {
                let pieces: Vec<&[u8]> = piece.split(|byte| *byte == b'\n').collect();
                pieces.join(end.as_bytes())
            }
            Change::Events(event) => {
                let mut output = if is_first { event.as_bytes().to_vec() } else { Vec::new() };
                for byte in piece {
                    output.push(*byte);
                    let ends_event = *byte == b'\n' && self.tail == b"\n";
                    self.tail = vec![*byte];
                    if ends_event {
                        output.extend_from_slice(event.as_bytes());
                        self.tail.clear();
                    }
                }
                output
            }
            Change::BadChunks => [b"zz\r\n", piece, b"\r\n"].concat(),
            _ => piece.to_vec(),
        }
    }
}
