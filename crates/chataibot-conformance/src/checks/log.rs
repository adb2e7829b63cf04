//! The log: its entries, and their order.

use super::prelude::*;

pub async fn entries(fixture: &Fixture) -> Outcome {
    let log = fixture.settled().await?.log;
    ensure!(!log.is_empty(), "an empty log after a start");
    for entry in &log {
        let event = entry["event"].as_object();
        let is_one = event.is_some_and(|event| event.len() == 1)
            && matches!(event_kind(entry), "message" | "delivery" | "status" | "assignee");
        // From 2020 on, so that seconds in place of milliseconds are detected.
        let has_time = entry["at"].as_u64().is_some_and(|at| at > 1_577_836_800_000);
        ensure!(entry["cursor"].is_string() && is_one && has_time, "the entry {entry}");
    }
    Ok(format!("{} entries", log.len()))
}

pub async fn cursors(fixture: &Fixture) -> Outcome {
    let log = fixture.settled().await?.log;
    let cursors: Vec<_> = log.iter().map(|entry| parse_cursor(cursor_of(entry))).collect();
    let epoch = cursors.first().copied().flatten().map_or(0, |(epoch, _)| epoch);
    let counts_up = (1..).zip(&cursors).all(|(at, found)| *found == Some((epoch, at)));
    ensure!(counts_up, "the log {}", log_summary(&log));
    Ok(format!("1 to {}", log.len()))
}

pub async fn visitor(fixture: &Fixture) -> Outcome {
    let (chat, words) = (fixture.settled().await?, unique_text());
    let key = chat.send_text(&words).await?;
    let log = chat.log_with(|entry| is_sent_with(entry, &key)).await?;
    let own_entry = log.iter().find(|entry| is_sent_with(entry, &key)).cloned().unwrap_or_default();
    ensure!(is_message(&own_entry, "visitor", &words), "the entry {own_entry}");
    let content = &own_entry["event"]["message"]["content"];
    ensure!(content["text"]["body"].is_array(), "the content {content}");
    Ok("with its key, as a tree".to_owned())
}

pub async fn delivery(fixture: &Fixture) -> Outcome {
    let chat = fixture.chat().await?;
    chat.log_with(|entry| is_delivery(entry, &chat.first_key, "sent")).await?;
    Ok("`sent`".to_owned())
}

pub async fn before_forward(fixture: &Fixture) -> Outcome {
    let (chat, key, reply) = (fixture.settled().await?, new_key(), unique_text());
    let text = unique_text();
    let reply_while_held = async |_| {
        let before = chat.read_log().await?;
        // The reply overtakes the answer.
        chat.reply(&reply).await?;
        Ok(before)
    };
    let (sent, before) = fixture.simulator.hold_during("send", chat.send(&key, &text), reply_while_held).await?;
    sent.expect_status(200)?;
    let is_logged = before.iter().any(|entry| is_sent_with(entry, &key));
    ensure!(is_logged, "while the platform had not answered, the log was {}", log_summary(&before));
    let log = chat.log_with(|entry| is_message(entry, "bot", &reply)).await?;
    let own_position = log.iter().position(|entry| is_sent_with(entry, &key));
    let reply_position = log.iter().position(|entry| is_message(entry, "bot", &reply));
    ensure!(own_position < reply_position, "the reply stands above: {}", log_summary(&log));
    Ok("logged first, and the reply that overtook the answer stands below it".to_owned())
}

pub async fn echo(fixture: &Fixture) -> Outcome {
    let (chat, text) = (fixture.settled().await?, unique_text());
    chat.send_text(&text).await?;
    fixture.simulator.wait_until_idle().await?;
    ensure_count(&chat.read_log().await?, |entry| is_message(entry, "visitor", &text), 1)?;
    Ok("once in the log".to_owned())
}

pub async fn assignee(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    let order = json!({ "conversation": chat.platform_id, "name": "Noor Haddad" });
    fixture.simulator.order("handover", order).await?;
    let is_agent = |entry: &Value| {
        let assignee = &entry["event"]["assignee"];
        assignee["kind"] == "agent" && assignee["name"] == "Noor Haddad"
    };
    let log = chat.log_with(is_agent).await?;
    let text = log.iter().find(|entry| is_agent(entry)).map(Value::to_string).unwrap_or_default();
    ensure!(!text.contains('@'), "an address in {text}");
    Ok("an agent with a name".to_owned())
}

pub async fn status(fixture: &Fixture) -> Outcome {
    let chat = fixture.settled().await?;
    fixture.simulator.order("close", json!({ "conversation": chat.platform_id })).await?;
    chat.log_with(|entry| entry["event"]["status"] == "closed").await?;
    chat.send(&new_key(), &unique_text()).await?.expect_error(409, "CONVERSATION_ENDED")?;
    Ok("`closed`, then 409 CONVERSATION_ENDED".to_owned())
}
