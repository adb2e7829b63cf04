//! The log: its entries, and their order.

use serde_json::{Value, json};

use crate::{
    check::checks,
    entry::{cursor, cursor_of, is_delivery, is_sent_with, kind, says, short, words},
    fixture::Fixture,
    outcome::{Outcome, ensure},
    visitor::{key, send_body, text},
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
    ensure(!log.is_empty(), || "an empty log after a start".to_owned())?;
    for entry in &log {
        let event = entry["event"].as_object();
        let is_one = event.is_some_and(|event| event.len() == 1)
            && matches!(kind(entry), "message" | "delivery" | "status" | "assignee");
        // From 2020 on, so that seconds in place of milliseconds are detected.
        let has_time = entry["at"].as_u64().is_some_and(|at| at > 1_577_836_800_000);
        ensure(entry["cursor"].is_string() && is_one && has_time, || format!("the entry {entry}"))?;
    }
    Ok(format!("{} entries", log.len()))
}

async fn cursors(fixture: &Fixture) -> Outcome {
    let (_, _, log) = fixture.settled().await?;
    let cursors: Vec<_> = log.iter().map(|entry| cursor(cursor_of(entry))).collect();
    let epoch = cursors.first().copied().flatten().map_or(0, |(epoch, _)| epoch);
    for (at, found) in (1_u32..).zip(&cursors) {
        ensure(*found == Some((epoch, at)), || format!("the log {}", short(&log)))?;
    }
    Ok(format!("1 to {}", log.len()))
}

async fn visitor(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let words = text();
    let key = visitor.sent(&conversation.id, &words).await?;
    let log = visitor.log_with(&conversation.id, |entry| is_sent_with(entry, &key)).await?;
    let mine = log.iter().find(|entry| is_sent_with(entry, &key)).cloned().unwrap_or_default();
    ensure(says(&mine, "visitor", &words), || format!("the entry {mine}"))?;
    let body = &mine["event"]["message"]["content"]["text"]["body"];
    ensure(body.is_array(), || format!("the content {}", mine["event"]["message"]["content"]))?;
    Ok("with its key, as a tree".to_owned())
}

async fn delivery(fixture: &Fixture) -> Outcome {
    let (visitor, conversation) = fixture.conversation().await?;
    visitor.log_with(&conversation.id, |entry| is_delivery(entry, &conversation.key, "sent")).await?;
    Ok("`sent`".to_owned())
}

async fn before_forward(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let held = fixture.simulator.order("hold", json!({ "call": "send" })).await?;
    let (key, reply) = (key(), text());
    let body = send_body(&text());
    let look = async {
        fixture.simulator.held("send").await?;
        let before = visitor.log(&conversation.id).await?;
        // The reply overtakes the answer.
        let said = fixture.simulator.reply(&conversation.platform, &reply).await;
        fixture.simulator.order("release", json!({ "hold": held["hold"] })).await?;
        said.map(|_| before)
    };
    let (sent, before) = tokio::join!(fixture.call(visitor.send(&conversation.id, &key, &body)), look);
    sent?.expect_status(200)?;
    let before = before?;
    ensure(before.iter().any(|entry| is_sent_with(entry, &key)), || {
        format!("while the platform had not answered, the log was {}", short(&before))
    })?;
    let log = visitor.log_with(&conversation.id, |entry| says(entry, "bot", &reply)).await?;
    let place = |wanted: &dyn Fn(&Value) -> bool| log.iter().position(wanted);
    let (mine, its) = (place(&|entry| is_sent_with(entry, &key)), place(&|entry| says(entry, "bot", &reply)));
    ensure(mine < its, || format!("the reply stands above: {}", short(&log)))?;
    Ok("logged first, and the reply that overtook the answer stands below it".to_owned())
}

async fn echo(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let said = text();
    visitor.sent(&conversation.id, &said).await?;
    fixture.simulator.settled().await?;
    let log = visitor.log(&conversation.id).await?;
    let mine = |entry: &&Value| {
        let message = &entry["event"]["message"];
        message["author"] == "visitor" && words(&message["content"]) == said
    };
    let times = log.iter().filter(mine).count();
    ensure(times == 1, || format!("{times} times in the log"))?;
    Ok("once in the log".to_owned())
}

async fn assignee(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    let order = json!({ "conversation": conversation.platform, "name": "Noor Haddad" });
    fixture.simulator.order("handover", order).await?;
    let is_agent = |entry: &Value| {
        let assignee = &entry["event"]["assignee"];
        assignee["kind"] == "agent" && assignee["name"] == "Noor Haddad"
    };
    let log = visitor.log_with(&conversation.id, is_agent).await?;
    let text = log.iter().find(|entry| is_agent(entry)).map(Value::to_string).unwrap_or_default();
    ensure(!text.contains('@'), || format!("an address in {text}"))?;
    Ok("an agent with a name".to_owned())
}

async fn status(fixture: &Fixture) -> Outcome {
    let (visitor, conversation, _) = fixture.settled().await?;
    fixture.simulator.order("close", json!({ "conversation": conversation.platform })).await?;
    visitor.log_with(&conversation.id, |entry| entry["event"]["status"] == "closed").await?;
    let late = fixture.call(visitor.send(&conversation.id, &key(), &send_body(&text()))).await?;
    late.expect_error(409, "CONVERSATION_ENDED")?;
    Ok("`closed`, then 409 CONVERSATION_ENDED".to_owned())
}
