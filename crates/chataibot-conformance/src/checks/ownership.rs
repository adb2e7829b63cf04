//! Ownership: "not yours" and "not there" are the same.

use reqwest::RequestBuilder;

use crate::{
    check::{Check, Outcome, check, hold},
    fixture::Fixture,
    visitor::{Conversation, Visitor, key, random, send_body, text},
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        "owner-send",
        Must,
        "A send to another visitor's conversation is the same 404 NOT_FOUND as to one that is not there, and is not forwarded.",
        "Keep a table of conversations with their visitors, and look there on each call.",
        send
    ),
    check!(
        "owner-poll",
        Must,
        "A poll of another visitor's conversation is the same 404 NOT_FOUND as of one that is not there.",
        "Keep a table of conversations with their visitors, and look there on each call.",
        poll
    ),
    check!(
        "owner-page",
        Must,
        "A page of another visitor's conversation is the same 404 NOT_FOUND as of one that is not there.",
        "Keep a table of conversations with their visitors, and look there on each call.",
        page
    ),
    check!(
        "owner-stream",
        Must,
        "A stream of another visitor's conversation is the same 404 NOT_FOUND as of one that is not there.",
        "Keep a table of conversations with their visitors, and look there before the first byte.",
        stream
    ),
];

/// Makes a call to somebody else's conversation, and to one that is not there.
async fn same(
    fixture: &Fixture,
    call: impl Fn(&Visitor<'_>, &str) -> RequestBuilder,
) -> Result<Conversation, crate::Fault> {
    let (owner, other) = (fixture.visitor().await?, fixture.visitor().await?);
    let conversation = owner.conversation().await?;
    // Of the same form as the real one.
    let nowhere = random(conversation.id.len().div_ceil(2));
    let foreign = fixture.call(call(&other, &conversation.id)).await?.refusal(404, "NOT_FOUND")?;
    let missing = fixture.call(call(&other, &nowhere)).await?.refusal(404, "NOT_FOUND")?;
    hold(foreign.json == missing.json, || format!("two answers: {} and {}", foreign.text, missing.text))?;
    Ok(conversation)
}

async fn send(fixture: &Fixture) -> Outcome {
    let text = text();
    same(fixture, |visitor, id| visitor.send(id, &key(), &send_body(&text))).await?;
    let calls = fixture.simulator.calls_with("send", &text).await?.len();
    hold(calls == 0, || "it reached the platform".to_owned())?;
    Ok("404 NOT_FOUND for both".to_owned())
}

async fn poll(fixture: &Fixture) -> Outcome {
    same(fixture, |visitor, id| visitor.events(id, "?wait=0")).await?;
    Ok("404 NOT_FOUND for both".to_owned())
}

async fn page(fixture: &Fixture) -> Outcome {
    same(fixture, |visitor, id| visitor.events(id, "?before=1-2&limit=1")).await?;
    Ok("404 NOT_FOUND for both".to_owned())
}

async fn stream(fixture: &Fixture) -> Outcome {
    let stream = |visitor: &Visitor<'_>, id: &str| {
        let path = format!("/api/v1/conversation/{id}/events");
        // An open stream would never end.
        let request = visitor.request(reqwest::Method::GET, &path).timeout(fixture.patience);
        request.header("accept", "text/event-stream")
    };
    same(fixture, stream).await?;
    Ok("404 NOT_FOUND for both".to_owned())
}
