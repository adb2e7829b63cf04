//! Every scene in one table: its name, what it shows, and the actions that make it.

use chataibot_wire::{
    Content,
    content::{ButtonLayout, MediaKind, Prompt},
    entry::Status,
};

use super::{
    builder::{SceneBuilder, text},
    kinds,
};
use crate::conversation::{Action, ConnectionStatus, Conversation, SendError, onboarding::Progress};

/// Makes a scene; the argument is the address of the sample picture.
type Make = fn(&str) -> SceneBuilder;

/// One row of [`TABLE`].
struct Row {
    name: &'static str,
    title: &'static str,
    settings: Staging,
    make: Make,
}

const fn row(name: &'static str, title: &'static str, make: Make) -> Row {
    // Titles are not shown in a browser, so the WASM does not contain them.
    Row { name, title: if cfg!(target_arch = "wasm32") { "" } else { title }, settings: &[], make }
}

const fn row_with(name: &'static str, title: &'static str, settings: Staging, make: Make) -> Row {
    Row { settings, ..row(name, title, make) }
}

/// Names and titles of all scenes, in the order of the table.
pub fn scenes() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().map(|row| (row.name, row.title))
}

/// Settings that a scene overrides, by attribute.
pub type Staging = &'static [(&'static str, &'static str)];

/// Makes the scene called `name`. `origin` is where the program was loaded from.
pub(super) fn find(name: &str, origin: &str) -> Option<(Conversation, Staging)> {
    let row = TABLE.iter().find(|row| row.name == name)?;
    let picture = [origin, "/chataibot-sample.svg"].concat();
    Some(((row.make)(&picture).conversation(), row.settings))
}

const TABLE: &[Row] = &[
    row("empty", "Before the first message", |_| SceneBuilder::fresh()),
    row_with(
        "own-words",
        "A title and a greeting of the page's own",
        &[("heading", "Harbour & Hill"), ("subheading", "Small weekends by train"), ("greeting", "Where to?")],
        |_| SceneBuilder::fresh(),
    ),
    row_with("starters", "Suggestions for a first message", &[("starters", STARTERS)], |_| SceneBuilder::fresh()),
    row("greeting", "The bot has greeted", |_| greeted()),
    row("typing", "A reply is being written", |_| {
        greeted().visitor("Is there a train on Sunday evening?").bot_shows(Content::Delay)
    }),
    row("unopened", "Nothing was said, and the window is closed", |_| SceneBuilder::fresh().then(Action::WindowClosed)),
    row("closed", "The window is closed", |_| greeted().then(Action::WindowClosed)),
    row("unread", "The window is closed, and replies have come", |_| {
        greeted()
            .visitor("Is there a train on Sunday evening?")
            .then(Action::WindowClosed)
            .bot("Yes, at 18:40 and at 20:12.")
            .bot("Shall I book one?")
    }),
    // Before and after the chat.
    row_with(
        "consent",
        "Consent is asked for",
        &[("consent", "true"), ("consent-url", "https://example.com/privacy")],
        |_| SceneBuilder::fresh(),
    ),
    row_with("home", "The home screen", &[("home", "true"), ("starters", STARTERS)], |_| SceneBuilder::fresh()),
    row_with("home-again", "The home screen during a conversation", &[("home", "true")], |_| greeted()),
    row_with("prechat", "A form before the chat", &[("prechat", "name email* phone company")], |_| {
        SceneBuilder::fresh()
    }),
    row_with("prechat-own", "A form before the chat with the page's own fields", &[("prechat-fields", FIELDS)], |_| {
        SceneBuilder::fresh()
    }),
    row_with("rating", "Stars are asked for", &[("rating", "stars")], |_| ended()),
    row_with("rating-thumbs", "A thumb up or down is asked for", &[("rating", "thumbs")], |_| ended()),
    row_with("rated", "The conversation was rated", &[("rating", "stars")], |_| {
        let rated = Progress { rated: Some("scene".into()), ..Progress::default() };
        ended().then(Action::ProgressChanged(rated))
    }),
    row_with("away", "Nobody answers now", &[("availability", "away")], |_| greeted()),
    row_with(
        "office-hours",
        "Nobody answers now, and it is said when somebody does",
        &[("office-hours", "Tue-Fri 09:00-17:30"), ("office-zone", "UTC")],
        |_| greeted(),
    ),
    row_with("maintenance", "The chat is closed for maintenance", &[("availability", "maintenance")], |_| {
        SceneBuilder::fresh()
    }),
    row_with(
        "maintenance-read",
        "A conversation can be read during maintenance",
        &[("availability", "maintenance")],
        |_| greeted(),
    ),
    // Kinds of messages.
    row("rich", "Text in every form", |_| greeted().bot_shows(kinds::rich())),
    row("emoji", "Emoji alone", |_| greeted().visitor("👍").bot("🎉")),
    row("name", "A name is asked for", |_| greeted().bot_shows(kinds::prompt("What is your name?", Prompt::Name))),
    row("email", "An email address is asked for", |_| {
        greeted().bot_shows(kinds::prompt("Where can we write to you?", Prompt::Email))
    }),
    row("phone", "A telephone number is asked for", |_| {
        greeted().bot_shows(kinds::prompt("Where can we call you?", Prompt::Phone))
    }),
    row("buttons", "Suggested replies", |_| greeted().bot_shows(kinds::buttons(ButtonLayout::Wrap))),
    row("buttons-vertical", "Suggested replies, one below the other", |_| {
        greeted().bot_shows(kinds::buttons(ButtonLayout::Vertical))
    }),
    row("buttons-chosen", "A suggested reply was chosen", |_| {
        greeted()
            .bot_shows(kinds::buttons(ButtonLayout::Wrap))
            .visitor("By the sea")
            .bot("Lovely. Two nights or three?")
    }),
    row("links", "Buttons that lead somewhere", |_| greeted().bot_shows(kinds::links())),
    row("list", "Choices in sections", |_| greeted().bot_shows(kinds::list())),
    row("carousel", "Cards side by side", |picture| greeted().bot_shows(kinds::cards(picture, false))),
    row("gallery", "Pictures side by side", |picture| greeted().bot_shows(kinds::cards(picture, true))),
    row("image", "A picture", |picture| {
        greeted().bot_shows(kinds::media(MediaKind::Image, picture.into(), Some("Saltmere at low tide.svg")))
    }),
    row("video", "A film", |picture| {
        greeted().bot_shows(kinds::media(MediaKind::Video, sibling_url(picture, "walk.mp4"), Some("The walk.mp4")))
    }),
    row("audio", "A sound", |picture| {
        greeted().bot_shows(kinds::media(MediaKind::Audio, sibling_url(picture, "waves.mp3"), Some("The waves.mp3")))
    }),
    row("document", "A file", |picture| {
        greeted().bot_shows(kinds::media(MediaKind::Document, sibling_url(picture, "tickets.pdf"), Some("Tickets.pdf")))
    }),
    row("parts", "Several things in one message", |picture| {
        greeted().bot_shows(Content::Parts(vec![
            text("Here is what you get:"),
            kinds::media(MediaKind::Image, picture.into(), None),
            kinds::media(MediaKind::Document, sibling_url(picture, "tickets.pdf"), Some("Tickets.pdf")),
            kinds::info(),
        ]))
    }),
    row("info", "A note that can be opened", |_| greeted().bot_shows(kinds::info())),
    row("slider", "A number on a range", |_| greeted().bot_shows(kinds::slider())),
    row("calendar", "A date", |_| greeted().bot_shows(kinds::calendar(false))),
    row("calendar-time", "A date and a time", |_| greeted().bot_shows(kinds::calendar(true))),
    row("upload", "A file is asked for", |_| greeted().bot_shows(kinds::upload())),
    row(ATTACHING, "Files are added to a message", |_| {
        greeted().then(Action::Drafted("Here are our tickets and a picture.".into()))
    }),
    row("form", "A form", |_| greeted().bot_shows(kinds::form())),
    row("appointment", "A booking page", |_| greeted().bot_shows(kinds::appointment())),
    row("unsupported", "A kind nobody knows", |_| greeted().bot_shows(kinds::unknown())),
    // States of sending.
    row("sending", "A message on its way", |_| just_asked([send_began()])),
    row("queued", "A message that waits", |_| {
        just_asked([]).then(Action::ConnectionChanged(ConnectionStatus::Offline))
    }),
    row("failed", "A message that was not sent", |_| just_asked([send_began(), send_failed(SendError::Temporary)])),
    row("refused", "A message that was refused for good", |_| {
        just_asked([send_began(), send_failed(SendError::Refused)])
    }),
    row("unknown", "A message that may have arrived", |_| {
        just_asked([send_began(), Action::SendUnknown(MESSAGE_ID.into())])
    }),
    // States of the connection.
    row("connecting", "The first connection is being made", |_| {
        greeted().then(Action::ConnectionChanged(ConnectionStatus::Connecting))
    }),
    row("reconnecting", "The connection was lost", |_| {
        greeted().then(Action::ConnectionChanged(ConnectionStatus::Reconnecting { attempt: 2 }))
    }),
    row("offline", "There is no network", |_| greeted().then(Action::ConnectionChanged(ConnectionStatus::Offline))),
    row("unavailable", "The chat does not work", |_| greeted().then(Action::UnavailableChanged(true))),
    row("memory", "The browser keeps nothing", |_| greeted().then(Action::StorageLost)),
    // The course of a conversation.
    row("handover", "A person has taken over", |picture| {
        greeted()
            .visitor("Can I talk to somebody?")
            .handed_over_to(Some("Noor"), Some(picture.into()))
            .agent("Hello, this is Noor. What can I do?")
    }),
    row("handover-unknown", "Somebody without a name has taken over", |_| {
        greeted().handed_over_to(None, None).agent("Hello, how can I help?")
    }),
    row("ended", "The conversation has ended", |_| ended()),
    row("reopened", "The conversation goes on", |_| {
        greeted().status(Status::Closed).status(Status::Open).bot("One more thing: bring an umbrella.")
    }),
    row_with("feedback", "Answers can be found helpful or not", &[("feedback", "on")], |_| greeted()),
    row("earlier", "More was said earlier", |_| earlier()),
    row("earlier-loading", "What was said earlier is fetched", |_| earlier().then(Action::EarlierRequested)),
    row("earlier-failed", "What was said earlier could not be fetched", |_| {
        earlier().then(Action::EarlierRequested).then(Action::EarlierFailed)
    }),
    // Hard cases.
    row("long-thread", "A long conversation", |_| {
        (1..=150).fold(SceneBuilder::new(310), |builder, _| {
            builder.visitor("And the next one?").bot("The next train leaves in an hour.")
        })
    }),
    row("long-words", "Long words and long texts", |_| {
        greeted()
            .bot("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")
            .visitor("https://example.com/a/very/long/address/without/any/space/in/it/and/with/more/and/more/parts?and=a&long=query")
            .bot(LONG)
    }),
    row("rtl", "Words from right to left", |_| {
        greeted()
            .visitor("مرحبًا! هل يوجد قطار يوم الأحد؟")
            .bot("نعم، الساعة 18:40 والساعة 20:12.")
            .bot("שלום וברוכים הבאים")
    }),
    row("hostile", "Text that looks like code", |_| {
        greeted().bot("<img src=x onerror=alert(1)> & <b>not bold</b> {name} \u{202e}txet desrever")
    }),
];

/// The scene in which files can be sent: see [`files`](super::files).
pub(super) const ATTACHING: &str = "attaching";

/// Client message id of the message just sent.
const MESSAGE_ID: &str = "asked";

const LONG: &str = "We leave on Friday after work and are there before dark. On Saturday there is the market in the morning, the walk \
    along the cliffs after lunch, and a table for two in the evening, in a place that has been run by the same family for three generations. \
    On Sunday nothing is planned at all, which most of our guests like best; the last train home leaves at 20:12.";

const STARTERS: &str = "Where can I go in March?\nHow do I pay?\nI have booked already";

const FIELDS: &str = r#"[{"name": "topic", "label": "What is it about?", "type": "choice", "required": true, "options": ["A new trip", "A trip I booked", "Something else"]}, {"name": "day", "label": "When do you want to go?", "type": "date"}, {"name": "wishes", "label": "What should we know?", "type": "long"}]"#;

fn greeted() -> SceneBuilder {
    SceneBuilder::new(8)
        .bot("Hello 👋 I plan small weekends by train.")
        .visitor("Nice, tell me more.")
        .bot("Two to four nights, door to door.")
}

fn ended() -> SceneBuilder {
    greeted().visitor("Thank you!").bot("Have a good trip!").status(Status::Closed)
}

fn earlier() -> SceneBuilder {
    greeted().then(Action::EarlierKnown(true))
}

fn just_asked<const N: usize>(actions: [Action; N]) -> SceneBuilder {
    greeted().just_sent(MESSAGE_ID, "Is there a train on Sunday evening?", actions)
}

fn send_began() -> Action {
    Action::SendBegan(MESSAGE_ID.into())
}

fn send_failed(error: SendError) -> Action {
    Action::SendFailed { id: MESSAGE_ID.into(), error }
}

/// Address that a file next to the sample picture would have.
fn sibling_url(picture: &str, name: &str) -> String {
    let folder = picture.rfind('/').map_or("", |at| &picture[..=at]);
    [folder, name].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo::NOW;

    #[test]
    fn every_scene_can_be_made_and_has_a_name_of_its_own() {
        let mut names = BTreeSet::new();
        for (name, title) in scenes() {
            assert!(names.insert(name), "{name} stands twice");
            assert!(!title.is_empty(), "{name} says nothing");
            let (state, _) = find(name, "https://chat.example.com").expect(name);
            assert!(state.rows().iter().all(|row| row.at <= NOW), "{name} plays in the future");
        }
        assert!(find("nonsense", "").is_none());
    }

    #[test]
    fn the_loaders_list_names_them_all() {
        let list = include_str!("../../loader/scenes.js");
        let lines = list.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix("',")?.split_once(": '"));
        let listed: Vec<_> = lines.map(|(name, title)| (name.trim_matches('\''), title.replace("\\'", "'"))).collect();
        let ours: Vec<_> = scenes().map(|(name, title)| (name, title.to_owned())).collect();
        assert_eq!(listed, ours);
    }

    #[test]
    fn a_scene_is_the_same_each_time() {
        for (name, _) in scenes() {
            let rows = || find(name, "https://chat.example.com").expect(name).0.rows().to_vec();
            let facts = |rows: Vec<std::rc::Rc<crate::conversation::Row>>| {
                rows.iter().map(|row| format!("{} {} {:?}", row.key, row.at, row.kind)).collect::<Vec<_>>()
            };
            assert_eq!(facts(rows()), facts(rows()), "{name}");
        }
    }
}
