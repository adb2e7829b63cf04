//! The anatomy: every `part` a page's style sheet can reach, as `chataibot-widget::part(NAME)`. States are parts of their own.

/// Name and meaning of each part.
pub const PARTS: &[(&str, &str)] = &[
    ("launcher", "the button on the page"),
    ("launcher-open", "… while the window is open"),
    ("launcher-label", "the words on it"),
    ("badge", "the number of unread messages on the launcher"),
    ("preview", "the newest unread message beside the launcher"),
    ("preview-text", "the button in it that opens the window"),
    ("preview-author", "who wrote it"),
    ("preview-words", "what was written"),
    ("dismiss", "the button that takes preview or teaser away"),
    ("window", "the window"),
    ("window-open", "… while it is open"),
    ("window-large", "… while it is enlarged"),
    ("resize", "the handle that changes the window's size"),
    ("header", "the top of the window"),
    ("avatar", "picture of bot or team member, in the header, beside messages and in the greeting"),
    ("title", "the window's title"),
    ("status", "the line below the title"),
    ("status-live", "… while replies arrive at once"),
    ("status-waiting", "… while a connection is made"),
    ("status-none", "… before the first message"),
    ("header-button", "a button in the header"),
    ("back", "the one that leads back"),
    ("expand", "the one that makes the window larger, or small again"),
    ("more", "the one that opens the menu"),
    ("close", "the one that closes the window"),
    ("menu", "the menu"),
    ("menu-item", "one line of the menu"),
    ("notices", "the place for notices, below the header"),
    ("notice", "a notice"),
    ("notice-connection", "… on the connection"),
    ("notice-reconnecting", "… on a lost connection that comes back"),
    ("notice-offline", "… on a missing network"),
    ("notice-unavailable", "… on a chat that does not work"),
    ("notice-memory", "… on a browser that keeps nothing"),
    ("notice-restart", "the question before starting over"),
    ("notice-end", "the question before ending a conversation"),
    ("list", "the scrolling list of messages"),
    ("rows", "what scrolls in it"),
    ("greeting", "what stands in an empty list"),
    ("greeting-title", "its title"),
    ("greeting-text", "its text"),
    ("row", "a message with avatar, answers and time"),
    ("row-bot", "… of bot or team"),
    ("row-visitor", "… of the visitor"),
    ("bubble", "a bubble"),
    ("bubble-bot", "… of bot or team"),
    ("bubble-agent", "… of a team member"),
    ("bubble-visitor", "… of the visitor"),
    ("bubble-first", "… that begins a group"),
    ("bubble-last", "… that ends a group"),
    ("bubble-sending", "… on its way"),
    ("bubble-unknown", "… that may or may not have arrived"),
    ("bubble-failed", "… that did not arrive"),
    ("bubble-emoji", "… of emoji alone"),
    ("bubble-head", "the line above a question"),
    ("bubble-foot", "the line below a question"),
    ("typing", "the bubble that says a reply is being written"),
    ("link", "a link in a text"),
    ("note", "a collapsible note"),
    ("hint", "how a question can be answered"),
    ("card", "a link to a file, film, sound, picture or booking page"),
    ("card-sign", "the sign on it"),
    ("picture", "a picture"),
    ("picture-missing", "what stands in for one that cannot be fetched"),
    ("enlarge", "the button that shows it large"),
    ("player", "a film or sound with its controls"),
    ("player-film", "… a film"),
    ("player-sound", "… a sound"),
    ("light-box", "pictures, large, over the page"),
    ("light-bar", "its top"),
    ("light-button", "a button in it"),
    ("light-back", "… that goes to the picture before"),
    ("light-on", "… that goes to the next"),
    ("light-position", "where one is among them"),
    ("light-words", "the picture’s words"),
    ("carousel", "cards or pictures side by side, with what is below them"),
    ("cards", "their row"),
    ("choice-card", "one of them"),
    ("card-words", "its words"),
    ("cards-foot", "arrows and position below the row"),
    ("turn", "an arrow that goes one on or back: cards, months"),
    ("sections", "choices in sections"),
    ("sections-past", "… when the conversation went on"),
    ("section", "one section"),
    ("section-title", "its heading"),
    ("section-items", "its choices"),
    ("control", "what a question is answered with: slider, date, form"),
    ("given", "what was answered with it"),
    ("wrong", "a line that says what is wrong"),
    ("slider", "the slider"),
    ("slider-value", "its value"),
    ("slider-end", "its least and its largest value"),
    ("entry", "a field in a question or form"),
    ("entry-line", "a date field and its button"),
    ("toggle", "the button that opens the month’s page"),
    ("month", "the month’s page"),
    ("month-head", "its top"),
    ("month-title", "its name"),
    ("day", "a day in it"),
    ("day-chosen", "… that is chosen"),
    ("form-field", "a field of a form with its label"),
    ("optional", "what marks a field that may stay empty"),
    ("form-sent", "what was sent with a form"),
    ("form-past", "the labels of a form that was not sent"),
    ("drop-zone", "where a file is chosen, dropped or pasted"),
    ("drop-zone-over", "… while a file is held over it"),
    ("drop-buttons", "buttons for a file that did not arrive"),
    ("progress", "how much of a file is there"),
    ("answers", "suggested replies and link buttons"),
    ("answers-vertical", "… one below the other"),
    ("answers-past", "… when the conversation went on"),
    ("answer", "one suggested reply or link button"),
    ("answer-link", "… that leads somewhere"),
    ("answer-past", "… that can no longer be given"),
    ("answer-chosen", "… that was given"),
    ("meta", "the line below a message"),
    ("meta-sending", "… on its way"),
    ("meta-unknown", "… not confirmed"),
    ("meta-failed", "… not sent"),
    ("time", "the time in it"),
    ("button-text", "try again and delete, in it"),
    ("event", "a line between messages: handover, end"),
    ("day-line", "the line that begins a day"),
    ("unread", "the line above what was unread when the window opened"),
    ("actions", "what can be done with a message"),
    ("action", "one of them"),
    ("action-copy", "… that copies"),
    ("action-copied", "… that has copied"),
    ("action-pressed", "… that was chosen: helpful, or not"),
    ("earlier", "the button that shows earlier messages"),
    ("earlier-loading", "what stands in its place while they are fetched"),
    ("earlier-failed", "what stands above it when they could not be"),
    ("beginning", "the line above the very first message"),
    ("jump", "the button that goes to new messages"),
    ("composer", "the bottom of the window"),
    ("field", "the frame of the message field"),
    ("input", "the message field"),
    ("send", "the button that sends"),
    ("emoji", "the button that tells how emoji are reached"),
    ("emoji-tip", "what it tells"),
    ("counter", "how many characters are left"),
    ("counter-over", "… or too many"),
    ("ended", "what stands in place of the composer when a conversation has ended"),
    ("button", "a quiet button"),
    ("button-primary", "the one main button"),
    ("starters", "suggestions above the composer of an empty chat"),
    ("panel", "what stands before the chat: consent, home screen, form"),
    ("panel-title", "its title"),
    ("panel-text", "its text"),
    ("panel-link", "the link to the privacy policy"),
    ("panel-sign", "a sign in a round field"),
    ("panel-actions", "the buttons at its end"),
    ("consent", "the question for consent"),
    ("home", "the home screen"),
    ("home-welcome", "the welcome on it"),
    ("home-greeting", "the first line of the welcome"),
    ("home-starters", "the suggestions on it"),
    ("starter", "one of them"),
    ("home-continue", "the way back into a running conversation"),
    ("home-last", "what was said last in it"),
    ("prechat", "the form before the chat"),
    ("form-field-wrong", "… that does not hold what it should"),
    ("form-label", "the label"),
    ("form-optional", "that it may stay empty"),
    ("form-input", "the field itself"),
    ("form-note", "what is to be known of it"),
    ("form-error", "what is amiss"),
    ("rating", "the bottom of a conversation that is rated"),
    ("rating-form", "the rating"),
    ("rating-scale", "question and marks"),
    ("rating-question", "the question"),
    ("rating-marks", "the marks"),
    ("mark", "one mark"),
    ("star", "… that is a star"),
    ("thumb", "… that is a thumb"),
    ("mark-chosen", "… that is given"),
    ("rating-thanks", "the thanks"),
    ("notice-hours", "the notice while nobody answers"),
    ("maintenance", "what stands in place of the composer during maintenance"),
];

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::PARTS;

    /// The files in `folder` and below.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("the components are there");
        let paths = entries.map(|entry| entry.expect("a file").path());
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    /// Words of the texts in `src/components` that could be parts: lower case, digits and dashes.
    fn words() -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/components")) {
            if path.file_name().is_some_and(|name| name == "parts.rs") {
                continue;
            }
            let text = fs::read_to_string(path).expect("a text");
            let quoted = text.split('"').skip(1).step_by(2);
            words.extend(quoted.flat_map(str::split_whitespace).map(str::to_owned));
        }
        words
    }

    #[test]
    fn every_part_is_on_some_element_and_stands_once() {
        let words = words();
        let mut seen = BTreeSet::new();
        for (name, meaning) in PARTS {
            assert!(words.contains(*name), "no component has the part {name}");
            assert!(seen.insert(name), "{name} stands twice");
            assert!(!meaning.is_empty());
        }
    }
}
