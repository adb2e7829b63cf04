//! Idempotency: one key is one message, whatever is retried.

use super::prelude::*;

pub async fn start(fixture: &Fixture) -> Outcome {
    let (visitor, key, text) = (fixture.visitor().await?, new_key(), unique_text());
    let first = visitor.start(&key, &start_body(&text)).await?.expect_status(200)?;
    let second = visitor.start(&key, &start_body(&text)).await?.expect_status(200)?;
    fixture.simulator.expect_calls("start", &text, 1).await?;
    let (one, other) = (&first.json["conversation"]["id"], &second.json["conversation"]["id"]);
    ensure!(one == other, "another conversation in the second answer");
    Ok("one start at the platform, one answer".to_owned())
}

pub async fn send(fixture: &Fixture) -> Outcome {
    let (chat, key, text) = (fixture.chat().await?, new_key(), unique_text());
    let first = chat.send(&key, &text).await?.expect_status(200)?;
    let second = chat.send(&key, &text).await?.expect_status(200)?;
    fixture.simulator.expect_calls("send", &text, 1).await?;
    ensure!(first.json == second.json, "another answer the second time");
    Ok("one send at the platform, one answer".to_owned())
}

pub async fn together(fixture: &Fixture) -> Outcome {
    let (chat, key, text) = (fixture.chat().await?, new_key(), unique_text());
    let both = async { tokio::try_join!(chat.send(&key, &text), chat.send(&key, &text)) };
    let ((one, other), ()) = fixture.simulator.hold_during("send", both, async |_| Ok(())).await?;
    let (one, other) = (one.expect_status(200)?, other.expect_status(200)?);
    fixture.simulator.expect_calls("send", &text, 1).await?;
    ensure!(one.json["message_id"] == other.json["message_id"], "two answers");
    Ok("one send at the platform".to_owned())
}

pub async fn other_body(fixture: &Fixture) -> Outcome {
    let (chat, key, other) = (fixture.chat().await?, new_key(), unique_text());
    chat.send(&key, &unique_text()).await?.expect_status(200)?;
    chat.send(&key, &other).await?.expect_error(409, "KEY_REUSED")?;
    fixture.simulator.expect_calls("send", &other, 0).await?;
    Ok("409 KEY_REUSED".to_owned())
}
