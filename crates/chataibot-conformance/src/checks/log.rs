//! The log: its entries, and their order.

use serde_json::{Value, json};

use crate::{
    check::checks,
    entry::{cursor_of, event_kind, is_delivery, is_message, is_sent_with, log_summary, parse_cursor},
    fixture::Fixture,
    outcome::{Outcome, ensure, ensure_count},
    visitor::{new_key, send_body, unique_text},
};

checks! {
    Must "log-entries" entries:
        "Each entry has a `cursor`, a time `at` in milliseconds since 1970 and one `event` of the four kinds."
        => "Write {\"cursor\":\"1-1\",\"at\":1767225600000,\"event\":{\"message\":{…}}}.";
    Must "log-cursors" cursors:
        "Cursors are `<epoch>-<seq>`; within an epoch `seq` counts from 1 without gaps."
        => "Count the entries of each conversation when they are committed.";
    Must "log-visitor" visitor:
        "The visitor's own message stands in the log with the key it was sent with as `client_message_id`, and its text as a tree."
        => "Append {\"author\":\"visitor\",\"client_message_id\":…,\"content\":{\"text\":{\"body\":[{\"text\":…}]}}}.";
    Must "log-delivery" delivery:
        "After a message was accepted the log says so: a `delivery` entry `sent` with its `client_message_id`."
        => "Append it when the platform has answered.";
    Must "log-before-forward" before_forward:
        "The visitor's message stands in the log before the platform has answered."
        => "Append it before forwarding, so that a reply which overtakes the answer stands below it.";
    Must "log-echo" echo:
        "The platform's echo of the visitor's message is not a second message."
        => "Match echoes with the conversation's own messages in their order, and drop them.";
    Must "log-assignee" assignee:
        "A handover is an `assignee` entry with kind `agent` and the name, and without an e-mail address."
        => "Translate the platform's assignee event.";
    Must "log-status" status:
        "The end of a conversation is a `status` entry `closed`, and what is sent after it gets 409 CONVERSATION_ENDED."
        => "Translate the platform's status event, and remember it.";
}

async fn entries(fixture: &Fixture) -> Outcome {
    let (_, _, log) = fixture.settled().await?;
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

async fn cursors(fixture: &Fixture) -> Outcome {
    let (_, _, log) = fixture.settled().await?;
    let cursors: Vec<_> = log.iter().map(|entry| parse_cursor(cursor_of(entry))).collect();
    let epoch = cursors.first().copied().flatten().map_or(0, |(epoch, _)| epoch);
    for (at, found) in (1_u32..).zip(&cursors) {
        ensure!(*found == Some((epoch, at)), "the log {}", log_summary(&log));
    }
    Ok(format!("1 to {}", log.len()))
}

async fn visitor(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let words = unique_text();
    let key = visitor.send_text(&conversation.id, &words).await?;
    let log = visitor.log_with(&conversation.id, |entry| is_sent_with(entry, &key)).await?;
    let own_entry = log.iter().find(|entry| is_sent_with(entry, &key)).cloned().unwrap_or_default();
    ensure!(is_message(&own_entry, "visitor", &words), "the entry {own_entry}");
    let body = &own_entry["event"]["message"]["content"]["text"]["body"];
    ensure!(body.is_array(), "the content {}", own_entry["event"]["message"]["content"]);
    Ok("with its key, as a tree".to_owned())
}

async fn delivery(fixture: &Fixture) -> Outcome {
    let (visitor, conversation) = fixture.conversation().await?;
    visitor.log_with(&conversation.id, |entry| is_delivery(entry, &conversation.first_key, "sent")).await?;
    Ok("`sent`".to_owned())
}

async fn before_forward(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let hold = fixture.simulator.order("hold", json!({ "call": "send" })).await?;
    let (key, reply) = (new_key(), unique_text());
    let body = send_body(&unique_text());
    let reply_while_held = async {
        fixture.simulator.wait_for_held_call("send").await?;
        let before = visitor.log(&conversation.id).await?;
        // The reply overtakes the answer.
        let reply_sent = fixture.simulator.reply(&conversation.platform_id, &reply).await;
        fixture.simulator.order("release", json!({ "hold": hold["hold"] })).await?;
        reply_sent.map(|_| before)
    };
    let (sent, before) = tokio::join!(fixture.call(visitor.send(&conversation.id, &key, &body)), reply_while_held);
    sent?.expect_status(200)?;
    let before = before?;
    ensure!(
        before.iter().any(|entry| is_sent_with(entry, &key)),
        "while the platform had not answered, the log was {}",
        log_summary(&before)
    );
    let log = visitor.log_with(&conversation.id, |entry| is_message(entry, "bot", &reply)).await?;
    let position = |wanted: &dyn Fn(&Value) -> bool| log.iter().position(wanted);
    let (own_position, reply_position) =
        (position(&|entry| is_sent_with(entry, &key)), position(&|entry| is_message(entry, "bot", &reply)));
    ensure!(own_position < reply_position, "the reply stands above: {}", log_summary(&log));
    Ok("logged first, and the reply that overtook the answer stands below it".to_owned())
}

async fn echo(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let text = unique_text();
    visitor.send_text(&conversation.id, &text).await?;
    fixture.simulator.wait_until_idle().await?;
    let log = visitor.log(&conversation.id).await?;
    ensure_count(&log, |entry| is_message(entry, "visitor", &text), 1)?;
    Ok("once in the log".to_owned())
}

async fn assignee(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let order = json!({ "conversation": conversation.platform_id, "name": "Noor Haddad" });
    fixture.simulator.order("handover", order).await?;
    let is_agent = |entry: &Value| {
        let assignee = &entry["event"]["assignee"];
        assignee["kind"] == "agent" && assignee["name"] == "Noor Haddad"
    };
    let log = visitor.log_with(&conversation.id, is_agent).await?;
    let text = log.iter().find(|entry| is_agent(entry)).map(Value::to_string).unwrap_or_default();
    ensure!(!text.contains('@'), "an address in {text}");
    Ok("an agent with a name".to_owned())
}

async fn status(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    fixture.simulator.order("close", json!({ "conversation": conversation.platform_id })).await?;
    visitor.log_with(&conversation.id, |entry| entry["event"]["status"] == "closed").await?;
    let late = fixture.call(visitor.send(&conversation.id, &new_key(), &send_body(&unique_text()))).await?;
    late.expect_error(409, "CONVERSATION_ENDED")?;
    Ok("`closed`, then 409 CONVERSATION_ENDED".to_owned())
}
