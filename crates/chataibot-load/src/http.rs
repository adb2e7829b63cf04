//! As much of HTTP/1.1 as the bench speaks: requests with a length, answers with a length, one at a time on a connection.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU32, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// Loopback addresses that connections come from: one has ports for some 28,000 only.
const SOURCES: u32 = 200;

/// A connection from the next of many loopback addresses. Closing it sends a reset, so that it leaves no waiting port behind.
///
/// # Errors
/// The system's.
pub async fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let source =
        Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + 1 + NEXT.fetch_add(1, Ordering::Relaxed) % SOURCES);
    let socket = TcpSocket::new_v4()?;
    socket.set_zero_linger()?;
    socket.set_nodelay(true)?;
    socket.bind(SocketAddr::new(IpAddr::V4(source), 0))?;
    socket.connect(to).await
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// The seconds of `Retry-After`.
    pub retry_after: Option<u64>,
    /// Its body.
    pub body: Vec<u8>,
}

/// A head, read from the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// The status of an answer; 0 for a request.
    pub status: u16,
    /// The path of a request.
    pub path: String,
    /// The length of the body.
    pub length: usize,
    /// The seconds of `Retry-After`.
    pub retry_after: Option<u64>,
    /// Where the body begins.
    pub end: usize,
}

impl Head {
    /// Reads one if it is whole.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let text = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = text.lines();
        let second = lines.next()?.split(' ').nth(1)?;
        let mut head =
            Self { status: second.parse().unwrap_or(0), path: second.to_owned(), length: 0, retry_after: None, end };
        for line in lines {
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("content-length") {
                head.length = value.trim().parse().ok()?;
            } else if name.eq_ignore_ascii_case("retry-after") {
                head.retry_after = value.trim().parse().ok();
            }
        }
        Some(head)
    }
}

/// Reads a head and its body from a connection; `None` at an orderly end between two.
///
/// # Errors
/// The connection's.
pub async fn read(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<(Head, Vec<u8>)>> {
    loop {
        if let Some(head) = Head::read(buffer)
            && buffer.len() >= head.end + head.length
        {
            let rest = buffer.split_off(head.end + head.length);
            let body = buffer.split_off(head.end);
            *buffer = rest;
            return Ok(Some((head, body)));
        }
        if socket.read_buf(buffer).await? == 0 {
            return if buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    }
}

/// One client's connection.
pub struct Client {
    to: SocketAddr,
    socket: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// The system's.
    pub async fn open(to: SocketAddr) -> io::Result<Self> {
        Ok(Self { to, socket: connect(to).await?, buffer: Vec::new() })
    }

    /// Posts JSON. `headers` are whole lines.
    ///
    /// # Errors
    /// The connection's; an end of it, too.
    pub async fn post(&mut self, path: &str, headers: &str, body: &str) -> io::Result<Answer> {
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}",
            self.to
        );
        self.socket.write_all(request.as_bytes()).await?;
        let answer = read(&mut self.socket, &mut self.buffer).await?;
        let (head, body) = answer.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Answer { status: head.status, retry_after: head.retry_after, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_answers_and_requests_are_read_once_they_are_whole() {
        let answer = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\ncontent-length: 2\r\n\r\n{}";
        for cut in 0..answer.len() - 2 {
            assert_eq!(Head::read(&answer[..cut]), None);
        }
        let head = Head::read(answer).expect("whole");
        assert_eq!((head.status, head.length, head.retry_after, head.end), (503, 2, Some(5), answer.len() - 2));
        let head = Head::read(b"POST /api/v1/conversations HTTP/1.1\r\nHost: x\r\n\r\n").expect("whole");
        assert_eq!((head.status, head.path.as_str()), (0, "/api/v1/conversations"));
    }
}
