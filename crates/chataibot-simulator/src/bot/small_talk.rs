//! Small talk: short replies to texts that are no scenario's keyword, which point to `help`.

use super::{Step, message, reply, reply_with};

/// By topic: words that may occur anywhere in the text, and on the next line Pip's reply to them.
const TOPICS: &str = include_str!("small_talk.txt");

pub fn answer(text: &str) -> Vec<Step> {
    let lowercase = text.trim().to_lowercase();
    let mut topics = TOPICS.split("\n\n").filter_map(|topic| topic.split_once('\n'));
    match topics.find(|(words, _)| words.split(", ").any(|word| mentions(&lowercase, word))) {
        Some((_, html)) => reply(html.trim_end()),
        None if lowercase.ends_with('?') => reply(
            "<p>Good question, and not one I can answer alone. <b>handover</b> gets you a person; <b>help</b> shows what I know.</p>",
        ),
        None => {
            let title = format!(
                "<p>I heard “{}”, and I'm still learning what to make of it. Say <b>help</b> for everything I know, or:</p>",
                message::escape(&shortened(text.trim()))
            );
            reply_with(message::buttons(title, &["Plan a weekend", "Show me everything"]))
        }
    }
}

/// Whether a word of the text begins with this word; up to three characters must match whole: "hi"
/// is not in "hide".
fn mentions(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let whole = word.chars().count() > 3 || !after.is_some_and(char::is_alphanumeric);
        !before.is_some_and(char::is_alphanumeric) && whole
    })
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(59).chain(['…']).collect() }
}
