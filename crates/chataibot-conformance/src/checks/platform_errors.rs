//! When the platform refuses, is busy, or does not answer.

use serde_json::{Value, json};

use crate::{
    check::{Check, Fault, Outcome, check, hold},
    entry::{is_delivery, is_sent_with},
    fixture::{Answer, Fixture},
    visitor::{Conversation, Visitor, key, send_body, start_body, text},
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        "trouble-busy",
        Must,
        "When the platform answers 429 or 503, the visitor gets 429 RATE_LIMITED or 503 UNAVAILABLE, and Retry-After in whole seconds.",
        "Map these answers, and send Retry-After and `retry_after` with each of them.",
        busy
    ),
    check!(
        "trouble-failed-again",
        Must,
        "A send that the platform was too busy for may be tried again with its key, and stands in the log once.",
        "Do not keep the key as used when the message definitely did not arrive.",
        failed_again
    ),
    check!(
        "trouble-start-again",
        Must,
        "CONVERSATION_CREATION_EXCEPTION is passing trouble: the same start works the second time.",
        "Classify by `error`, not by the status: this one comes as a 400.",
        start_again
    ),
    check!(
        "trouble-failed-told",
        Should,
        "The log tells that a send failed: a `delivery` entry `failed`.",
        "Append a delivery entry for each outcome.",
        failed_told
    ),
    check!(
        "trouble-refused",
        Must,
        "CONTACT_IS_BLOCKED reaches the visitor as 400 with that code, and the same key does not reach the platform again.",
        "Keep refusals with their key like answers.",
        refused
    ),
    check!(
        "trouble-operator",
        Must,
        "What only the operator can mend (a wrong account token, a disabled channel) reaches the visitor as 503 UNAVAILABLE and nothing more.",
        "Log the platform's code and message on the server, and answer UNAVAILABLE with a sentence of your own.",
        operator
    ),
    check!(
        "trouble-unknown",
        Must,
        "When the platform's answer is lost, the visitor gets 502 UNKNOWN_OUTCOME, and the same key does not reach the platform again.",
        "Tell \"no connection\" from \"no answer\": after the second the message may have arrived, so it is not sent twice.",
        unknown
    ),
    check!(
        "trouble-unknown-told",
        Must,
        "The log tells of a lost answer: a `delivery` entry `unknown`.",
        "Append it: the widget shows \"not confirmed\" and waits for the log.",
        unknown_told
    ),
    check!(
        "trouble-unknown-cleared",
        Should,
        "When the platform's echo of a message comes, a lost answer becomes `sent`.",
        "Match echoes with the conversation's messages in their order, and append a delivery entry.",
        unknown_cleared
    ),
];

/// A send that the platform answers like this.
async fn meets<'a>(
    fixture: &'a Fixture,
    order: &str,
    how: Value,
) -> Result<(Visitor<'a>, Conversation, String, Value, Answer), Fault> {
    let visitor = fixture.visitor().await?;
    let (conversation, _) = visitor.settled().await?;
    fixture.simulator.order(order, how).await?;
    let (key, body) = (key(), send_body(&text()));
    let answer = fixture.call(visitor.send(&conversation.id, &key, &body)).await?;
    Ok((visitor, conversation, key, body, answer))
}

async fn forwarded(fixture: &Fixture, body: &Value) -> Result<usize, Fault> {
    let text = body["message"]["data"]["body"].as_str().unwrap_or_default();
    Ok(fixture.simulator.calls_with("send", text).await?.len())
}

async fn busy(fixture: &Fixture) -> Outcome {
    for (status, code) in [(429, "RATE_LIMITED"), (503, "UNAVAILABLE")] {
        let how = json!({ "call": "send", "status": status, "retry_after": 2 });
        let (.., answer) = meets(fixture, "fail", how).await?;
        let answer = answer.refusal(status, code)?;
        let header = answer.header("retry-after").unwrap_or("none");
        let seconds = header.parse::<u32>().ok().filter(|seconds| *seconds > 0);
        hold(seconds.is_some(), || format!("{status} with Retry-After: {header}"))?;
        let body = &answer.json["retry_after"];
        hold(seconds.map(Value::from).as_ref() == Some(body), || {
            format!("{status} with Retry-After: {header} and `retry_after` {body}")
        })?;
    }
    Ok("429 and 503, each with Retry-After in header and body".to_owned())
}

async fn failed_again(fixture: &Fixture) -> Outcome {
    let how = json!({ "call": "send", "status": 503 });
    let (visitor, conversation, key, body, answer) = meets(fixture, "fail", how).await?;
    answer.with(503)?;
    fixture.call(visitor.send(&conversation.id, &key, &body)).await?.with(200)?;
    let log = visitor.log_with(&conversation.id, |entry| is_delivery(entry, &key, "sent")).await?;
    let times = log.iter().filter(|entry| is_sent_with(entry, &key)).count();
    hold(times == 1, || format!("the message stands in the log {times} times"))?;
    Ok("taken the second time, in the log once".to_owned())
}

async fn start_again(fixture: &Fixture) -> Outcome {
    let (visitor, key, body) = (fixture.visitor().await?, key(), start_body(&text()));
    fixture.simulator.order("fail", json!({ "call": "start", "error": "CONVERSATION_CREATION_EXCEPTION" })).await?;
    let first = fixture.call(visitor.start(&key, &body)).await?;
    hold(first.status != 200, || "200 for a start that the platform refused".to_owned())?;
    fixture.call(visitor.start(&key, &body)).await?.with(200)?;
    Ok(format!("{} first, 200 then", first.status))
}

async fn failed_told(fixture: &Fixture) -> Outcome {
    let how = json!({ "call": "send", "status": 503 });
    let (visitor, conversation, key, ..) = meets(fixture, "fail", how).await?;
    visitor.log_with(&conversation.id, |entry| is_delivery(entry, &key, "failed")).await?;
    Ok("`failed`".to_owned())
}

async fn refused(fixture: &Fixture) -> Outcome {
    let how = json!({ "call": "send", "error": "CONTACT_IS_BLOCKED" });
    let (visitor, conversation, key, body, answer) = meets(fixture, "fail", how).await?;
    answer.refusal(400, "CONTACT_IS_BLOCKED")?;
    fixture.call(visitor.send(&conversation.id, &key, &body)).await?.refusal(400, "CONTACT_IS_BLOCKED")?;
    let calls = forwarded(fixture, &body).await?;
    hold(calls == 1, || format!("{calls} calls at the platform"))?;
    Ok("400 CONTACT_IS_BLOCKED twice, one call at the platform".to_owned())
}

async fn operator(fixture: &Fixture) -> Outcome {
    for (error, status) in [("JWT_SIGNATURE_EXCEPTION", 401), ("CHANNEL_NOT_ENABLED", 400)] {
        let how = json!({ "call": "send", "error": error, "status": status, "message": "ask-the-operator-4711" });
        let (.., answer) = meets(fixture, "fail", how).await?;
        let answer = answer.refusal(503, "UNAVAILABLE")?;
        let leaks = [error, "ask-the-operator-4711"].into_iter().find(|words| answer.text.contains(words));
        hold(leaks.is_none(), || format!("the platform's own words in the answer: {}", leaks.unwrap_or_default()))?;
    }
    Ok("503 UNAVAILABLE".to_owned())
}

fn lost() -> Value {
    json!({ "call": "send", "processed": true, "how": "close" })
}

async fn unknown(fixture: &Fixture) -> Outcome {
    // So that no echo tells what became of it.
    fixture.simulator.order("style", json!({ "echo": "off" })).await?;
    let (visitor, conversation, key, body, answer) = meets(fixture, "drop", lost()).await?;
    answer.refusal(502, "UNKNOWN_OUTCOME")?;
    let again = fixture.call(visitor.send(&conversation.id, &key, &body)).await?;
    hold(again.status == 200 || again.status == 502, || again.short())?;
    let calls = forwarded(fixture, &body).await?;
    hold(calls == 1, || format!("{calls} calls at the platform"))?;
    Ok("502 UNKNOWN_OUTCOME, one call at the platform".to_owned())
}

async fn unknown_told(fixture: &Fixture) -> Outcome {
    fixture.simulator.order("style", json!({ "echo": "off" })).await?;
    let (visitor, conversation, key, ..) = meets(fixture, "drop", lost()).await?;
    visitor.log_with(&conversation.id, |entry| is_delivery(entry, &key, "unknown")).await?;
    Ok("`unknown`".to_owned())
}

async fn unknown_cleared(fixture: &Fixture) -> Outcome {
    let visitor = fixture.visitor().await?;
    let (conversation, _) = visitor.settled().await?;
    fixture.simulator.order("webhooks/pause", json!({})).await?;
    fixture.simulator.order("drop", lost()).await?;
    let key = key();
    fixture.call(visitor.send(&conversation.id, &key, &send_body(&text()))).await?.with(502)?;
    fixture.simulator.order("webhooks/resume", json!({})).await?;
    let log = visitor.log_with(&conversation.id, |entry| is_delivery(entry, &key, "sent")).await?;
    let times = log.iter().filter(|entry| is_sent_with(entry, &key)).count();
    hold(times == 1, || format!("the message stands in the log {times} times"))?;
    Ok("`sent`, once its echo was there".to_owned())
}
