//! Replies: how the platform's messages and their HTML arrive.

use super::prelude::*;

/// Maximum size of one entry's JSON, in bytes: readers give up a stream whose event is larger.
const MAX_ENTRY_BYTES: usize = 1 << 20;
/// Number of letter pairs in the reply. No tree can join them: they take 480 KB as HTML, and three
/// times as much as a tree.
const PAIRS: usize = 30_000;

/// Has the bot send this message; returns its content in the visitor's log.
async fn content(fixture: &Fixture, message: Value) -> Result<Value, CheckError> {
    let chat = fixture.settled().await?;
    chat.reply_with(json!({ "message": message })).await?;
    let log = chat.read_log().await?;
    let new: Vec<&Value> = log.iter().skip(chat.log.len()).map(|entry| &entry["event"]["message"]).collect();
    match new.as_slice() {
        [message] if message["author"] == "bot" => Ok(message["content"].clone()),
        _ => Err(violation(format!("after one message of the bot the log is {}", log_summary(&log)))),
    }
}

pub async fn bot(fixture: &Fixture) -> Outcome {
    let (chat, text) = (fixture.settled().await?, unique_text());
    chat.reply(&text).await?;
    chat.log_with(|entry| is_message(entry, "bot", &text)).await?;
    Ok("in the log".to_owned())
}

pub async fn agent(fixture: &Fixture) -> Outcome {
    let (chat, text) = (fixture.settled().await?, unique_text());
    chat.reply_with(json!({ "text": text, "by": "agent" })).await?;
    chat.log_with(|entry| is_message(entry, "agent", &text)).await?;
    Ok("in the log".to_owned())
}

pub async fn rich_text(fixture: &Fixture) -> Outcome {
    let html = "<p>Hi <b>there</b> &amp; <a href=\"https://example.com/\">here</a></p>";
    let content = content(fixture, json!({ "type": "text", "text": html })).await?;
    let json = content.to_string();
    ensure!(!json.contains('<') && !json.contains("&amp;"), "HTML in {json}");
    ensure!(json.contains(r#"{"bold":[{"text":"there"}]}"#), "no `bold` in {json}");
    ensure!(json.contains("\"link\"") && json.contains("https://example.com/"), "no link in {json}");
    Ok("a tree".to_owned())
}

pub async fn script(fixture: &Fixture) -> Outcome {
    let html = "<p onclick=\"steal()\">Hello<script>steal()</script><img src=x onerror=\"steal()\"> <a href=\"javascript:steal()\">click</a></p>";
    let content = content(fixture, json!({ "type": "text", "text": html })).await?.to_string();
    let leak = ["steal", "javascript:", "onerror", "onclick"].into_iter().find(|word| content.contains(word));
    ensure!(leak.is_none(), "{content}");
    ensure!(content.contains("Hello"), "the words are gone: {content}");
    Ok("words without what runs".to_owned())
}

pub async fn buttons(fixture: &Fixture) -> Outcome {
    let message = json!({ "type": "button", "title": "<p>Which one?</p>",
        "buttons": [{ "title": "The first", "type": "branch" }, { "title": "The second", "type": "branch" }] });
    let content = content(fixture, message).await?;
    let text = content["buttons"].to_string();
    ensure!(content["buttons"].is_object() && text.contains("The first") && text.contains("The second"), "{content}");
    Ok("two buttons".to_owned())
}

pub async fn unknown_kind(fixture: &Fixture) -> Outcome {
    let content = content(fixture, json!({ "type": "hologram", "title": "A word from the future" })).await?;
    ensure!(content.to_string().contains("A word from the future"), "{content}");
    Ok("its words".to_owned())
}

pub async fn same_again(fixture: &Fixture) -> Outcome {
    let (chat, text) = (fixture.settled().await?, unique_text());
    chat.reply(&text).await?;
    chat.reply(&text).await?;
    ensure_count(&chat.read_log().await?, |entry| is_message(entry, "bot", &text), 2)?;
    Ok("two messages".to_owned())
}

pub async fn size(fixture: &Fixture) -> Outcome {
    let (chat, mark, next) = (fixture.settled().await?, unique_text(), unique_text());
    let html = format!("<p>{mark}</p>{}", "<b>x</b><i>y</i>".repeat(PAIRS));
    chat.reply(&html).await?;
    chat.reply(&next).await?;
    let log = chat.log_with(|entry| is_message(entry, "bot", &next)).await?;
    let new = log.iter().skip(chat.log.len());
    let replies: Vec<&Value> = new.filter(|entry| entry["event"]["message"]["author"] == "bot").collect();
    let largest = replies.iter().map(|entry| entry.to_string().len()).max().unwrap_or(0);
    ensure!(largest <= MAX_ENTRY_BYTES, "an entry of {largest} bytes");
    let shown: String = replies.iter().map(|entry| plain_text(&entry["event"]["message"]["content"])).collect();
    ensure!(shown.starts_with(&mark), "the large reply is gone: {} entries of the bot", replies.len());
    Ok(format!("{} entries, the largest of {largest} bytes", replies.len()))
}
