//! Replies: how the platform's messages and their HTML arrive.

use serde_json::{Value, json};

use crate::{
    check::{Check, Fault, Outcome, check, hold},
    entry::{says, short},
    fixture::Fixture,
    visitor::text,
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        "reply-bot",
        Must,
        "A reply of the bot is a `message` entry of the author `bot`.",
        "Take the platform's events at the webhook and append their messages.",
        bot
    ),
    check!(
        "reply-agent",
        Must,
        "What a person writes is a `message` entry of the author `agent`.",
        "Read `message_by.type`.",
        agent
    ),
    check!(
        "reply-rich-text",
        Must,
        "HTML becomes a tree: <p>Hi <b>there</b></p> has the words \"there\" in a node `bold`, and no tag in any text.",
        "Parse the platform's HTML with an allow-list and write nodes: text, break, bold, italic, underline, strike, code, paragraph, list, link.",
        rich_text
    ),
    check!(
        "reply-script",
        Must,
        "Scripts, handlers and addresses of other schemes than https, http, mailto and tel do not reach a page.",
        "Drop script elements with their content, all attributes but href, and links whose scheme is not on the list.",
        script
    ),
    check!(
        "reply-buttons",
        Must,
        "A message with buttons is the content `buttons`, each with its title.",
        "Translate the platform's kinds into the closed list of contents.",
        buttons
    ),
    check!(
        "reply-unknown-kind",
        Must,
        "A message of an unknown kind keeps its words: it is never dropped in silence.",
        "Append {\"unsupported\":{…}} with the text or title it has.",
        unknown_kind
    ),
    check!(
        "reply-same-again",
        Must,
        "Two replies with the same words are two messages.",
        "Do not drop messages because their text was seen before.",
        same_again
    ),
];

/// The content of what the bot says, from the visitor's log.
async fn content(fixture: &Fixture, message: Value) -> Result<Value, Fault> {
    let visitor = fixture.visitor().await?;
    let (conversation, before) = visitor.settled().await?;
    let order = json!({ "conversation": conversation.platform, "message": message, "wait": true });
    fixture.simulator.say(order).await?;
    let log = visitor.log(&conversation.id).await?;
    let new: Vec<&Value> = log.iter().skip(before.len()).map(|entry| &entry["event"]["message"]).collect();
    match new.as_slice() {
        [message] if message["author"] == "bot" => Ok(message["content"].clone()),
        _ => Err(Fault::seen(format!("after one message of the bot the log is {}", short(&log)))),
    }
}

async fn bot(fixture: &Fixture) -> Outcome {
    let (visitor, text) = (fixture.visitor().await?, text());
    let (conversation, _) = visitor.settled().await?;
    fixture.simulator.reply(&conversation.platform, &text).await?;
    visitor.log_with(&conversation.id, |entry| says(entry, "bot", &text)).await?;
    Ok("in the log".to_owned())
}

async fn agent(fixture: &Fixture) -> Outcome {
    let (visitor, text) = (fixture.visitor().await?, text());
    let (conversation, _) = visitor.settled().await?;
    let order = json!({ "conversation": conversation.platform, "text": text, "by": "agent", "wait": true });
    fixture.simulator.say(order).await?;
    visitor.log_with(&conversation.id, |entry| says(entry, "agent", &text)).await?;
    Ok("in the log".to_owned())
}

async fn rich_text(fixture: &Fixture) -> Outcome {
    let html = "<p>Hi <b>there</b> &amp; <a href=\"https://example.com/\">here</a></p>";
    let content = content(fixture, json!({ "type": "text", "text": html })).await?;
    let json = content.to_string();
    hold(!json.contains('<') && !json.contains("&amp;"), || format!("HTML in {json}"))?;
    hold(json.contains(r#"{"bold":[{"text":"there"}]}"#), || format!("no `bold` in {json}"))?;
    hold(json.contains("\"link\"") && json.contains("https://example.com/"), || format!("no link in {json}"))?;
    Ok("a tree".to_owned())
}

async fn script(fixture: &Fixture) -> Outcome {
    let html = "<p onclick=\"steal()\">Hello<script>steal()</script><img src=x onerror=\"steal()\"> <a href=\"javascript:steal()\">click</a></p>";
    let content = content(fixture, json!({ "type": "text", "text": html })).await?.to_string();
    let leak = ["steal", "javascript:", "onerror", "onclick"].into_iter().find(|word| content.contains(word));
    hold(leak.is_none(), || content.clone())?;
    hold(content.contains("Hello"), || format!("the words are gone: {content}"))?;
    Ok("words without what runs".to_owned())
}

async fn buttons(fixture: &Fixture) -> Outcome {
    let message = json!({ "type": "button", "title": "<p>Which one?</p>",
        "buttons": [{ "title": "The first", "type": "branch" }, { "title": "The second", "type": "branch" }] });
    let content = content(fixture, message).await?;
    let text = content["buttons"].to_string();
    let both = content["buttons"].is_object() && text.contains("The first") && text.contains("The second");
    hold(both, || format!("{content}"))?;
    Ok("two buttons".to_owned())
}

async fn unknown_kind(fixture: &Fixture) -> Outcome {
    let content = content(fixture, json!({ "type": "hologram", "title": "A word from the future" })).await?;
    hold(content.to_string().contains("A word from the future"), || format!("{content}"))?;
    Ok("its words".to_owned())
}

async fn same_again(fixture: &Fixture) -> Outcome {
    let (visitor, text) = (fixture.visitor().await?, text());
    let (conversation, _) = visitor.settled().await?;
    fixture.simulator.reply(&conversation.platform, &text).await?;
    fixture.simulator.reply(&conversation.platform, &text).await?;
    let log = visitor.log(&conversation.id).await?;
    let times = log.iter().filter(|entry| says(entry, "bot", &text)).count();
    hold(times == 2, || format!("{times} times in the log"))?;
    Ok("two messages".to_owned())
}
