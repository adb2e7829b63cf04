//! Replies: how the platform's messages and their HTML arrive.

use serde_json::{Value, json};

use crate::{
    check::checks,
    entry::{is_message, log_summary},
    fixture::Fixture,
    outcome::{CheckError, Outcome, ensure, ensure_count, violation},
    visitor::unique_text,
};

checks! {
    Must "reply-bot" bot:
        "A reply of the bot is a `message` entry of the author `bot`."
        => "Take the platform's events at the webhook and append their messages.";
    Must "reply-agent" agent:
        "What a person writes is a `message` entry of the author `agent`."
        => "Read `message_by.type`.";
    Must "reply-rich-text" rich_text:
        "HTML becomes a tree: <p>Hi <b>there</b></p> has the words \"there\" in a node `bold`, and no tag in any text."
        => "Parse the platform's HTML with an allow-list and write nodes: text, break, bold, italic, underline, strike, code, paragraph, list, link.";
    Must "reply-script" script:
        "Scripts, handlers and addresses of other schemes than https, http, mailto and tel do not reach a page."
        => "Drop script elements with their content, all attributes but href, and links whose scheme is not on the list.";
    Must "reply-buttons" buttons:
        "A message with buttons is the content `buttons`, each with its title."
        => "Translate the platform's kinds into the closed list of contents.";
    Must "reply-unknown-kind" unknown_kind:
        "A message of an unknown kind keeps its words: it is never dropped in silence."
        => "Append {\"unsupported\":{…}} with the text or title it has.";
    Must "reply-same-again" same_again:
        "Two replies with the same words are two messages."
        => "Do not drop messages because their text was seen before.";
}

/// Has the bot send this message; returns its content in the visitor's log.
async fn content(fixture: &Fixture, message: Value) -> Result<Value, CheckError> {
    let (visitor, conversation, before) = fixture.settled().await?;
    let order = json!({ "conversation": conversation.platform_id, "message": message, "wait": true });
    fixture.simulator.reply_with(order).await?;
    let log = visitor.log(&conversation.id).await?;
    let new: Vec<&Value> = log.iter().skip(before.len()).map(|entry| &entry["event"]["message"]).collect();
    match new.as_slice() {
        [message] if message["author"] == "bot" => Ok(message["content"].clone()),
        _ => Err(violation(format!("after one message of the bot the log is {}", log_summary(&log)))),
    }
}

async fn bot(fixture: &Fixture) -> Outcome {
    let ((visitor, conversation, _), text) = (fixture.settled().await?, unique_text());
    fixture.simulator.reply(&conversation.platform_id, &text).await?;
    visitor.log_with(&conversation.id, |entry| is_message(entry, "bot", &text)).await?;
    Ok("in the log".to_owned())
}

async fn agent(fixture: &Fixture) -> Outcome {
    let ((visitor, conversation, _), text) = (fixture.settled().await?, unique_text());
    let order = json!({ "conversation": conversation.platform_id, "text": text, "by": "agent", "wait": true });
    fixture.simulator.reply_with(order).await?;
    visitor.log_with(&conversation.id, |entry| is_message(entry, "agent", &text)).await?;
    Ok("in the log".to_owned())
}

async fn rich_text(fixture: &Fixture) -> Outcome {
    let html = "<p>Hi <b>there</b> &amp; <a href=\"https://example.com/\">here</a></p>";
    let content = content(fixture, json!({ "type": "text", "text": html })).await?;
    let json = content.to_string();
    ensure!(!json.contains('<') && !json.contains("&amp;"), "HTML in {json}");
    ensure!(json.contains(r#"{"bold":[{"text":"there"}]}"#), "no `bold` in {json}");
    ensure!(json.contains("\"link\"") && json.contains("https://example.com/"), "no link in {json}");
    Ok("a tree".to_owned())
}

async fn script(fixture: &Fixture) -> Outcome {
    let html = "<p onclick=\"steal()\">Hello<script>steal()</script><img src=x onerror=\"steal()\"> <a href=\"javascript:steal()\">click</a></p>";
    let content = content(fixture, json!({ "type": "text", "text": html })).await?.to_string();
    let leak = ["steal", "javascript:", "onerror", "onclick"].into_iter().find(|word| content.contains(word));
    ensure!(leak.is_none(), "{content}");
    ensure!(content.contains("Hello"), "the words are gone: {content}");
    Ok("words without what runs".to_owned())
}

async fn buttons(fixture: &Fixture) -> Outcome {
    let message = json!({ "type": "button", "title": "<p>Which one?</p>",
        "buttons": [{ "title": "The first", "type": "branch" }, { "title": "The second", "type": "branch" }] });
    let content = content(fixture, message).await?;
    let text = content["buttons"].to_string();
    ensure!(content["buttons"].is_object() && text.contains("The first") && text.contains("The second"), "{content}");
    Ok("two buttons".to_owned())
}

async fn unknown_kind(fixture: &Fixture) -> Outcome {
    let content = content(fixture, json!({ "type": "hologram", "title": "A word from the future" })).await?;
    ensure!(content.to_string().contains("A word from the future"), "{content}");
    Ok("its words".to_owned())
}

async fn same_again(fixture: &Fixture) -> Outcome {
    let ((visitor, conversation, _), text) = (fixture.settled().await?, unique_text());
    fixture.simulator.reply(&conversation.platform_id, &text).await?;
    fixture.simulator.reply(&conversation.platform_id, &text).await?;
    let log = visitor.log(&conversation.id).await?;
    ensure_count(&log, |entry| is_message(entry, "bot", &text), 2)?;
    Ok("two messages".to_owned())
}
