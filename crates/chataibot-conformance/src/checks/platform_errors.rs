//! Platform errors: the platform refuses, is busy, or does not answer.

use serde_json::{Value, json};

use crate::{
    check::checks,
    entry::{is_delivery, is_sent_with},
    fixture::{Answer, Fixture},
    outcome::{CheckError, Outcome, ensure, ensure_count},
    visitor::{Conversation, Visitor, new_key, send_body, start_body, unique_text},
};

checks! {
    Must "trouble-busy" busy:
        "When the platform answers 429 or 503, the visitor gets 429 RATE_LIMITED or 503 UNAVAILABLE, and Retry-After in whole seconds."
        => "Map these answers, and send Retry-After and `retry_after` with each of them.";
    Must "trouble-failed-again" failed_again:
        "A send that the platform was too busy for may be tried again with its key, and stands in the log once."
        => "Do not keep the key as used when the message definitely did not arrive.";
    Must "trouble-start-again" start_again:
        "CONVERSATION_CREATION_EXCEPTION is passing trouble: the same start works the second time."
        => "Classify by `error`, not by the status: this one comes as a 400.";
    Should "trouble-failed-told" failed_told:
        "The log tells that a send failed: a `delivery` entry `failed`."
        => "Append a delivery entry for each outcome.";
    Must "trouble-refused" refused:
        "CONTACT_IS_BLOCKED reaches the visitor as 400 with that code, and the same key does not reach the platform again."
        => "Keep refusals with their key like answers.";
    Must "trouble-operator" operator:
        "What only the operator can mend (a wrong account token, a disabled channel) reaches the visitor as 503 UNAVAILABLE and nothing more."
        => "Log the platform's code and message on the server, and answer UNAVAILABLE with a sentence of your own.";
    Must "trouble-unknown" unknown:
        "When the platform's answer is lost, the visitor gets 502 UNKNOWN_OUTCOME, and the same key does not reach the platform again."
        => "Tell \"no connection\" from \"no answer\": after the second the message may have arrived, so it is not sent twice.";
    Must "trouble-unknown-told" unknown_told:
        "The log tells of a lost answer: a `delivery` entry `unknown`."
        => "Append it: the widget shows \"not confirmed\" and waits for the log.";
    Should "trouble-unknown-cleared" unknown_cleared:
        "When the platform's echo of a message comes, a lost answer becomes `sent`."
        => "Match echoes with the conversation's messages in their order, and append a delivery entry.";
}

/// Sends a message that the platform answers as ordered.
async fn send_with_fault<'a>(
    fixture: &'a Fixture,
    order: &str,
    fault: Value,
) -> Result<(Visitor<'a>, Conversation, String, Value, Answer), CheckError> {
    let (visitor, conversation, _) = fixture.settled().await?;
    fixture.simulator.order(order, fault).await?;
    let (key, body) = (new_key(), send_body(&unique_text()));
    let answer = fixture.call(visitor.send(&conversation.id, &key, &body)).await?;
    Ok((visitor, conversation, key, body, answer))
}

fn text_of(body: &Value) -> &str {
    body["message"]["data"]["body"].as_str().unwrap_or_default()
}

async fn busy(fixture: &Fixture) -> Outcome {
    for (status, code) in [(429, "RATE_LIMITED"), (503, "UNAVAILABLE")] {
        let fault = json!({ "call": "send", "status": status, "retry_after": 2 });
        let (.., answer) = send_with_fault(fixture, "fail", fault).await?;
        let answer = answer.expect_error(status, code)?;
        let header = answer.header("retry-after").unwrap_or("none");
        let seconds = header.parse::<u32>().ok().filter(|seconds| *seconds > 0);
        ensure!(seconds.is_some(), "{status} with Retry-After: {header}");
        let body = &answer.json["retry_after"];
        ensure!(
            seconds.map(Value::from).as_ref() == Some(body),
            "{status} with Retry-After: {header} and `retry_after` {body}"
        );
    }
    Ok("429 and 503, each with Retry-After in header and body".to_owned())
}

async fn failed_again(fixture: &Fixture) -> Outcome {
    let fault = json!({ "call": "send", "status": 503 });
    let (visitor, conversation, key, body, answer) = send_with_fault(fixture, "fail", fault).await?;
    answer.expect_status(503)?;
    fixture.call(visitor.send(&conversation.id, &key, &body)).await?.expect_status(200)?;
    let log = visitor.log_with(&conversation.id, |entry| is_delivery(entry, &key, "sent")).await?;
    ensure_count(&log, |entry| is_sent_with(entry, &key), 1)?;
    Ok("taken the second time, in the log once".to_owned())
}

async fn start_again(fixture: &Fixture) -> Outcome {
    let (visitor, key, body) = (fixture.visitor().await?, new_key(), start_body(&unique_text()));
    fixture.simulator.order("fail", json!({ "call": "start", "error": "CONVERSATION_CREATION_EXCEPTION" })).await?;
    let first = fixture.call(visitor.start(&key, &body)).await?;
    ensure!(first.status != 200, "200 for a start that the platform refused");
    fixture.call(visitor.start(&key, &body)).await?.expect_status(200)?;
    Ok(format!("{} first, 200 then", first.status))
}

async fn failed_told(fixture: &Fixture) -> Outcome {
    let fault = json!({ "call": "send", "status": 503 });
    let (visitor, conversation, key, ..) = send_with_fault(fixture, "fail", fault).await?;
    visitor.log_with(&conversation.id, |entry| is_delivery(entry, &key, "failed")).await?;
    Ok("`failed`".to_owned())
}

async fn refused(fixture: &Fixture) -> Outcome {
    let fault = json!({ "call": "send", "error": "CONTACT_IS_BLOCKED" });
    let (visitor, conversation, key, body, answer) = send_with_fault(fixture, "fail", fault).await?;
    answer.expect_error(400, "CONTACT_IS_BLOCKED")?;
    fixture.call(visitor.send(&conversation.id, &key, &body)).await?.expect_error(400, "CONTACT_IS_BLOCKED")?;
    fixture.simulator.expect_calls("send", text_of(&body), 1).await?;
    Ok("400 CONTACT_IS_BLOCKED twice, one call at the platform".to_owned())
}

async fn operator(fixture: &Fixture) -> Outcome {
    for (error, status) in [("JWT_SIGNATURE_EXCEPTION", 401), ("CHANNEL_NOT_ENABLED", 400)] {
        let fault = json!({ "call": "send", "error": error, "status": status, "message": "ask-the-operator-4711" });
        let (.., answer) = send_with_fault(fixture, "fail", fault).await?;
        let answer = answer.expect_error(503, "UNAVAILABLE")?;
        let leaks = [error, "ask-the-operator-4711"].into_iter().find(|words| answer.text.contains(words));
        ensure!(leaks.is_none(), "the platform's own words in the answer: {}", leaks.unwrap_or_default());
    }
    Ok("503 UNAVAILABLE".to_owned())
}

fn lost_answer() -> Value {
    json!({ "call": "send", "processed": true, "how": "close" })
}

async fn unknown(fixture: &Fixture) -> Outcome {
    // No echo may tell the proxy that the message arrived.
    fixture.simulator.order("style", json!({ "echo": "off" })).await?;
    let (visitor, conversation, key, body, answer) = send_with_fault(fixture, "drop", lost_answer()).await?;
    answer.expect_error(502, "UNKNOWN_OUTCOME")?;
    let again = fixture.call(visitor.send(&conversation.id, &key, &body)).await?;
    ensure!(again.status == 200 || again.status == 502, "{again}");
    fixture.simulator.expect_calls("send", text_of(&body), 1).await?;
    Ok("502 UNKNOWN_OUTCOME, one call at the platform".to_owned())
}

async fn unknown_told(fixture: &Fixture) -> Outcome {
    fixture.simulator.order("style", json!({ "echo": "off" })).await?;
    let (visitor, conversation, key, ..) = send_with_fault(fixture, "drop", lost_answer()).await?;
    visitor.log_with(&conversation.id, |entry| is_delivery(entry, &key, "unknown")).await?;
    Ok("`unknown`".to_owned())
}

async fn unknown_cleared(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    fixture.simulator.order("webhooks/pause", json!({})).await?;
    fixture.simulator.order("drop", lost_answer()).await?;
    let key = new_key();
    fixture.call(visitor.send(&conversation.id, &key, &send_body(&unique_text()))).await?.expect_status(502)?;
    fixture.simulator.order("webhooks/resume", json!({})).await?;
    let log = visitor.log_with(&conversation.id, |entry| is_delivery(entry, &key, "sent")).await?;
    ensure_count(&log, |entry| is_sent_with(entry, &key), 1)?;
    Ok("`sent`, once its echo was there".to_owned())
}
