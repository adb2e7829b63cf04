//! Minimal HTTP/1.1 client: answers with a Content-Length, one at a time on a connection.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Number of loopback addresses to connect from: a single one has only some 28,000 ports.
const SOURCES: u32 = 200;

/// Connects from the next of many loopback addresses. Closing the socket sends a reset, so that no
/// port stays in TIME-WAIT.
pub async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = 1 + NEXT.fetch_add(1, Ordering::Relaxed) % SOURCES;
    let source = Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + number);
    let socket = TcpSocket::new_v4()?;
    socket.set_zero_linger()?;
    socket.set_nodelay(true)?;
    socket.bind((source, 0).into())?;
    socket.connect(address).await
}

#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    pub status: u16,
    pub length: usize,
    pub retry_after: Option<u64>,
    /// Where the body begins.
    pub end: usize,
}

impl Head {
    /// Parses the head at the beginning of `bytes`, if it is complete.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut header_slots = [httparse::EMPTY_HEADER; 32];
        let mut answer = httparse::Response::new(&mut header_slots);
        let Ok(httparse::Status::Complete(end)) = answer.parse(bytes) else { return None };
        let find = |name: &str| answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        let number = |name| std::str::from_utf8(find(name)?.value).ok()?.trim().parse::<u64>().ok();
        let length = usize::try_from(number("content-length").unwrap_or(0)).ok()?;
        Some(Self { status: answer.code?, length, retry_after: number("retry-after"), end })
    }
}

pub struct Client {
    address: SocketAddr,
    socket: TcpStream,
}

impl Client {
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { address, socket: connect(address).await? })
    }

    /// Posts JSON and returns the answer. `headers` are whole lines.
    pub async fn post(&mut self, path: &str, headers: &str, body: &str) -> io::Result<(Head, Vec<u8>)> {
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n{body}",
            self.address
        );
        self.socket.write_all(request.as_bytes()).await?;
        let mut buffer = Vec::new();
        loop {
            if self.socket.read_buf(&mut buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(head) = Head::parse(&buffer)
                && buffer.len() >= head.end + head.length
            {
                let body = buffer.split_off(head.end);
                return Ok((head, body));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_answers_are_read_once_they_are_whole() {
        let answer = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\ncontent-length: 2\r\n\r\n{}";
        for cut in 0..answer.len() - 2 {
            assert_eq!(Head::parse(&answer[..cut]), None);
        }
        let head = Head::parse(answer).expect("whole");
        assert_eq!((head.status, head.length, head.retry_after, head.end), (503, 2, Some(5), answer.len() - 2));
    }
}
