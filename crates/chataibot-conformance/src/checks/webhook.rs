//! The webhook: accepts what the platform posts, and nothing from anyone else.

use serde_json::{Value, json};

use crate::{
    check::checks,
    entry::{is_message, log_summary},
    fixture::{Answer, Fixture},
    outcome::{CheckError, Outcome, ensure, ensure_count, violation},
    visitor::{new_key, start_body, unique_text},
};

checks! {
    Must "webhook-handshake" handshake:
        "The platform's handshake, its token in a body without events, is answered 200 with {\"token\":\"<same>\"}."
        => "Echo the token, and only when it is the one that was entered in the platform's settings.";
    Must "webhook-wrong-token" wrong_token:
        "Neither a handshake nor events with a wrong token are answered with 2xx, and nothing of them reaches a log."
        => "Compare the token in constant time before anything is stored.";
    Must "webhook-wrong-path" wrong_path:
        "The webhook answers under its secret path alone."
        => "Compare the last part of the path in constant time, and answer 404.";
    Must "webhook-token-places" places:
        "The token counts in the body and in Authorization, as a bearer and raw."
        => "Look in all three places: which of them the platform uses is not documented.";
    Must "webhook-early" early:
        "A reply that comes before the platform has answered the start is in the log after it."
        => "Keep events of unknown conversations for a short, bounded time.";
    Should "webhook-unknown" unknown:
        "Events of conversations that are not the proxy's are answered with 2xx."
        => "Drop and count them: the account may have other channels, and a refusal makes the platform try again.";
    Should "webhook-redelivery" redelivery:
        "A message with an id that comes twice is one message."
        => "Keep the ids that the platform gives, for a while.";
}

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

async fn handshake(fixture: &Fixture) -> Outcome {
    let answer = post_json(fixture, &fixture.webhook_url, &json!({ "token": fixture.webhook_token }))
        .await?
        .expect_status(200)?;
    ensure!(answer.json["token"] == fixture.webhook_token.as_str(), "200 without the token");
    Ok("the token".to_owned())
}

async fn wrong_token(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, before) = fixture.settled().await?;
    let greeted = post_json(fixture, &fixture.webhook_url, &json!({ "token": "wrong" })).await?;
    ensure!(!(200..300).contains(&greeted.status), "a handshake: {greeted}");
    let events = [bot_message(&conversation.platform_id, &unique_text())];
    for body in [json!({ "token": "wrong", "events": events }), json!({ "events": events })] {
        let answer = post_json(fixture, &fixture.webhook_url, &body).await?;
        ensure!(!(200..300).contains(&answer.status), "events: {answer}");
    }
    let after = visitor.log(&conversation.id).await?;
    ensure!(before == after, "the log {}", log_summary(&after));
    Ok(format!("{}", greeted.status))
}

async fn wrong_path(fixture: &Fixture) -> Outcome {
    let mut url = fixture.webhook_url.trim_end_matches('/').to_owned();
    url.push_str("-not");
    let answer = post_json(fixture, &url, &json!({ "token": fixture.webhook_token })).await?;
    ensure!(!(200..300).contains(&answer.status), "{answer}");
    Ok(format!("{}", answer.status))
}

async fn places(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    for place in ["body", "bearer", "raw"] {
        fixture.simulator.order("style", json!({ "token_in": place })).await?;
        let text = unique_text();
        let reply =
            fixture.simulator.order("reply", json!({ "conversation": conversation.platform_id, "text": text })).await?;
        let arrival = visitor.log_with(&conversation.id, |entry| is_message(entry, "bot", &text)).await;
        if arrival.is_err() {
            fixture.simulator.order("style", json!({ "token_in": "body" })).await?;
            let attempts = fixture.simulator.query("deliveries").await?;
            let delivery = attempts["deliveries"]
                .as_array()
                .and_then(|all| all.iter().find(|one| one["id"] == reply["deliveries"][0]));
            let last_attempt = delivery.and_then(|one| one["attempts"].as_array()?.last()).unwrap_or(&Value::Null);
            return Err(violation(format!("with the token {place}: {last_attempt}")));
        }
    }
    Ok("in the body, as a bearer and raw".to_owned())
}

async fn early(fixture: &Fixture) -> Outcome {
    let (visitor, key, words, reply) = (fixture.visitor().await?, new_key(), unique_text(), unique_text());
    let hold = fixture.simulator.order("hold", json!({ "call": "start" })).await?;
    let reply_while_held = async {
        let call = fixture.simulator.wait_for_held_call("start").await?;
        let platform = call["conversation"].as_str().unwrap_or_default();
        let reply_sent = fixture.simulator.reply(platform, &reply).await;
        fixture.simulator.order("release", json!({ "hold": hold["hold"] })).await?;
        reply_sent
    };
    let (started, reply_sent) = tokio::join!(fixture.call(visitor.start(&key, &start_body(&words))), reply_while_held);
    reply_sent?;
    let started = started?.expect_status(200)?;
    let id = started.json["conversation"]["id"].as_str().unwrap_or_default();
    visitor.log_with(id, |entry| is_message(entry, "bot", &reply)).await?;
    Ok("in the log".to_owned())
}

async fn unknown(fixture: &Fixture) -> Outcome {
    let body = json!({ "token": fixture.webhook_token, "events": [bot_message("of-another-channel", &unique_text())] });
    let answer = post_json(fixture, &fixture.webhook_url, &body).await?;
    ensure!((200..300).contains(&answer.status), "{answer}");
    Ok(format!("{}", answer.status))
}

async fn redelivery(fixture: &Fixture) -> Outcome {
    let (visitor, words, end) = (fixture.visitor().await?, unique_text(), unique_text());
    let (conversation, _) = visitor.settled().await?;
    fixture.simulator.order("style", json!({ "ids": true })).await?;
    let first_reply = fixture.simulator.reply(&conversation.platform_id, &words).await?;
    fixture.simulator.order("redeliver", json!({ "deliveries": first_reply["deliveries"] })).await?;
    fixture.simulator.reply(&conversation.platform_id, &end).await?;
    let log = visitor.log_with(&conversation.id, |entry| is_message(entry, "bot", &end)).await?;
    ensure_count(&log, |entry| is_message(entry, "bot", &words), 1)?;
    Ok("once in the log".to_owned())
}
