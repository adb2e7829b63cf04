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
    let (body, promised) = match answer.body {
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
        head.set("content-length", &promised.to_string());
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
    let mut chunks = head.is_chunked().then(Dechunker::default);
    let length = head.length();
    head.remove("transfer-encoding");
    head.set("connection", "close");
    // An event stream has no end to wait for, so it is never collected.
    let streams = head.get("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
    let whole = matches!(change, Change::Fields | Change::Half) && !streams;
    if chunks.is_some() || !matches!(change, Change::Nothing | Change::Mime(_) | Change::Without(_) | Change::With(..))
    {
        head.remove("content-length");
    }
    match change {
        Change::Mime(kind) => head.set("content-type", kind),
        Change::Without(name) => head.remove(name),
        Change::With(name, value) => head.set(name, value),
        Change::Old => head.first = head.first.replacen("HTTP/1.1", "HTTP/1.0", 1),
        Change::BadChunks => head.set("transfer-encoding", "chunked"),
        Change::Nothing
        | Change::Mark
        | Change::Lines(_)
        | Change::Events(_)
        | Change::LargeEvent(_)
        | Change::Fields
        | Change::Half
        | Change::Hints => {}
    }
    let mut changed = Changed { change, begun: false, tail: Vec::new() };
    let mut left = length;
    let mut all = Vec::new();
    if !whole {
        client.write_all(&head.bytes()).await?;
    }
    let mut next = body;
    loop {
        if let Some(left) = &mut left {
            *left = left.saturating_sub(next.len());
        }
        let plain = match &mut chunks {
            Some(chunks) => chunks.push(&next),
            None => std::mem::take(&mut next),
        };
        if whole {
            all.extend_from_slice(&plain);
        } else {
            client.write_all(&changed.piece(&plain)).await?;
        }
        let over = left == Some(0) || chunks.as_ref().is_some_and(|chunks| chunks.ended);
        next.clear();
        let mut probe = [0; 64];
        // Stop when the client closes: an endless stream then has no reader.
        let ended = over
            || tokio::select! {
                read = server.read_buf(&mut next) => read? == 0,
                read = client.read(&mut probe) => read? == 0,
            };
        if ended {
            break;
        }
    }
    if whole {
        let body = whole_body(change, all);
        head.set("content-length", &body.len().to_string());
        client.write_all(&[head.bytes(), body].concat()).await?;
    }
    client.shutdown().await
}

fn whole_body(change: Change, body: Vec<u8>) -> Vec<u8> {
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
struct Changed {
    change: Change,
    begun: bool,
    /// The last byte, which may be the first half of an event's end.
    tail: Vec<u8>,
}

impl Changed {
    fn piece(&mut self, piece: &[u8]) -> Vec<u8> {
        if piece.is_empty() {
            return Vec::new();
        }
        let first = !std::mem::replace(&mut self.begun, true);
        match self.change {
            Change::Mark if first => [b"\xEF\xBB\xBF", piece].concat(),
            Change::LargeEvent(size) if first => {
                let event = [b"event: message\ndata: ".as_slice(), &vec![b'x'; size], b"\n\n"].concat();
                [&event, piece].concat()
            }
            Change::Lines(end) => {
                let pieces: Vec<&[u8]> = piece.split(|byte| *byte == b'\n').collect();
                pieces.join(end.as_bytes())
            }
            Change::Events(event) => {
                let mut out = if first { event.as_bytes().to_vec() } else { Vec::new() };
                for byte in piece {
                    out.push(*byte);
                    let ends = *byte == b'\n' && self.tail == b"\n";
                    self.tail = vec![*byte];
                    if ends {
                        out.extend_from_slice(event.as_bytes());
                        self.tail.clear();
                    }
                }
                out
            }
            Change::BadChunks => [b"zz\r\n", piece, b"\r\n"].concat(),
            Change::Nothing
            | Change::Mime(_)
            | Change::Without(_)
            | Change::With(..)
            | Change::Mark
            | Change::LargeEvent(_)
            | Change::Fields
            | Change::Half
            | Change::Old
            | Change::Hints => piece.to_vec(),
        }
    }
}
