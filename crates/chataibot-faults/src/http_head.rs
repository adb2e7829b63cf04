//! Minimal HTTP/1.1 parser for a middlebox: heads, lengths and chunks, based on `httparse`.

use std::io;

use httparse::Status;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Maximum length of a head, in bytes.
const LONGEST_HEAD: usize = 64 * 1024;

/// The head of a message: its first line, and its headers unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The request or status line.
    pub first: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// Parses the head at the start of a message; returns it with its length in bytes, or `None`
    /// while it is incomplete. The first line is not validated: some faults corrupt it.
    pub fn parse(bytes: &[u8]) -> io::Result<Option<(Self, usize)>> {
        let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let mut header_slots = [httparse::EMPTY_HEADER; 64];
        let parsed = httparse::parse_headers(&bytes[end + 2..], &mut header_slots);
        let parsed = parsed.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let Status::Complete((length, headers)) = parsed else { return Ok(None) };
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let headers = headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
        Ok(Some((Self { first: text(&bytes[..end]), headers }, end + 2 + length)))
    }

    /// Returns a header's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Removes every header with this name; a name that ends in `-` is a prefix.
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(known, _)| {
            let known = known.to_ascii_lowercase();
            if name.ends_with('-') { !known.starts_with(name) } else { known != name }
        });
    }

    /// Replaces all headers with this name by one.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Returns the length of the body in bytes, if the head has it.
    pub fn length(&self) -> Option<usize> {
        self.get("content-length")?.parse().ok()
    }

    /// Whether the body is chunked.
    pub fn is_chunked(&self) -> bool {
        self.get("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
    }

    /// Serializes the head, with the empty line after it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = [self.first.as_str(), "\r\n"].concat();
        for (name, value) in &self.headers {
            text += &[name.as_str(), ": ", value, "\r\n"].concat();
        }
        text += "\r\n";
        text.into_bytes()
    }
}

/// Reads a whole head; returns it with the bytes read beyond it.
pub async fn read_head(from: &mut (impl AsyncRead + Unpin)) -> io::Result<(Head, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some((head, length)) = Head::parse(&bytes)? {
            return Ok((head, bytes.split_off(length)));
        }
        if from.read_buf(&mut bytes).await? == 0 || bytes.len() > LONGEST_HEAD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no whole head"));
        }
    }
}

/// Reads a whole request; returns its head and body. A body must have a `Content-Length`.
pub async fn read_request(from: &mut (impl AsyncRead + Unpin)) -> io::Result<(Head, Vec<u8>)> {
    let (head, mut body) = read_head(from).await?;
    let length = head.length().unwrap_or(0);
    while body.len() < length {
        if from.read_buf(&mut body).await? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "half a request"));
        }
    }
    Ok((head, body))
}

/// Incremental decoder of chunked bodies: the input may be split anywhere.
#[derive(Debug, Default)]
pub struct Dechunker {
    buffer: Vec<u8>,
    chunk_left: usize,
    /// Whether the last chunk, or a malformed one, has been read.
    pub ended: bool,
}

impl Dechunker {
    /// Takes the next bytes and returns the part of the body in them.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.buffer.extend_from_slice(bytes);
        let mut body = Vec::new();
        while !self.ended {
            if self.chunk_left > 0 {
                // `chunk_left` includes the line end after the chunk's data.
                let take = self.chunk_left.min(self.buffer.len());
                let piece: Vec<u8> = self.buffer.drain(..take).collect();
                let data = self.chunk_left.saturating_sub(2).min(take);
                body.extend_from_slice(&piece[..data]);
                self.chunk_left -= take;
                if self.chunk_left > 0 {
                    break;
                }
            }
            match httparse::parse_chunk_size(&self.buffer) {
                Ok(Status::Complete((line, size))) if size > 0 => {
                    self.buffer.drain(..line);
                    self.chunk_left = usize::try_from(size).unwrap_or(usize::MAX - 2) + 2;
                }
                Ok(Status::Complete(_)) | Err(_) => self.ended = true,
                Ok(Status::Partial) => break,
            }
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_changed_and_written() {
        let text = b"GET /a HTTP/1.1\r\nHost: x\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 3\r\n\r\nabc";
        let (mut head, length) = Head::parse(text).expect("a head").expect("whole");
        assert_eq!((head.first.as_str(), head.get("host"), head.length()), ("GET /a HTTP/1.1", Some("x"), Some(3)));
        assert_eq!(&text[length..], b"abc");
        head.remove("access-control-");
        head.set("content-length", "4");
        assert_eq!(head.bytes(), b"GET /a HTTP/1.1\r\nHost: x\r\ncontent-length: 4\r\n\r\n");
        assert_eq!(Head::parse(b"GET / HTTP/1.1\r\nHost").expect("so far a head"), None);
        Head::parse(b"GET / HTTP/1.1\r\nno header\r\n\r\n").expect_err("a line that is none");
    }

    #[test]
    fn chunks_are_taken_apart_however_they_come() {
        let text = b"3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n";
        for size in 1..text.len() {
            let mut chunks = Dechunker::default();
            let body: Vec<u8> = text.chunks(size).flat_map(|piece| chunks.push(piece)).collect();
            assert_eq!(body, b"abc0123456789", "{size}");
            assert!(chunks.ended);
        }
    }
}
