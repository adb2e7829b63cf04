//! Ownership: another visitor's conversation is answered as one that does not exist.

use super::prelude::*;

/// Calls another visitor's conversation, and one that does not exist: both must answer the same.
async fn ensure_same_answer(fixture: &Fixture, call: impl Fn(&Visitor<'_>, &str) -> RequestBuilder) -> Outcome {
    let (chat, other) = (fixture.chat().await?, fixture.visitor().await?);
    // An id of the same form as the real one.
    let unknown_id = random_hex(chat.id.len().div_ceil(2));
    let foreign = fixture.call(call(&other, &chat.id)).await?.expect_error(404, "NOT_FOUND")?;
    let missing = fixture.call(call(&other, &unknown_id)).await?.expect_error(404, "NOT_FOUND")?;
    ensure!(foreign.json == missing.json, "two answers: {} and {}", foreign.text, missing.text);
    Ok("404 NOT_FOUND for both".to_owned())
}

pub async fn send(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    let outcome = ensure_same_answer(fixture, |visitor, id| visitor.send(id, &new_key(), &send_body(&text))).await?;
    fixture.simulator.expect_calls("send", &text, 0).await?;
    Ok(outcome)
}

pub async fn poll(fixture: &Fixture) -> Outcome {
    ensure_same_answer(fixture, |visitor, id| visitor.events(id, "?wait=0", JSON)).await
}

pub async fn page(fixture: &Fixture) -> Outcome {
    ensure_same_answer(fixture, |visitor, id| visitor.events(id, "?before=1-2&limit=1", JSON)).await
}

pub async fn stream(fixture: &Fixture) -> Outcome {
    // Without a timeout, an open stream would never end.
    let stream = |visitor: &Visitor<'_>, id: &str| visitor.events(id, "", EVENT_STREAM).timeout(fixture.timeout);
    ensure_same_answer(fixture, stream).await
}
