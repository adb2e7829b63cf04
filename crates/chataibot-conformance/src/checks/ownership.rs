//! Ownership: another visitor's conversation is answered as one that does not exist.

use reqwest::RequestBuilder;

use crate::{
    check::checks,
    fixture::Fixture,
    outcome::{Outcome, ensure},
    visitor::{Visitor, new_key, random_hex, send_body, unique_text},
};

checks! {
    Must "owner-send" send:
        "A send to another visitor's conversation is the same 404 NOT_FOUND as to one that is not there, and is not forwarded."
        => "Keep a table of conversations with their visitors, and look there on each call.";
    Must "owner-poll" poll:
        "A poll of another visitor's conversation is the same 404 NOT_FOUND as of one that is not there."
        => "Keep a table of conversations with their visitors, and look there on each call.";
    Must "owner-page" page:
        "A page of another visitor's conversation is the same 404 NOT_FOUND as of one that is not there."
        => "Keep a table of conversations with their visitors, and look there on each call.";
    Must "owner-stream" stream:
        "A stream of another visitor's conversation is the same 404 NOT_FOUND as of one that is not there."
        => "Keep a table of conversations with their visitors, and look there before the first byte.";
}

/// Makes a call to another visitor's conversation, and to one that does not exist; the answers must
/// be the same.
async fn ensure_same_answer(fixture: &Fixture, call: impl Fn(&Visitor<'_>, &str) -> RequestBuilder) -> Outcome {
    let (owner, other) = (fixture.visitor().await?, fixture.visitor().await?);
    let conversation = owner.conversation().await?;
    // An id of the same form as the real one.
    let unknown_id = random_hex(conversation.id.len().div_ceil(2));
    let foreign = fixture.call(call(&other, &conversation.id)).await?.expect_error(404, "NOT_FOUND")?;
    let missing = fixture.call(call(&other, &unknown_id)).await?.expect_error(404, "NOT_FOUND")?;
    ensure!(foreign.json == missing.json, "two answers: {} and {}", foreign.text, missing.text);
    Ok("404 NOT_FOUND for both".to_owned())
}

async fn send(fixture: &Fixture) -> Outcome {
    let text = unique_text();
    let outcome = ensure_same_answer(fixture, |visitor, id| visitor.send(id, &new_key(), &send_body(&text))).await?;
    fixture.simulator.expect_calls("send", &text, 0).await?;
    Ok(outcome)
}

async fn poll(fixture: &Fixture) -> Outcome {
    ensure_same_answer(fixture, |visitor, id| visitor.events(id, "?wait=0")).await
}

async fn page(fixture: &Fixture) -> Outcome {
    ensure_same_answer(fixture, |visitor, id| visitor.events(id, "?before=1-2&limit=1")).await
}

async fn stream(fixture: &Fixture) -> Outcome {
    let stream = |visitor: &Visitor<'_>, id: &str| {
        let path = format!("/api/v1/conversation/{id}/events");
        // Without a timeout, an open stream would never end.
        let request = visitor.request(reqwest::Method::GET, &path).timeout(fixture.timeout);
        request.header("accept", "text/event-stream")
    };
    ensure_same_answer(fixture, stream).await
}
