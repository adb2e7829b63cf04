//! The webhook: accepts what the platform posts, and nothing from anyone else.

use super::prelude::*;

async fn post_json(fixture: &Fixture, url: &str, body: &Value) -> Result<Answer, CheckError> {
    fixture.call(fixture.http.post(url).json(body)).await
}

fn bot_message(conversation: &str, text: &str) -> Value {
    json!({
        "event": { "type": "message", "payload": {
            "message": { "type": "text", "text": text }, "message_by": { "type": "bot" } } },
        "conversation": { "key": conversation },
    })
}

pub async fn handshake(fixture: &Fixture) -> Outcome {
    let token = fixture.options.webhook_token.as_str();
    let answer = post_json(fixture, &fixture.webhook_url, &json!({ "token": token })).await?.expect_status(200)?;
    ensure!(answer.json["token"] == token, "200 without the token");
    Ok("the token".to_owned())
}

pub async fn wrong_token(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let greeted = post_json(fixture, &fixture.webhook_url, &json!({ "token": "wrong" })).await?;
    ensure!(!greeted.is_success(), "a handshake: {greeted}");
    let events = [bot_message(&chat.platform_id, &unique_text())];
    for body in [json!({ "token": "wrong", "events": events }), json!({ "events": events })] {
        let answer = post_json(fixture, &fixture.webhook_url, &body).await?;
        ensure!(!answer.is_success(), "events: {answer}");
    }
    let after = chat.read_log().await?;
    ensure!(chat.log == after, "the log {}", log_summary(&after));
    Ok(format!("{}", greeted.status))
}

pub async fn wrong_path(fixture: &Fixture) -> Outcome {
    let url = format!("{}-not", fixture.webhook_url.trim_end_matches('/'));
    let answer = post_json(fixture, &url, &json!({ "token": fixture.options.webhook_token })).await?;
    ensure!(!answer.is_success(), "{answer}");
    Ok(format!("{}", answer.status))
}

pub async fn places(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    for place in ["body", "bearer", "raw"] {
        fixture.simulator.order("style", json!({ "token_in": place })).await?;
        let text = unique_text();
        let reply = json!({ "conversation": chat.platform_id, "text": text });
        let reply = fixture.simulator.order("reply", reply).await?;
        if chat.log_with(|entry| is_message(entry, "bot", &text)).await.is_err() {
            fixture.simulator.order("style", json!({ "token_in": "body" })).await?;
            let deliveries = fixture.simulator.query("deliveries").await?;
            let mut deliveries = deliveries["deliveries"].as_array().into_iter().flatten();
            let delivery = deliveries.find(|one| one["id"] == reply["deliveries"][0]);
            let last_attempt = delivery.and_then(|one| one["attempts"].as_array()?.last()).unwrap_or(&Value::Null);
            return Err(violation(format!("with the token {place}: {last_attempt}")));
        }
    }
    Ok("in the body, as a bearer and raw".to_owned())
}

pub async fn early(fixture: &Fixture) -> Outcome {
    let (visitor, reply) = (fixture.visitor().await?, unique_text());
    let reply_while_held = async |call: Value| {
        let order = json!({ "conversation": call["conversation"], "text": reply, "wait": true });
        fixture.simulator.reply(order).await
    };
    let (chat, _) = fixture.simulator.hold_during("start", visitor.chat(), reply_while_held).await?;
    chat.log_with(|entry| is_message(entry, "bot", &reply)).await?;
    Ok("in the log".to_owned())
}

pub async fn unknown(fixture: &Fixture) -> Outcome {
    let body = json!({ "token": fixture.options.webhook_token, "events": [bot_message("of-another-channel", &unique_text())] });
    let answer = post_json(fixture, &fixture.webhook_url, &body).await?;
    ensure!(answer.is_success(), "{answer}");
    Ok(format!("{}", answer.status))
}

pub async fn redelivery(fixture: &Fixture) -> Outcome {
    let (chat, words, end) = (fixture.settled().await?, unique_text(), unique_text());
    fixture.simulator.order("style", json!({ "ids": true })).await?;
    let first_reply = chat.reply(&words).await?;
    fixture.simulator.order("redeliver", json!({ "deliveries": first_reply["deliveries"] })).await?;
    chat.reply(&end).await?;
    let log = chat.log_with(|entry| is_message(entry, "bot", &end)).await?;
    ensure_count(&log, |entry| is_message(entry, "bot", &words), 1)?;
    Ok("once in the log".to_owned())
}
