//! Maximum size of an entry: a reader gives up a stream whose event is larger than a megabyte, so a
//! larger entry would end the conversation there.

use serde_json::Value;

use crate::{
    check::checks,
    entry::{is_message, plain_text},
    fixture::Fixture,
    outcome::{Outcome, ensure},
    visitor::unique_text,
};

/// Maximum size of one entry's JSON, in bytes.
const MAX_ENTRY_BYTES: usize = 1 << 20;
/// Number of letter pairs in the reply. No tree can join them: they take 480 KB as HTML, and three
/// times as much as a tree.
const PAIRS: usize = 30_000;

checks! {
    Must "entry-size" size:
        "No entry is larger than 1 MiB of JSON: a larger reply is shortened or becomes several entries, and the log goes on behind it."
        => "Measure the JSON of a content before it is committed; divide what is too large, or keep its beginning and add `…`.";
}

async fn size(fixture: &Fixture) -> Outcome {
    let ((visitor, conversation, before), mark, next) = (fixture.settled().await?, unique_text(), unique_text());
    let html = format!("<p>{mark}</p>{}", "<b>x</b><i>y</i>".repeat(PAIRS));
    fixture.simulator.reply(&conversation.platform_id, &html).await?;
    fixture.simulator.reply(&conversation.platform_id, &next).await?;
    let log = visitor.log_with(&conversation.id, |entry| is_message(entry, "bot", &next)).await?;
    let replies: Vec<&Value> =
        log.iter().skip(before.len()).filter(|entry| entry["event"]["message"]["author"] == "bot").collect();
    let largest = replies.iter().map(|entry| entry.to_string().len()).max().unwrap_or(0);
    ensure!(largest <= MAX_ENTRY_BYTES, "an entry of {largest} bytes");
    let shown: String = replies.iter().map(|entry| plain_text(&entry["event"]["message"]["content"])).collect();
    ensure!(shown.starts_with(&mark), "the large reply is gone: {} entries of the bot", replies.len());
    Ok(format!("{} entries, the largest of {largest} bytes", replies.len()))
}
