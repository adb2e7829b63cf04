//! Helpers for raw sockets: send bytes, and read everything that comes back.

use std::{net::SocketAddr, time::Duration};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for a busy machine; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Sends bytes and reads until the peer hangs up.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).await.expect("connected");
    socket.write_all(bytes).await.expect("sent");
    read_all(&mut socket).await
}

/// Reads until the peer hangs up.
pub async fn read_all(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("the proxy hangs up").expect("an orderly end");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Status codes of all answers in the received text.
pub fn statuses(answer: &str) -> Vec<&str> {
    answer.split("HTTP/1.1 ").skip(1).map(|one| one.get(..3).unwrap_or(one)).collect()
}
