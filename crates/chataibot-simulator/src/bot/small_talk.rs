//! Small talk: short replies to texts that are no scenario's keyword, which point to `help`.

use super::{Step, message, reply, reply_with};

macro_rules! topics {
    ($($words:tt $html:literal)+) => {
        /// Words that may occur anywhere in the text, and Pip's reply to them.
        const TOPICS: &[(&[&str], &str)] = &[$((&$words, $html)),+];
    };
}

topics! {
    ["opening hours", "open", "hours", "closed"]
        "<p>Our desk is open <b>Monday to Saturday, 9:00 to 18:00</b>. I never close.</p>"
    ["price", "cost", "cheap", "expensive", "€", "$"]
        "<p>A weekend with two nights and both trains begins at <b>€164</b>. Say <b>tour</b> and I'll find you one.</p>"
    ["cancel", "refund", "money back"]
        "<p>You can cancel free of charge until <b>48 hours</b> before the first train, and we give you a voucher after that.</p>"
    ["where", "place", "destination", "go to"]
        "<p>By the sea, in the hills or in town: say <b>carousel</b> to see three of our places, or <b>list</b> for all eight.</p>"
    ["train", "ticket", "seat", "luggage", "bike", "dog"]
        "<p>Seats are always reserved, bikes and dogs travel free, and there is no limit on luggage you can carry yourself.</p>"
    ["weather", "rain", "sun"]
        "<p>Pack for rain and you'll have sunshine. That is the only forecast I trust.</p>"
    ["who are you", "your name", "robot", "are you real"]
        "<p>I'm Pip, the bot of a small travel desk that exists only here. Say <b>handover</b> for a person, who is invented too.</p>"
    ["thank", "thanks", "cheers", "merci", "danke"]
        "<p>With pleasure 😊</p>"
    ["bye", "goodbye", "see you"]
        "<p>Goodbye! Say <b>close</b> if you would like me to end the chat.</p>"
    ["joke", "funny"]
        "<p>Why did the train sit down? It was <i>tired of standing at platforms</i>. I am better at weekends.</p>"
    ["hello", "hi", "hey", "good morning", "good evening"]
        "<p>Hello again! Shall we plan a weekend? Say <b>tour</b>.</p>"
}

pub fn answer(text: &str) -> Vec<Step> {
    let lowercase = text.trim().to_lowercase();
    let topic = TOPICS.iter().find(|(words, _)| words.iter().any(|word| mentions(&lowercase, word)));
    match topic {
        Some((_, html)) => reply(*html),
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
