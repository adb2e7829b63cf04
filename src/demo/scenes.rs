//! Every scene in one table: its name, what it shows, and the actions that make it.

use chataibot_wire::content::{ButtonLayout, MediaKind, Prompt};
use chataibot_wire::{Content, entry::Status};

use super::builder::{SceneBuilder, text};
use super::kinds;
use crate::conversation::{Action, ConnectionStatus, Conversation, SendError, onboarding::Progress};

/// Makes a scene; the argument is the address of the sample picture.
type Make = fn(&str) -> SceneBuilder;

struct Row {
    name: &'static str,
    title: &'static str,
    settings: Staging,
    make: Make,
}

/// Writes [`TABLE`], a row for each scene: name, title, the settings that it overrides, and how it
/// is made. `$picture` is its name there for the address of the sample picture.
macro_rules! table {
    ($picture:ident; $($name:expr, $title:literal $(, [$($setting:expr),+])? => $make:expr;)+) => {
        const TABLE: &[Row] = &[$(Row {
            name: $name,
            // Titles are not shown in a browser, so the WASM does not contain them.
            title: if cfg!(target_arch = "wasm32") { "" } else { $title },
            settings: &[$($($setting),+)?],
            make: |$picture| {
                let _ = $picture;
                $make
            },
        }),+];
    };
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
    Some(((row.make)(&picture).conversation, row.settings))
}

table! { picture;
    "empty", "Before the first message" => fresh();
    "own-words", "A title and a greeting of the page's own",
        [("heading", "Harbour & Hill"), ("subheading", "Small weekends by train"), ("greeting", "Where to?")] =>
        fresh();
    "starters", "Suggestions for a first message", [("starters", STARTERS)] => fresh();
    "greeting", "The bot has greeted" => greeted();
    "typing", "A reply is being written" => greeted().visitor(QUESTION).bot_shows(Content::Delay);
    "unopened", "Nothing was said, and the window is closed" => fresh().then(Action::WindowClosed);
    "closed", "The window is closed" => greeted().then(Action::WindowClosed);
    "unread", "The window is closed, and replies have come" =>
        greeted().visitor(QUESTION).then(Action::WindowClosed)
            .bot("Yes, at 18:40 and at 20:12.").bot("Shall I book one?");
    // Before and after the chat.
    "consent", "Consent is asked for", [("consent", "true"), ("consent-url", "https://example.com/privacy")] => fresh();
    "home", "The home screen", [("home", "true"), ("starters", STARTERS)] => fresh();
    "home-again", "The home screen during a conversation", [("home", "true")] => greeted();
    "prechat", "A form before the chat", [("prechat", "name email* phone company")] => fresh();
    "prechat-own", "A form before the chat with the page's own fields", [("prechat-fields", FIELDS)] => fresh();
    "rating", "Stars are asked for", [("rating", "stars")] => ended();
    "rating-thumbs", "A thumb up or down is asked for", [("rating", "thumbs")] => ended();
    "rated", "The conversation was rated", [("rating", "stars")] =>
        ended().then(Action::ProgressChanged(Progress { rated: Some("scene".into()), ..Progress::default() }));
    "away", "Nobody answers now", [("availability", "away")] => greeted();
    "office-hours", "Nobody answers now, and it is said when somebody does",
        [("office-hours", "Tue-Fri 09:00-17:30"), ("office-zone", "UTC")] => greeted();
    "maintenance", "The chat is closed for maintenance", [("availability", "maintenance")] => fresh();
    "maintenance-read", "A conversation can be read during maintenance", [("availability", "maintenance")] => greeted();
    // Kinds of messages.
    "rich", "Text in every form" => shows(kinds::rich());
    "emoji", "Emoji alone" => greeted().visitor("👍").bot("🎉");
    "name", "A name is asked for" => shows(kinds::prompt("What is your name?", Prompt::Name));
    "email", "An email address is asked for" => shows(kinds::prompt("Where can we write to you?", Prompt::Email));
    "phone", "A telephone number is asked for" => shows(kinds::prompt("Where can we call you?", Prompt::Phone));
    "buttons", "Suggested replies" => shows(kinds::buttons(ButtonLayout::Wrap));
    "buttons-vertical", "Suggested replies, one below the other" => shows(kinds::buttons(ButtonLayout::Vertical));
    "buttons-chosen", "A suggested reply was chosen" =>
        shows(kinds::buttons(ButtonLayout::Wrap)).visitor("By the sea").bot("Lovely. Two nights or three?");
    "links", "Buttons that lead somewhere" => shows(kinds::links());
    "list", "Choices in sections" => shows(kinds::list());
    "carousel", "Cards side by side" => shows(kinds::cards(picture, false));
    "gallery", "Pictures side by side" => shows(kinds::cards(picture, true));
    "image", "A picture" => shows(kinds::media(MediaKind::Image, picture.into(), Some("Saltmere at low tide.svg")));
    "video", "A film" => shows(kinds::media(MediaKind::Video, sibling_url(picture, "walk.mp4"), Some("The walk.mp4")));
    "audio", "A sound" =>
        shows(kinds::media(MediaKind::Audio, sibling_url(picture, "waves.mp3"), Some("The waves.mp3")));
    "document", "A file" => shows(tickets(picture));
    "parts", "Several things in one message" => greeted().bot_shows(Content::Parts(vec![
        text("Here is what you get:"),
        kinds::media(MediaKind::Image, picture.into(), None),
        tickets(picture),
        kinds::info(),
    ]));
    "info", "A note that can be opened" => shows(kinds::info());
    "slider", "A number on a range" => shows(kinds::slider());
    "calendar", "A date" => shows(kinds::calendar(false));
    "calendar-time", "A date and a time" => shows(kinds::calendar(true));
    "upload", "A file is asked for" => shows(kinds::upload());
    ATTACHING, "Files are added to a message" =>
        greeted().then(Action::Drafted("Here are our tickets and a picture.".into()));
    "form", "A form" => shows(kinds::form());
    "appointment", "A booking page" => shows(kinds::appointment());
    "unsupported", "A kind nobody knows" => shows(kinds::unknown());
    // States of sending.
    "sending", "A message on its way" => just_asked([send_began()]);
    "queued", "A message that waits" => just_asked([]).then(connection(ConnectionStatus::Offline));
    "failed", "A message that was not sent" => just_asked([send_began(), send_failed(SendError::Temporary)]);
    "refused", "A message that was refused for good" => just_asked([send_began(), send_failed(SendError::Refused)]);
    "unknown", "A message that may have arrived" => just_asked([send_began(), Action::SendUnknown(MESSAGE_ID.into())]);
    // States of the connection.
    "connecting", "The first connection is being made" => greeted().then(connection(ConnectionStatus::Connecting));
    "reconnecting", "The connection was lost" =>
        greeted().then(connection(ConnectionStatus::Reconnecting { attempt: 2 }));
    "offline", "There is no network" => greeted().then(connection(ConnectionStatus::Offline));
    "unavailable", "The chat does not work" => greeted().then(Action::UnavailableChanged(true));
    "memory", "The browser keeps nothing" => greeted().then(Action::StorageLost);
    // The course of a conversation.
    "handover", "A person has taken over" =>
        greeted().visitor("Can I talk to somebody?").handed_over_to(Some("Noor"), Some(picture.into()))
            .agent("Hello, this is Noor. What can I do?");
    "handover-unknown", "Somebody without a name has taken over" =>
        greeted().handed_over_to(None, None).agent("Hello, how can I help?");
    "ended", "The conversation has ended" => ended();
    "reopened", "The conversation goes on" => greeted()
        .status(Status::Closed).status(Status::Open).bot("One more thing: bring an umbrella.");
    "feedback", "Answers can be found helpful or not", [("feedback", "on")] => greeted();
    "earlier", "More was said earlier" => earlier();
    "earlier-loading", "What was said earlier is fetched" => earlier().then(Action::EarlierRequested);
    "earlier-failed", "What was said earlier could not be fetched" =>
        earlier().then(Action::EarlierRequested).then(Action::EarlierFailed);
    // Hard cases.
    "long-thread", "A long conversation" =>
        (1..=150).fold(SceneBuilder::new(310), |builder, _| {
            builder.visitor("And the next one?").bot("The next train leaves in an hour.")
        });
    "long-words", "Long words and long texts" =>
        greeted()
            .bot("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")
            .visitor("https://example.com/a/very/long/address/without/any/space/in/it/and/with/more/and/more/parts?and=a&long=query")
            .bot(LONG);
    "rtl", "Words from right to left" =>
        greeted().visitor("مرحبًا! هل يوجد قطار يوم الأحد؟").bot("نعم، الساعة 18:40 والساعة 20:12.").bot("שלום וברוכים הבאים");
    "hostile", "Text that looks like code" =>
        greeted().bot("<img src=x onerror=alert(1)> & <b>not bold</b> {name} \u{202e}txet desrever");
}

/// The scene in which files can be sent: see [`files`](super::files).
pub(super) const ATTACHING: &str = "attaching";

/// Client message id of the message just sent.
const MESSAGE_ID: &str = "asked";
const QUESTION: &str = "Is there a train on Sunday evening?";

const LONG: &str = "We leave on Friday after work and are there before dark. On Saturday there is the market in the morning, the walk \
    along the cliffs after lunch, and a table for two in the evening, in a place that has been run by the same family for three generations. \
    On Sunday nothing is planned at all, which most of our guests like best; the last train home leaves at 20:12.";

const STARTERS: &str = "Where can I go in March?\nHow do I pay?\nI have booked already";

const FIELDS: &str = r#"[{"name": "topic", "label": "What is it about?", "type": "choice", "required": true, "options": ["A new trip", "A trip I booked", "Something else"]}, {"name": "day", "label": "When do you want to go?", "type": "date"}, {"name": "wishes", "label": "What should we know?", "type": "long"}]"#;

fn fresh() -> SceneBuilder {
    SceneBuilder::fresh()
}

fn greeted() -> SceneBuilder {
    SceneBuilder::new(8)
        .bot("Hello 👋 I plan small weekends by train.")
        .visitor("Nice, tell me more.")
        .bot("Two to four nights, door to door.")
}

fn shows(content: Content) -> SceneBuilder {
    greeted().bot_shows(content)
}

fn ended() -> SceneBuilder {
    greeted().visitor("Thank you!").bot("Have a good trip!").status(Status::Closed)
}

fn earlier() -> SceneBuilder {
    greeted().then(Action::EarlierKnown(true))
}

fn just_asked<const N: usize>(actions: [Action; N]) -> SceneBuilder {
    greeted().just_sent(MESSAGE_ID, QUESTION, actions)
}

fn connection(status: ConnectionStatus) -> Action {
    Action::ConnectionChanged(status)
}

fn send_began() -> Action {
    Action::SendBegan(MESSAGE_ID.into())
}

fn send_failed(error: SendError) -> Action {
    Action::SendFailed { id: MESSAGE_ID.into(), error }
}

fn tickets(picture: &str) -> Content {
    kinds::media(MediaKind::Document, sibling_url(picture, "tickets.pdf"), Some("Tickets.pdf"))
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
