//! Idempotency: one key, one message, whatever is tried again.

use serde_json::json;

use crate::{
    check::{Check, Outcome, check, hold},
    fixture::Fixture,
    visitor::{key, send_body, start_body, text},
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        "again-start",
        Must,
        "A start with the same key reaches the platform once and gets the same answer again.",
        "Keep each key with its answer for 48 hours, and answer from there.",
        start
    ),
    check!(
        "again-send",
        Must,
        "A send with the same key reaches the platform once and gets the same answer again.",
        "Keep each key with its answer for 48 hours, and answer from there.",
        send
    ),
    check!(
        "again-together",
        Must,
        "Two sends with the same key at the same time reach the platform once.",
        "Record the key before forwarding; let the second wait for the first one's answer.",
        together
    ),
    check!(
        "again-other-body",
        Must,
        "The same key with another body is a 409 KEY_REUSED.",
        "Keep a digest of the body with the key and compare.",
        other_body
    ),
];

async fn start(fixture: &Fixture) -> Outcome {
    let (visitor, key, text) = (fixture.visitor().await?, key(), text());
    let first = fixture.call(visitor.start(&key, &start_body(&text))).await?.with(200)?;
    let second = fixture.call(visitor.start(&key, &start_body(&text))).await?.with(200)?;
    let calls = fixture.simulator.calls_with("start", &text).await?.len();
    hold(calls == 1, || format!("{calls} starts at the platform"))?;
    let (one, other) = (&first.json["conversation"]["id"], &second.json["conversation"]["id"]);
    hold(one == other, || "another conversation in the second answer".to_owned())?;
    Ok("one start at the platform, one answer".to_owned())
}

async fn send(fixture: &Fixture) -> Outcome {
    let (visitor, key, text) = (fixture.visitor().await?, key(), text());
    let conversation = visitor.conversation().await?;
    let first = fixture.call(visitor.send(&conversation.id, &key, &send_body(&text))).await?.with(200)?;
    let second = fixture.call(visitor.send(&conversation.id, &key, &send_body(&text))).await?.with(200)?;
    let calls = fixture.simulator.calls_with("send", &text).await?.len();
    hold(calls == 1, || format!("{calls} sends at the platform"))?;
    hold(first.json == second.json, || "another answer the second time".to_owned())?;
    Ok("one send at the platform, one answer".to_owned())
}

async fn together(fixture: &Fixture) -> Outcome {
    let (visitor, key, text) = (fixture.visitor().await?, key(), text());
    let conversation = visitor.conversation().await?;
    let held = fixture.simulator.order("hold", json!({ "call": "send" })).await?;
    let body = send_body(&text);
    let release = async {
        fixture.simulator.held("send").await?;
        fixture.simulator.order("release", json!({ "hold": held["hold"] })).await
    };
    let send = || fixture.call(visitor.send(&conversation.id, &key, &body));
    let (one, other, released) = tokio::join!(send(), send(), release);
    released?;
    let (one, other) = (one?.with(200)?, other?.with(200)?);
    let calls = fixture.simulator.calls_with("send", &text).await?.len();
    hold(calls == 1, || format!("{calls} sends at the platform"))?;
    hold(one.json["message_id"] == other.json["message_id"], || "two answers".to_owned())?;
    Ok("one send at the platform".to_owned())
}

async fn other_body(fixture: &Fixture) -> Outcome {
    let (visitor, key) = (fixture.visitor().await?, key());
    let conversation = visitor.conversation().await?;
    fixture.call(visitor.send(&conversation.id, &key, &send_body(&text()))).await?.with(200)?;
    let other = text();
    fixture.call(visitor.send(&conversation.id, &key, &send_body(&other))).await?.refusal(409, "KEY_REUSED")?;
    let calls = fixture.simulator.calls_with("send", &other).await?.len();
    hold(calls == 0, || "it reached the platform".to_owned())?;
    Ok("409 KEY_REUSED".to_owned())
}
