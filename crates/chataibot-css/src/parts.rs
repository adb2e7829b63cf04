//! The CSS parts, which a page's style sheet reaches as `chataibot-widget::part(NAME)`. A variant
//! or state, such as a bubble that was not sent, is a part of its own.

/// A CSS part.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Name, as in `::part(NAME)`.
    pub name: &'static str,
    /// One of [`REGIONS`].
    pub region: &'static str,
    /// Name of the part on the same element that this is a variant or state of; empty if none.
    pub of: &'static str,
    /// Description; begins with `…` if it continues that of [`Part::of`].
    pub what: &'static str,
}

impl Part {
    /// Returns a description that does not need another part's beside it.
    pub fn description(&self) -> String {
        let whole = PARTS.iter().find(|part| part.name == self.of);
        match (whole, self.what.strip_prefix("… ")) {
            (Some(whole), Some(rest)) => {
                let comma = if rest.starts_with("that ") { "" } else { "," };
                format!("{}{comma} {rest}", whole.description())
            }
            _ => self.what.to_owned(),
        }
    }
}

/// Regions of the widget that have parts, each with its title, from the page inwards.
pub const REGIONS: &[(&str, &str)] = &[
    ("launcher", "Launcher"),
    ("window", "Window"),
    ("header", "Header and menu"),
    ("notices", "Notices"),
    ("list", "List"),
    ("messages", "Messages"),
    ("media", "Pictures, videos, files"),
    ("answers", "Answers to choose"),
    ("questions", "Questions to answer"),
    ("composer", "Composer"),
    ("panels", "Before and after a chat"),
];

/// Creates a part in `region`, as a variant of `of`.
const fn part(region: &'static str, name: &'static str, of: &'static str, what: &'static str) -> Part {
    Part { name, region, of, what }
}

/// Every part.
pub const PARTS: &[Part] = &[
    part("launcher", "launcher", "", "the button on the page"),
    part("launcher", "launcher-open", "launcher", "… while the window is open"),
    part("launcher", "launcher-label", "", "the words on the launcher"),
    part("launcher", "badge", "", "the number of unread messages on the launcher"),
    part("launcher", "preview", "", "the newest unread message, next to the launcher"),
    part("launcher", "preview-text", "", "the button in the preview that opens the window"),
    part("launcher", "preview-author", "", "the author of the message in the preview"),
    part("launcher", "preview-words", "", "the text of the message in the preview"),
    part("launcher", "dismiss", "", "the button that dismisses preview or teaser"),
    part("window", "window", "", "the window"),
    part("window", "window-open", "window", "… while it is open"),
    part("window", "window-large", "window", "… while it is enlarged"),
    part("window", "resize", "", "the handle that resizes the window"),
    part("window", "icon", "", "a built-in icon, anywhere in the window"),
    part("header", "header", "", "the top of the window"),
    part("header", "avatar", "", "picture of bot or team member"),
    part("header", "avatar-header", "avatar", "… in the header"),
    part("header", "avatar-greeting", "avatar", "… in the greeting"),
    part("header", "avatar-message", "avatar", "… next to messages"),
    part("header", "avatar-preview", "avatar", "… in the preview next to the launcher"),
    part("header", "titles", "", "the box with title and status"),
    part("header", "title", "", "the window's title"),
    part("header", "status", "", "the line below the title"),
    part("header", "status-live", "status", "… while replies arrive at once"),
    part("header", "status-waiting", "status", "… while connecting or reconnecting"),
    part("header", "status-none", "status", "… before the first message"),
    part("header", "menu-place", "", "the box with the menu and its button"),
    part("header", "header-button", "", "a button in the header"),
    part("header", "back", "header-button", "… that goes back to the home screen"),
    part("header", "expand", "header-button", "… that enlarges the window, or makes it small again"),
    part("header", "more", "header-button", "… that opens the menu"),
    part("header", "close", "header-button", "… that closes the window"),
    part("header", "menu", "", "the menu"),
    part("header", "menu-item", "", "one item of the menu"),
    part("notices", "notices", "", "the area for notices, below the header"),
    part("notices", "notice", "", "a notice"),
    part("notices", "notice-connection", "notice", "… about the connection"),
    part("notices", "notice-reconnecting", "notice", "… about a lost connection that is being restored"),
    part("notices", "notice-offline", "notice", "… about a missing network"),
    part("notices", "notice-unavailable", "notice", "… about a chat that is not available"),
    part("notices", "notice-memory", "notice", "… about a browser that cannot store the chat"),
    part("notices", "notice-hours", "notice", "… outside of office hours"),
    part("notices", "notice-restart", "", "the question before starting over"),
    part("notices", "notice-end", "", "the question before ending a conversation"),
    part("list", "list", "", "the scrolling list of messages"),
    part("list", "rows", "", "the scrolling content of the list"),
    part("list", "greeting", "", "the content of an empty list"),
    part("list", "greeting-title", "", "the greeting's title"),
    part("list", "greeting-text", "", "the greeting's text"),
    part("list", "event", "", "a line between messages: handover, end"),
    part("list", "day-line", "", "the line at the start of each day"),
    part("list", "unread", "", "the line above the messages that were unread when the window opened"),
    part("list", "earlier", "", "the button that shows earlier messages"),
    part("list", "earlier-loading", "", "the line shown while earlier messages are fetched"),
    part("list", "spinner", "", "the ring that spins while earlier messages are fetched"),
    part("list", "earlier-failed", "", "the line shown if earlier messages could not be fetched"),
    part("list", "beginning", "", "the line above the very first message"),
    part("list", "jump", "", "the button that scrolls to new messages"),
    part("messages", "row", "", "a message with avatar, answers and time"),
    part("messages", "row-bot", "row", "… of bot or team"),
    part("messages", "row-visitor", "row", "… of the visitor"),
    part("messages", "row-first", "row", "… at the start of a group; `attr(data-author)` is its author's name"),
    part("messages", "row-meta", "row", "… with a line below it, because it ends a group or was not sent"),
    part("messages", "row-enter", "row", "… added while the page was open, not restored from storage"),
    part("messages", "bubble", "", "a bubble"),
    part("messages", "bubble-bot", "bubble", "… of bot or team"),
    part("messages", "bubble-agent", "bubble", "… of a team member"),
    part("messages", "bubble-visitor", "bubble", "… of the visitor"),
    part("messages", "bubble-first", "bubble", "… that starts a group"),
    part("messages", "bubble-last", "bubble", "… that ends a group"),
    part("messages", "bubble-sending", "bubble", "… that is being sent"),
    part("messages", "bubble-unknown", "bubble", "… that may or may not have arrived"),
    part("messages", "bubble-failed", "bubble", "… that did not arrive"),
    part("messages", "bubble-emoji", "bubble", "… with only emoji"),
    part("messages", "bubble-head", "", "the line above a question, in its bubble"),
    part("messages", "bubble-foot", "", "the line below a question, in its bubble"),
    part("messages", "typing", "", "the bubble that shows that a reply is being written"),
    part("messages", "typing-dot", "", "one of the three dots in the typing bubble"),
    part("messages", "link", "", "a link in a text"),
    part("messages", "text-list", "", "a list in a text"),
    part("messages", "text-item", "", "an item of a list in a text"),
    part("messages", "code", "", "code within a line of a message"),
    part("messages", "code-block", "", "lines of code in a message"),
    part("messages", "note", "", "a collapsible note"),
    part("messages", "meta", "", "the line below a message"),
    part("messages", "meta-sending", "meta", "… while the message is being sent"),
    part("messages", "meta-unknown", "meta", "… not confirmed"),
    part("messages", "meta-failed", "meta", "… not sent"),
    part("messages", "time", "", "the time in the line below a message"),
    part("messages", "button-text", "", "a text button in the line below a message: try again, delete"),
    part("messages", "actions", "", "the actions for a message"),
    part("messages", "action", "", "one action for a message"),
    part("messages", "action-copy", "action", "… to copy it"),
    part("messages", "action-copied", "action", "… just after copying it"),
    part("messages", "action-pressed", "action", "… when chosen: helpful, or not helpful"),
    part("media", "card", "", "a link to a file, video, audio, picture or booking page"),
    part("media", "card-sign", "", "the icon of a card"),
    part("media", "picture", "", "a picture"),
    part("media", "picture-missing", "", "the replacement for a picture that cannot be fetched"),
    part("media", "enlarge", "", "the button that enlarges a picture"),
    part("media", "player", "", "a video or audio with its controls"),
    part("media", "player-film", "player", "a video with its controls"),
    part("media", "player-sound", "player", "audio with its controls"),
    part("media", "light-box", "", "the enlarged pictures, over the page"),
    part("media", "light-bar", "", "the bar above the enlarged pictures"),
    part("media", "light-button", "", "a button over the enlarged pictures"),
    part("media", "light-back", "light-button", "… that shows the previous picture"),
    part("media", "light-on", "light-button", "… that shows the next picture"),
    part("media", "light-position", "", "the position among the enlarged pictures, such as 2 of 5"),
    part("media", "light-words", "", "the text of an enlarged picture"),
    part("answers", "answers", "", "suggested replies and link buttons"),
    part("answers", "answers-vertical", "answers", "… one below the other"),
    part("answers", "answers-past", "answers", "… after the conversation has moved on"),
    part("answers", "answer", "", "one suggested reply or link button"),
    part("answers", "answer-link", "answer", "… that opens a link"),
    part("answers", "answer-past", "answer", "… that can no longer be chosen"),
    part("answers", "answer-chosen", "answer", "… that was chosen"),
    part("answers", "carousel", "", "cards or pictures side by side, with arrows and position below them"),
    part("answers", "cards", "", "the row of cards"),
    part("answers", "choice-card", "", "one of the cards"),
    part("answers", "card-words", "", "the text of a card"),
    part("answers", "cards-foot", "", "arrows and position below the row of cards"),
    part("answers", "turn", "", "an arrow to the previous or next card or month"),
    part("answers", "sections", "", "choices in sections"),
    part("answers", "sections-past", "sections", "… after the conversation has moved on"),
    part("answers", "section", "", "one section of choices"),
    part("answers", "section-title", "", "the heading of a section"),
    part("answers", "section-items", "", "the choices of a section"),
    part("questions", "control", "", "the control that answers a question: slider, date, form"),
    part("questions", "hint", "", "the line that explains how to answer a question"),
    part("questions", "given", "", "the answer that was given to a question"),
    part("questions", "wrong", "", "the line that says what is wrong with an answer"),
    part("questions", "slider", "", "the slider"),
    part("questions", "slider-value", "", "the slider's value"),
    part("questions", "slider-end", "", "the slider's smallest and largest value"),
    part("questions", "entry", "", "a field in a question or form"),
    part("questions", "entry-line", "", "a date field and its button"),
    part("questions", "toggle", "", "the button that opens the calendar"),
    part("questions", "month", "", "the calendar, which shows a month"),
    part("questions", "month-head", "", "the top of the calendar"),
    part("questions", "month-title", "", "the name of the month"),
    part("questions", "day", "", "a day of the calendar"),
    part("questions", "day-chosen", "day", "… that is chosen"),
    part("questions", "form-field", "", "a field of a form with its label"),
    part("questions", "form-field-wrong", "form-field", "… with an invalid value"),
    part("questions", "optional", "", "the mark of an optional field in a question"),
    part("questions", "form-sent", "", "the values that were sent with a form"),
    part("questions", "form-past", "", "the labels of a form that was not sent"),
    part("questions", "drop-zone", "", "the area where a file is chosen, dropped or pasted"),
    part("questions", "drop-zone-over", "drop-zone", "… while a file is dragged over it"),
    part("questions", "drop-buttons", "", "the buttons for a file that could not be uploaded"),
    part("questions", "progress", "", "the progress of uploading a file"),
    part("composer", "composer", "", "the bottom of the window"),
    part("composer", "field", "", "the frame of the message field"),
    part("composer", "input", "", "the message field"),
    part("composer", "send", "", "the button that sends"),
    part("composer", "emoji", "", "the button that explains how to enter emoji"),
    part("composer", "emoji-tip", "", "the explanation above the emoji button"),
    part("composer", "attach", "", "the button that adds files to a message"),
    part("composer", "files", "", "the list of added files"),
    part("composer", "chip", "", "one of the added files"),
    part("composer", "chip-underway", "chip", "… that is being uploaded"),
    part("composer", "chip-done", "chip", "… that has been uploaded"),
    part("composer", "chip-failed", "chip", "… that was not accepted, or could not be uploaded"),
    part("composer", "chip-name", "", "the name of an added file"),
    part("composer", "chip-state", "", "the size of an added file, or the progress of its upload"),
    part("composer", "chip-retry", "", "the button that retries an added file"),
    part("composer", "chip-remove", "", "the button that removes an added file"),
    part("composer", "drop-cover", "", "the cover over the composer while a file is dragged over the window"),
    part("composer", "counter", "", "the number of characters left"),
    part("composer", "counter-over", "counter", "… or of characters too many"),
    part("composer", "starters", "", "suggestions above the composer of an empty chat"),
    part("composer", "ended", "", "the replacement for the composer after the end of a conversation"),
    part("composer", "maintenance", "", "the replacement for the composer during maintenance"),
    part("panels", "button", "", "a secondary button"),
    part("panels", "button-primary", "", "the main button"),
    part("panels", "panel", "", "a panel before the chat: consent, home screen, form"),
    part("panels", "panel-title", "", "the panel's title"),
    part("panels", "panel-text", "", "the panel's text"),
    part("panels", "panel-link", "", "the link to the privacy policy"),
    part("panels", "panel-sign", "", "an icon in a circle"),
    part("panels", "panel-actions", "", "the buttons at the end of the panel"),
    part("panels", "consent", "", "the consent question"),
    part("panels", "home", "", "the home screen"),
    part("panels", "home-welcome", "", "the welcome on the home screen"),
    part("panels", "home-greeting", "", "the first line of the welcome"),
    part("panels", "home-starters", "", "the suggestions on the home screen"),
    part("panels", "starter", "", "one suggestion for a first message"),
    part("panels", "home-continue", "", "the button that returns to a running conversation"),
    part("panels", "home-last", "", "the last message of the running conversation"),
    part("panels", "prechat", "", "the form before the chat"),
    part("panels", "form-label", "", "the label of a field before the chat or in the rating"),
    part("panels", "form-optional", "", "the mark of an optional field, before the chat or in the rating"),
    part("panels", "form-input", "", "a field before the chat or in the rating"),
    part("panels", "form-note", "", "the note below a field before the chat"),
    part("panels", "form-error", "", "the error below a field before the chat"),
    part("panels", "rating", "", "the bottom of the window when a conversation has ended and can be rated"),
    part("panels", "rating-form", "", "the rating"),
    part("panels", "rating-scale", "", "question and marks of the rating"),
    part("panels", "rating-question", "", "the question of the rating"),
    part("panels", "rating-marks", "", "the marks of the rating"),
    part("panels", "mark", "", "one star or thumb"),
    part("panels", "star", "mark", "a star"),
    part("panels", "thumb", "mark", "a thumb"),
    part("panels", "mark-chosen", "mark", "… that is chosen"),
    part("panels", "rating-thanks", "", "the thanks for a rating"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{PARTS, REGIONS};

    /// The files in `folder` and below.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("the components are there");
        let paths = entries.map(|entry| entry.expect("a file").path());
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    /// Words of the texts in `src/components` that could be parts: lower case, digits and dashes.
    fn words() -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/components")) {
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
        for part in PARTS {
            assert!(words.contains(part.name), "no component has the part {}", part.name);
            assert!(seen.insert(part.name), "{} stands twice", part.name);
        }
    }

    #[test]
    fn every_part_has_a_region_and_a_description_that_stands_alone() {
        for part in PARTS {
            assert!(REGIONS.iter().any(|(region, _)| *region == part.region), "{}: {}", part.name, part.region);
            let whole = PARTS.iter().find(|other| other.name == part.of);
            assert_eq!(whole.is_some(), !part.of.is_empty(), "{} is one of {}, which there is not", part.name, part.of);
            assert!(whole.is_some() || !part.what.starts_with('…'), "{}: {}", part.name, part.what);
            let description = part.description();
            assert!(description.chars().all(|c| c != '…') && !description.is_empty(), "{}: {description}", part.name);
        }
    }
}
