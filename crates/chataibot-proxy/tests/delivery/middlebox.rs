//! A message damaged by the network on its way must not be refused as a bad message.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::browser::{ORIGIN, refusal};
use crate::harness::{Harness, key, short};
use crate::platform::PlatformAnswer;

#[tokio::test]
async fn a_message_of_which_half_arrived_may_be_sent_again() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let alias = browser.start(&key(1), "Hello").await;
    let body = json!({ "message": { "data": { "body": "text" }, "type": "text" }, "user": { "type": "VISITOR" } });
    let head = format!(
        "POST /api/v1/conversation/{alias}/messages HTTP/1.1\r\nhost: localhost\r\norigin: {ORIGIN}\r\n\
         authorization: Bearer {}\r\nidempotency-key: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        browser.token,
        key(2),
        body.to_string().len()
    );
    let mut socket = TcpStream::connect(harness.proxy.address).await.expect("connected");
    socket.write_all(&[head.as_bytes(), &body.to_string().as_bytes()[..20]].concat()).await.expect("said");
    // The network closes this direction; the answer still arrives.
    socket.shutdown().await.expect("closed");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    browser.send(&alias, &key(2), "text").await;
    assert_eq!(harness.platform.calls().len(), 2);
}

#[tokio::test]
async fn a_bare_refusal_is_not_the_platforms_word_and_the_message_may_be_sent_again() {
    let harness = Harness::open().await;
    let browser = harness.browser().await;
    let page = "<html><body><h1>Something went wrong</h1></body></html>";
    harness.platform.next(PlatformAnswer::Answer(404, page.to_owned()));
    assert_eq!(refusal(browser.post_start(&key(1), "Hello").await).await, (503, "UNAVAILABLE".to_owned()));
    let alias = browser.start(&key(1), "Hello").await;
    for (number, status) in [(2, 400), (3, 401), (4, 403), (5, 413), (6, 302)] {
        harness.platform.next(PlatformAnswer::Answer(status, page.to_owned()));
        let answer = browser.post_send(&alias, &key(number), "text").await;
        assert_eq!(answer.headers()["retry-after"], "2", "{status}: soon");
        assert_eq!(refusal(answer).await, (503, "UNAVAILABLE".to_owned()), "{status}");
        browser.send(&alias, &key(number), "text").await;
    }
    let log = short(&browser.log(&alias).await);
    assert!(!log.iter().any(|line| line.contains("refused") || line.contains("unknown")), "{log:?}");
}
