//! Idempotency: one key is one message, whatever is retried.

use serde_json::json;

use crate::{
    check::checks,
    fixture::Fixture,
    outcome::{Outcome, ensure},
    visitor::{new_key, send_body, start_body, unique_text},
};

checks! {
    Must "again-start" start:
        "A start with the same key reaches the platform once and gets the same answer again."
        => "Keep each key with its answer for 48 hours, and answer from there.";
    Must "again-send" send:
        "A send with the same key reaches the platform once and gets the same answer again."
        => "Keep each key with its answer for 48 hours, and answer from there.";
    Must "again-together" together:
        "Two sends with the same key at the same time reach the platform once."
        => "Record the key before forwarding; let the second wait for the first one's answer.";
    Must "again-other-body" other_body:
        "The same key with another body is a 409 KEY_REUSED."
        => "Keep a digest of the body with the key and compare.";
}

async fn start(fixture: &Fixture) -> Outcome {
    let (visitor, key, text) = (fixture.visitor().await?, new_key(), unique_text());
    let first = fixture.call(visitor.start(&key, &start_body(&text))).await?.expect_status(200)?;
    let second = fixture.call(visitor.start(&key, &start_body(&text))).await?.expect_status(200)?;
    fixture.simulator.expect_calls("start", &text, 1).await?;
    let (one, other) = (&first.json["conversation"]["id"], &second.json["conversation"]["id"]);
    ensure!(one == other, "another conversation in the second answer");
    Ok("one start at the platform, one answer".to_owned())
}

async fn send(fixture: &Fixture) -> Outcome {
    let ((visitor, conversation), key, text) = (fixture.conversation().await?, new_key(), unique_text());
    let first = fixture.call(visitor.send(&conversation.id, &key, &send_body(&text))).await?.expect_status(200)?;
    let second = fixture.call(visitor.send(&conversation.id, &key, &send_body(&text))).await?.expect_status(200)?;
    fixture.simulator.expect_calls("send", &text, 1).await?;
    ensure!(first.json == second.json, "another answer the second time");
    Ok("one send at the platform, one answer".to_owned())
}

async fn together(fixture: &Fixture) -> Outcome {
    let ((visitor, conversation), key, text) = (fixture.conversation().await?, new_key(), unique_text());
    let hold = fixture.simulator.order("hold", json!({ "call": "send" })).await?;
    let body = send_body(&text);
    let release = async {
        fixture.simulator.wait_for_held_call("send").await?;
        fixture.simulator.order("release", json!({ "hold": hold["hold"] })).await
    };
    let send = || fixture.call(visitor.send(&conversation.id, &key, &body));
    let (one, other, released) = tokio::join!(send(), send(), release);
    released?;
    let (one, other) = (one?.expect_status(200)?, other?.expect_status(200)?);
    fixture.simulator.expect_calls("send", &text, 1).await?;
    ensure!(one.json["message_id"] == other.json["message_id"], "two answers");
    Ok("one send at the platform".to_owned())
}

async fn other_body(fixture: &Fixture) -> Outcome {
    let ((visitor, conversation), key) = (fixture.conversation().await?, new_key());
    fixture.call(visitor.send(&conversation.id, &key, &send_body(&unique_text()))).await?.expect_status(200)?;
    let other = unique_text();
    fixture.call(visitor.send(&conversation.id, &key, &send_body(&other))).await?.expect_error(409, "KEY_REUSED")?;
    fixture.simulator.expect_calls("send", &other, 0).await?;
    Ok("409 KEY_REUSED".to_owned())
}
