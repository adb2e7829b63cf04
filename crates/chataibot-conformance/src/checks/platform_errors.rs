//! Platform errors: the platform refuses, is busy, or does not answer.

use super::prelude::*;

/// A message that the platform answered as ordered.
struct Sent<'a> {
    chat: Chat<'a>,
    key: String,
    text: String,
    answer: Answer,
}

impl<'a> Sent<'a> {
    async fn under(fixture: &'a Fixture, order: &str, fault: Value) -> Result<Self, CheckError> {
        let (chat, key, text) = (fixture.settled().await?, new_key(), unique_text());
        fixture.simulator.order(order, fault).await?;
        let answer = chat.send(&key, &text).await?;
        Ok(Self { chat, key, text, answer })
    }

    async fn again(&self) -> Result<Answer, CheckError> {
        self.chat.send(&self.key, &self.text).await
    }

    /// Waits until the log says this of the message, and returns it.
    async fn log_with_delivery(&self, state: &str) -> Result<Vec<Value>, CheckError> {
        self.chat.log_with(|entry| is_delivery(entry, &self.key, state)).await
    }
}

pub async fn busy(fixture: &Fixture) -> Outcome {
    for (status, code) in [(429, "RATE_LIMITED"), (503, "UNAVAILABLE")] {
        let fault = json!({ "call": "send", "status": status, "retry_after": 2 });
        let answer = Sent::under(fixture, "fail", fault).await?.answer.expect_error(status, code)?;
        let header = answer.header("retry-after").unwrap_or("none");
        let seconds = header.parse::<u32>().unwrap_or(0);
        ensure!(seconds > 0, "{status} with Retry-After: {header}");
        let body = &answer.json["retry_after"];
        ensure!(*body == seconds, "{status} with Retry-After: {header} and `retry_after` {body}");
    }
    Ok("429 and 503, each with Retry-After in header and body".to_owned())
}

pub async fn failed_again(fixture: &Fixture) -> Outcome {
    let fault = json!({ "call": "send", "status": 503 });
    let sent = Sent::under(fixture, "fail", fault).await?;
    sent.answer.clone().expect_status(503)?;
    sent.again().await?.expect_status(200)?;
    ensure_count(&sent.log_with_delivery("sent").await?, |entry| is_sent_with(entry, &sent.key), 1)?;
    Ok("taken the second time, in the log once".to_owned())
}

pub async fn start_again(fixture: &Fixture) -> Outcome {
    let (visitor, key, body) = (fixture.visitor().await?, new_key(), start_body(&unique_text()));
    fixture.simulator.order("fail", json!({ "call": "start", "error": "CONVERSATION_CREATION_EXCEPTION" })).await?;
    let first = visitor.start(&key, &body).await?;
    ensure!(first.status != 200, "200 for a start that the platform refused");
    visitor.start(&key, &body).await?.expect_status(200)?;
    Ok(format!("{} first, 200 then", first.status))
}

pub async fn failed_told(fixture: &Fixture) -> Outcome {
    let fault = json!({ "call": "send", "status": 503 });
    Sent::under(fixture, "fail", fault).await?.log_with_delivery("failed").await?;
    Ok("`failed`".to_owned())
}

pub async fn refused(fixture: &Fixture) -> Outcome {
    let fault = json!({ "call": "send", "error": "CONTACT_IS_BLOCKED" });
    let sent = Sent::under(fixture, "fail", fault).await?;
    sent.answer.clone().expect_error(400, "CONTACT_IS_BLOCKED")?;
    sent.again().await?.expect_error(400, "CONTACT_IS_BLOCKED")?;
    fixture.simulator.expect_calls("send", &sent.text, 1).await?;
    Ok("400 CONTACT_IS_BLOCKED twice, one call at the platform".to_owned())
}

pub async fn operator(fixture: &Fixture) -> Outcome {
    for (error, status) in [("JWT_SIGNATURE_EXCEPTION", 401), ("CHANNEL_NOT_ENABLED", 400)] {
        let fault = json!({ "call": "send", "error": error, "status": status, "message": "ask-the-operator-4711" });
        let answer = Sent::under(fixture, "fail", fault).await?.answer.expect_error(503, "UNAVAILABLE")?;
        let leaks = [error, "ask-the-operator-4711"].into_iter().find(|words| answer.text.contains(words));
        ensure!(leaks.is_none(), "the platform's own words in the answer: {}", leaks.unwrap_or_default());
    }
    Ok("503 UNAVAILABLE".to_owned())
}

fn lost_answer() -> Value {
    json!({ "call": "send", "processed": true, "how": "close" })
}

pub async fn unknown(fixture: &Fixture) -> Outcome {
    // No echo may tell the proxy that the message arrived.
    fixture.simulator.order("style", json!({ "echo": "off" })).await?;
    let sent = Sent::under(fixture, "drop", lost_answer()).await?;
    sent.answer.clone().expect_error(502, "UNKNOWN_OUTCOME")?;
    let again = sent.again().await?;
    ensure!(again.status == 200 || again.status == 502, "{again}");
    fixture.simulator.expect_calls("send", &sent.text, 1).await?;
    Ok("502 UNKNOWN_OUTCOME, one call at the platform".to_owned())
}

pub async fn unknown_told(fixture: &Fixture) -> Outcome {
    fixture.simulator.order("style", json!({ "echo": "off" })).await?;
    Sent::under(fixture, "drop", lost_answer()).await?.log_with_delivery("unknown").await?;
    Ok("`unknown`".to_owned())
}

pub async fn unknown_cleared(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    fixture.simulator.order("webhooks/pause", json!({})).await?;
    fixture.simulator.order("drop", lost_answer()).await?;
    let key = new_key();
    chat.send(&key, &unique_text()).await?.expect_status(502)?;
    fixture.simulator.order("webhooks/resume", json!({})).await?;
    let log = chat.log_with(|entry| is_delivery(entry, &key, "sent")).await?;
    ensure_count(&log, |entry| is_sent_with(entry, &key), 1)?;
    Ok("`sent`, once its echo was there".to_owned())
}
