//! Slow, many and large requests: limits for one visitor or one address, and no effect on others.

use std::time::{Duration, Instant};

use chataibot_proxy::testing::spawn_app;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::browser::{Browser, ORIGIN};
use crate::harness::{Harness, key, says};
use crate::socket::{PATIENCE, exchange, read_all};

/// Returns `wanted`, or as many sockets as the system allows: each takes two file descriptors, one
/// at either end.
fn slow_sockets(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    // Without permission to raise the limit, the test uses what there is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    wanted.min(usize::try_from(files.saturating_sub(1_000) / 2).unwrap_or(wanted))
}

/// Duration of one honest request on a new connection.
async fn honest(address: std::net::SocketAddr) -> Duration {
    let began = Instant::now();
    let answer = exchange(address, b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_slow_sockets_do_not_slow_honest_requests_and_are_gone_soon() {
    let count = slow_sockets(5_000);
    let app = spawn_app(|config| config.limits.head_timeout = Duration::from_secs(20)).await.expect("a proxy");
    let mut slow = Vec::with_capacity(count);
    for number in 0..count {
        let mut socket = TcpStream::connect(app.address).await.expect("connected");
        // Some send nothing, some an unfinished line, some an unfinished head, some no body.
        let begun: &[u8] = match number % 4 {
            0 => b"",
            1 => b"GET /heal",
            2 => b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ",
            _ => b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{",
        };
        socket.write_all(begun).await.expect("sent");
        slow.push(socket);
    }
    let mut times = Vec::new();
    for _ in 0..300 {
        times.push(honest(app.address).await);
    }
    times.sort();
    let (middle, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{count} slow sockets, 300 honest requests: median {middle:?}, p99 {p99:?}");
    assert!(app.app.connections() > count / 2, "they were open meanwhile");
    assert!(p99 < Duration::from_secs(1), "{p99:?}");
    let began = Instant::now();
    while app.app.connections() > 0 {
        assert!(began.elapsed() < PATIENCE * 2, "{} are still open", app.app.connections());
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sends `begin`, then `drop` every 20 ms until the proxy hangs up; returns answer and duration.
async fn drip(address: std::net::SocketAddr, begin: &str, drop: u8) -> (String, Duration) {
    let began = Instant::now();
    let (mut from, mut to) = TcpStream::connect(address).await.expect("connected").into_split();
    to.write_all(begin.as_bytes()).await.expect("sent");
    let writing = tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        loop {
            tick.tick().await;
            if to.write_all(&[drop]).await.is_err() {
                return;
            }
        }
    });
    let mut answer = Vec::new();
    // A reset counts as an end, too: a byte arrived at a closed socket.
    let read = tokio::time::timeout(PATIENCE, from.read_to_end(&mut answer)).await.expect("the proxy hangs up");
    drop_error(read);
    writing.abort();
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}

fn drop_error(read: std::io::Result<usize>) {
    assert!(read.is_ok() || read.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte() {
    let app = spawn_app(|config| config.limits.head_timeout = Duration::from_millis(400)).await.expect("a proxy");
    let (answer, took) = drip(app.address, "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", b'y').await;
    assert!(!answer.contains("200 OK") && took < Duration::from_secs(10), "{took:?} {answer}");
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte() {
    let app = spawn_app(|config| config.limits.body_timeout = Duration::from_millis(400)).await.expect("a proxy");
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    );
    let (answer, took) = drip(app.address, &head, b' ').await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && took < Duration::from_secs(10), "{took:?} {answer}");
}

#[tokio::test]
async fn a_chunked_body_without_end() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let mut socket = TcpStream::connect(app.address).await.expect("connected");
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    let chunk = [b"4000\r\n", &[b' '; 0x4000][..], b"\r\n"].concat();
    // Far more than the proxy accepts; it hangs up in between.
    for _ in 0..4_000 {
        if socket.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    drop_error(socket.read_to_end(&mut answer).await);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 413 "));
    assert_eq!(honest(app.address).await.as_secs() / 30, 0);
}

#[tokio::test]
async fn a_body_declared_larger_than_is_taken_is_refused_at_once() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let head = format!(
        "POST /token HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\n\r\n"
    );
    let answer = exchange(app.address, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn requests_sent_ahead_without_reading_an_answer() {
    let app = spawn_app(|_| {}).await.expect("a proxy");
    let mut socket = TcpStream::connect(app.address).await.expect("connected");
    let ahead = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2_000);
    // The proxy stops reading while its answers are not read; what it has read it answers in order.
    let mut sent = 0;
    while let Ok(Ok(count)) = tokio::time::timeout(Duration::from_millis(200), socket.write(&ahead)).await {
        sent += count;
        assert!(sent < 64 * 1024 * 1024, "it would take them for ever");
    }
    honest(app.address).await;
}

#[tokio::test]
async fn a_flood_of_streams_leaves_one_conversation_its_seats() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let mut streams = Vec::new();
    for _ in 0..40 {
        let mut events = browser.stream(&alias, None).await;
        events.entries(2).await;
        streams.push(events);
    }
    harness.until(|harness| harness.app().hub.subscribers() <= 32).await;
    harness.tell(vec![says("bot", "conversation-1", "Still here")]).await;
    streams.last_mut().expect("streams").entries(1).await;
}

#[tokio::test]
async fn a_flood_of_streams_over_all_conversations_of_a_visitor() {
    let harness = Harness::with(|config| config.limits.streams = 5).await;
    let browser = harness.browser().await;
    let (one, two) = (browser.start(&key(1), "Hello").await, browser.start(&key(2), "Hello").await);
    let other = harness.browser().await;
    let theirs = other.start(&key(1), "Hello").await;
    let mut bystander = other.stream(&theirs, None).await;
    bystander.entries(2).await;
    let mut streams = Vec::new();
    for number in 0..8 {
        let mut events = browser.stream(if number % 2 == 0 { &one } else { &two }, None).await;
        events.entries(2).await;
        streams.push(events);
    }
    for events in &mut streams[..3] {
        assert_eq!(events.next().await, None, "the oldest are cut");
    }
    harness.tell(vec![says("bot", "conversation-1", "a"), says("bot", "conversation-2", "b")]).await;
    for events in &mut streams[3..] {
        events.entries(1).await;
    }
    harness.tell(vec![says("bot", "conversation-3", "c")]).await;
    bystander.entries(1).await;
}

async fn flood(path: &str, browser: &Browser, harness: &Harness, most: usize) {
    let mut refused = 0;
    for number in 0..most {
        let request = harness.http.post(harness.proxy.url(path)).header("origin", ORIGIN).bearer_auth(&browser.token);
        let request = request.header("idempotency-key", key(u8::try_from(number).expect("small")));
        // A client cannot choose its own address.
        let request = request.header("x-forwarded-for", format!("203.0.113.{number}")).json(&json!({}));
        let answer = request.send().await.expect("an answer");
        if answer.status() == 429 {
            refused += 1;
            let seconds: u32 = answer.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
            assert!((1..=60).contains(&seconds), "{seconds}");
        }
    }
    assert!(refused > 0 && refused < most, "{refused} of {most}");
}

macro_rules! floods {
    ($($name:ident: $path:literal, $limit:ident = $count:literal;)+) => {
        $(#[tokio::test]
        async fn $name() {
            let harness = Harness::with(|config| config.limits.$limit = $count).await;
            let browser = harness.browser().await;
            flood($path, &browser, &harness, 10).await;
        })+
    };
}

floods! {
    a_flood_of_tokens: "/token", token_per_minute = 5;
    a_flood_of_starts: "/api/v1/conversations", start_per_minute = 30;
    a_flood_of_messages: "/api/v1/conversation/x/messages", send_per_minute = 3;
    a_flood_of_files: "/api/v1/conversation/x/files", upload_per_minute = 3;
}

#[tokio::test]
async fn one_address_that_takes_all_sockets() {
    let app = spawn_app(|config| config.limits.connections_per_address = 3).await.expect("a proxy");
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut socket = TcpStream::connect(app.address).await.expect("connected");
        socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
        let mut first = [0; 12];
        socket.read_exact(&mut first).await.expect("answered");
        held.push(socket);
    }
    let mut socket = TcpStream::connect(app.address).await.expect("connected");
    let answer = read_all(&mut socket).await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 5"), "{answer}");
    drop(held);
    let began = Instant::now();
    while app.app.connections() > 0 {
        assert!(began.elapsed() < PATIENCE);
        tokio::task::yield_now().await;
    }
    honest(app.address).await;
}

#[tokio::test]
async fn a_reverse_proxy_of_ours_may_hold_as_many_sockets_as_it_needs() {
    let app = spawn_app(|config| {
        config.limits.connections_per_address = 1;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    })
    .await
    .expect("a proxy");
    let _held = [TcpStream::connect(app.address).await, TcpStream::connect(app.address).await];
    honest(app.address).await;
}
