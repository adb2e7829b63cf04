//! Event streams on raw sockets: their framing, their start on a connection that was used before,
//! and their end.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::browser::{Browser, ORIGIN, PATIENCE};
use crate::harness::{Harness, key, says};

fn request(browser: &Browser, alias: &str, version: &str) -> String {
    format!(
        "GET /api/v1/conversation/{alias}/events HTTP/{version}\r\nHost: a\r\nOrigin: {ORIGIN}\r\nAuthorization: Bearer {}\r\n\r\n",
        browser.token
    )
}

/// Reads until the text has been received.
async fn read_to(socket: &mut TcpStream, read: &mut String, text: &str) {
    while !read.contains(text) {
        let mut space = [0; 4096];
        let count = timeout(PATIENCE, socket.read(&mut space)).await.expect("in time").expect("an answer");
        assert!(count > 0, "{text:?} did not come: {read}");
        read.push_str(std::str::from_utf8(&space[..count]).expect("text"));
    }
}

/// Reads until the proxy hangs up.
async fn read_all(socket: &mut TcpStream) -> String {
    let mut rest = String::new();
    timeout(PATIENCE, socket.read_to_string(&mut rest)).await.expect("in time").expect("an orderly end");
    rest
}

/// A harness with one conversation, whose visitor reads its stream on a raw socket.
async fn listening(version: &str, before: &str, behind: &str) -> (Harness, TcpStream, String) {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut socket = TcpStream::connect(harness.proxy.address).await.expect("connected");
    let bytes = format!("{before}{}{behind}", request(&browser, &alias, version));
    socket.write_all(bytes.as_bytes()).await.expect("sent");
    let mut read = String::new();
    read_to(&mut socket, &mut read, "event: delivery").await;
    harness.until(|harness| harness.app().hub.subscribers() == 1).await;
    (harness, socket, read)
}

#[tokio::test]
async fn a_stream_comes_in_chunks_and_ends_with_its_connection() {
    let (harness, mut socket, mut read) = listening("1.1", "", "").await;
    let (head, _) = read.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    for line in [
        "content-type: text/event-stream",
        "transfer-encoding: chunked",
        "connection: close",
        "cache-control: no-store, no-transform",
        "x-content-type-options: nosniff",
        "access-control-allow-origin: http://localhost:4711",
    ] {
        assert_eq!(head.lines().filter(|had| had.eq_ignore_ascii_case(line)).count(), 1, "{line}: {head}");
    }
    assert!(head.contains("\r\nx-request-id: ") && head.contains("\r\ndate: "), "{head}");
    harness.tell(vec![says("bot", "conversation-1", "a reply")]).await;
    read_to(&mut socket, &mut read, "a reply").await;
    let stopping = tokio::spawn(harness.proxy.stop());
    read.push_str(&read_all(&mut socket).await);
    assert_eq!(stopping.await.expect("no panic"), 0, "nothing was cut");
    let (_, mut chunks) = read.split_once("\r\n\r\n").expect("a head");
    let mut text = String::new();
    loop {
        let (length, rest) = chunks.split_once("\r\n").expect("a length");
        let length = usize::from_str_radix(length, 16).expect("hexadecimal");
        text.push_str(&rest[..length]);
        chunks = rest[length..].strip_prefix("\r\n").expect("the end of a chunk");
        if length == 0 {
            break;
        }
    }
    assert_eq!(chunks, "", "nothing behind the last chunk");
    assert!(text.starts_with(": welcome\n\n") && text.contains("a reply") && text.ends_with("\n\n"), "{text}");
}

#[tokio::test]
async fn a_stream_may_follow_other_requests_and_nothing_follows_it() {
    let other = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let (harness, mut socket, read) = listening("1.1", other, other).await;
    let proxy = harness.proxy.stop();
    let (all, cut) = tokio::join!(read_all(&mut socket), proxy);
    let statuses = (read + &all).matches("HTTP/1.1 200 OK").count();
    assert_eq!((statuses, cut), (2, 0), "the one before it, and its own");
}

#[tokio::test]
async fn an_older_http_gets_the_same_without_chunks() {
    let (harness, mut socket, read) = listening("1.0", "", "").await;
    let (all, _) = tokio::join!(read_all(&mut socket), harness.proxy.stop());
    let all = read + &all;
    let (head, body) = all.split_once("\r\n\r\n").expect("a head");
    assert!(!head.contains("chunked") && body.starts_with(": welcome\n\n"), "{all}");
}

#[tokio::test]
async fn a_reader_that_hangs_up_leaves_nothing_behind() {
    let (harness, socket, _) = listening("1.1", "", "").await;
    let open = harness.app().connections();
    drop(socket);
    harness.until(|harness| harness.app().hub.subscribers() == 0 && harness.app().connections() == open - 1).await;
}

#[tokio::test]
async fn a_reader_that_talks_without_end_is_hung_up_on() {
    let (harness, mut socket, _) = listening("1.1", "", "").await;
    while socket.write_all(&[b'x'; 4096]).await.is_ok() {
        tokio::task::yield_now().await;
    }
    harness.until(|harness| harness.app().hub.subscribers() == 0).await;
}
