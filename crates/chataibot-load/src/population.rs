//! Population of visitors with a conversation each, at a proxy that was started for them.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::BenchError;
use crate::http::{Client, Head};
use crate::program::{ORIGIN, WEBHOOK_SECRET, WEBHOOK_TOKEN};

const CONCURRENCY: usize = 64;

#[derive(Clone, Debug)]
pub struct Visitor {
    pub token: Arc<str>,
    /// Id of their conversation, as the proxy gave it to them.
    pub alias: Arc<str>,
}

/// Returns the platform's id of the conversation of visitor `number`.
pub fn conversation(number: usize) -> String {
    format!("conversation-{number}")
}

/// Creates `count` visitors: each gets a token and starts a conversation.
pub async fn populate(proxy: SocketAddr, count: usize) -> Result<Vec<Visitor>, BenchError> {
    let mut workers = JoinSet::new();
    for worker in 0..CONCURRENCY.min(count) {
        workers.spawn(async move {
            let mut client = Client::open(proxy).await?;
            let mut visitors = Vec::new();
            for number in (worker..count).step_by(CONCURRENCY) {
                visitors.push((number, create_visitor(&mut client, number).await?));
            }
            Ok::<_, BenchError>(visitors)
        });
    }
    let mut visitors = Vec::with_capacity(count);
    while let Some(batch) = workers.join_next().await {
        visitors.extend(batch??);
    }
    visitors.sort_by_key(|(number, _)| *number);
    Ok(visitors.into_iter().map(|(_, visitor)| visitor).collect())
}

async fn create_visitor(client: &mut Client, number: usize) -> Result<Visitor, BenchError> {
    let answer = ok_body(client.post("/token", &format!("Origin: {ORIGIN}\r\n"), "{}").await?)?;
    let token = expect_text(&answer["token"])?;
    let body = json!({
        "channel": "API",
        "message": { "data": { "body": conversation(number) }, "type": "text" },
        "bot_key": "",
        "from": { "user_external_id": "x", "type": "VISITOR" },
    });
    let headers = headers(&token, number);
    let answer = ok_body(client.post("/api/v1/conversations", &headers, &body.to_string()).await?)?;
    let alias = expect_text(&answer["conversation"]["id"])?;
    Ok(Visitor { token, alias })
}

/// Returns the headers of a visitor's message, as whole lines. `number` makes its key unique.
pub fn headers(token: &str, number: usize) -> String {
    let key = format!("018f5c3e-7a10-7c4e-9d1b-2f6a{number:08x}");
    format!("Origin: {ORIGIN}\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n")
}

/// Returns the body of an answer, whose status must be 200.
pub fn ok_body((head, body): (Head, Vec<u8>)) -> Result<Value, BenchError> {
    if head.status != 200 {
        return Err(format!("answered with {}: {}", head.status, String::from_utf8_lossy(&body)).into());
    }
    Ok(serde_json::from_slice(&body)?)
}

fn expect_text(value: &Value) -> Result<Arc<str>, BenchError> {
    Ok(value.as_str().ok_or("an answer without its text")?.into())
}

/// Delivers a webhook with one event: the bot says `text` to visitor `number`.
pub async fn deliver(client: &mut Client, number: usize, text: &str) -> Result<(), BenchError> {
    let body = json!({
        "token": WEBHOOK_TOKEN,
        "events": [{
            "event": { "type": "message", "payload": {
                "message": { "type": "text", "text": format!("<p>{text}</p>") }, "message_by": { "type": "bot" } } },
            "conversation": { "key": conversation(number) },
        }],
    });
    match client.post(&format!("/webhook/{WEBHOOK_SECRET}"), "", &body.to_string()).await?.0.status {
        200 => Ok(()),
        status => Err(format!("a webhook was answered with {status}").into()),
    }
}
