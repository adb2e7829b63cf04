//! Table of the scenarios and their keywords. `help` is generated from it, so it can't omit one.

use serde_json::Value;

use super::{Author, Expects, Flow, Step, agent, message, reply, reply_with, tour};

#[derive(Debug)]
pub struct Scenario {
    /// The keywords that a visitor types, in lower case; the help shows the first one.
    pub words: &'static [&'static str],
    /// The heading under which the help lists it.
    pub group: &'static str,
    pub play: Play,
}

#[derive(Debug)]
pub enum Play {
    /// Shows the message of a fixture, and then expects something.
    Show(&'static str, Expects),
    /// Does something with the call that carries the keyword, and says this if it is accepted.
    Trick(Trick, &'static str),
    /// Does several things.
    Act(fn(&mut Flow) -> Vec<Step>),
    Help,
}

/// What happens to the call that carries the keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trick {
    /// The answer takes four times the bot's pace.
    Slow,
    /// The bot's reply is delivered before the answer.
    Late,
    /// The message is processed, and the connection closed without an answer.
    Lost,
    /// Every other time: refused as temporary, `CONVERSATION_CREATION_EXCEPTION`.
    Fail,
    /// Every other time: 429 with `Retry-After`.
    Limit,
    /// Refused, `CHANNEL_NOT_ENABLED`.
    Unavailable,
    /// Refused, `CONTACT_IS_BLOCKED`, like all calls until the visitor starts a new conversation.
    Blocked,
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/platform/", $name, ".json"))
    };
}

macro_rules! scenarios {
    ($($group:literal: $([$($word:literal),+] => $play:expr),+ $(,)?;)+) => {
        /// Every scenario.
        pub static SCENARIOS: &[Scenario] = &[$($(
            Scenario { words: &[$($word),+], group: $group, play: $play },
        )+)+];
    };
}

scenarios! {
    "The whole story":
        ["tour", "plan a weekend", "start", "start again"] => Play::Act(tour::begin),
        ["handover", "talk to a person", "human", "agent"] => Play::Act(agent::take_over),
        ["close", "end the chat"] => Play::Act(close),
        ["help", "show me everything", "menu", "?"] => Play::Help;
    "Words":
        ["text"] => Play::Show(fixture!("seen-message-text"), Expects::Nothing),
        ["rich"] => Play::Show(fixture!("seen-message-text-rich"), Expects::Nothing),
        ["long"] => Play::Show(fixture!("guess-message-text-long"), Expects::Nothing),
        ["long word"] => Play::Show(fixture!("guess-message-text-long-word"), Expects::Nothing),
        ["rtl"] => Play::Show(fixture!("guess-message-text-right-to-left"), Expects::Nothing),
        ["emoji"] => Play::Show(fixture!("guess-message-text-emoji"), Expects::Nothing),
        ["more emoji"] => Play::Show(fixture!("guess-message-text-emoji-mixed"), Expects::Nothing),
        ["html"] => Play::Show(fixture!("guess-message-text-hostile-html"), Expects::Nothing),
        ["plain"] => Play::Show(fixture!("guess-message-text-without-markup"), Expects::Nothing),
        ["json"] => Play::Show(fixture!("guess-message-text-is-json"), Expects::Nothing),
        ["info"] => Play::Show(fixture!("guess-message-send-message-info"), Expects::Nothing),
        ["unknown"] => Play::Show(fixture!("guess-message-unknown-with-title"), Expects::Nothing),
        ["unknown text"] => Play::Show(fixture!("guess-message-unknown-with-text"), Expects::Nothing);
    "Pictures and files":
        ["image"] => Play::Show(fixture!("guess-message-send-message-image"), Expects::Nothing),
        ["video"] => Play::Show(fixture!("guess-message-send-message-video"), Expects::Nothing),
        ["audio"] => Play::Show(fixture!("guess-message-send-message-audio"), Expects::Nothing),
        ["document"] => Play::Show(fixture!("guess-message-send-message-document"), Expects::Nothing),
        ["documents"] => Play::Show(fixture!("guess-message-document-size"), Expects::Nothing),
        ["parts"] => Play::Show(fixture!("guess-message-send-message"), Expects::Nothing);
    "Choices":
        ["buttons"] => Play::Show(fixture!("seen-message-button"), Expects::Choice),
        ["button column"] => Play::Show(fixture!("guess-message-button-vertical"), Expects::Choice),
        ["links"] => Play::Show(fixture!("guess-message-button-links"), Expects::Choice),
        ["list"] => Play::Show(fixture!("guess-message-list"), Expects::Choice),
        ["carousel", "show me places"] => Play::Show(fixture!("guess-message-carousel"), Expects::Choice),
        ["gallery"] => Play::Show(fixture!("guess-message-image-carousel"), Expects::Nothing),
        ["photos"] => Play::Show(fixture!("guess-message-image-carousel-photos"), Expects::Nothing),
        ["old buttons"] => Play::Show(fixture!("guess-message-button-history"), Expects::Choice),
        ["old carousel"] => Play::Show(fixture!("guess-message-carousel-history"), Expects::Choice),
        ["old gallery"] => Play::Show(fixture!("guess-message-image-carousel-history"), Expects::Nothing),
        ["bad links"] => Play::Show(fixture!("guess-message-button-hostile-links"), Expects::Nothing);
    "Questions":
        ["name"] => Play::Show(fixture!("guess-message-name"), Expects::Name),
        ["email", "e-mail"] => Play::Show(fixture!("guess-message-email"), Expects::Email),
        ["phone"] => Play::Show(fixture!("guess-message-phone"), Expects::Phone),
        ["slider"] => Play::Show(fixture!("guess-message-slider"), Expects::Nights),
        ["date", "calendar"] => Play::Show(fixture!("guess-message-calendar"), Expects::Day),
        ["date and time"] => Play::Show(fixture!("guess-message-calendar-with-time"), Expects::Day),
        ["upload"] => Play::Show(fixture!("guess-message-file-upload"), Expects::File),
        ["form"] => Play::Show(fixture!("guess-message-form"), Expects::Form),
        ["long form"] => Play::Show(fixture!("guess-message-form-choice"), Expects::Form),
        ["appointment"] => Play::Show(fixture!("guess-message-appointment-booking"), Expects::Day),
        ["calendly"] => Play::Show(fixture!("guess-message-calendly"), Expects::Nothing);
    "How replies arrive":
        ["typing", "delay"] => Play::Act(typing),
        ["burst"] => Play::Act(burst),
        ["long thread"] => Play::Act(long_thread),
        ["batch"] => Play::Act(batch),
        ["twice"] => Play::Act(twice),
        ["javascript"] => Play::Act(script),
        ["late"] => Play::Trick(Trick::Late,
            "<p>This reply set out <b>before</b> the platform had answered your message. It still belongs below it.</p>"),
        ["slow"] => Play::Trick(Trick::Slow,
            "<p>Sorry to keep you. The platform took its time with <b>that</b> one, on purpose.</p>");
    "When something goes wrong":
        ["fail"] => Play::Trick(Trick::Fail,
            "<p>There it is. The first try was turned away on purpose; the second one arrived, <b>once</b>.</p>"),
        ["limit"] => Play::Trick(Trick::Limit,
            "<p>Through at last. The platform had asked for a short break (<b>429</b>).</p>"),
        ["lost"] => Play::Trick(Trick::Lost,
            "<p>Your message arrived, only the platform's answer got <b>lost</b> on the way back. No need to send it again.</p>"),
        ["unavailable"] => Play::Trick(Trick::Unavailable, ""),
        ["blocked"] => Play::Trick(Trick::Blocked, "");
}

/// Finds the scenario of a keyword, whatever its case and the space around it.
pub fn find(text: &str) -> Option<&'static Scenario> {
    let word = text.trim().to_lowercase();
    SCENARIOS.iter().find(|scenario| scenario.words.contains(&word.as_str()))
}

pub fn menu() -> Value {
    message::buttons(
        "<p>What shall we do? Tap a suggestion, or type one of the words above.</p>",
        &["Plan a weekend", "Show me places", "Opening hours", "Talk to a person", "Show me everything"],
    )
}

pub fn play(flow: &mut Flow, scenario: &Scenario) -> Vec<Step> {
    match &scenario.play {
        Play::Show(fixture, then) => {
            flow.expects = then.clone();
            reply_with(message::fixture(fixture))
        }
        Play::Trick(Trick::Slow, html) => [vec![Step::Wait(4)], reply(*html)].concat(),
        Play::Trick(_, html) => reply(*html),
        Play::Act(act) => act(flow),
        Play::Help => help(),
    }
}

fn fixture_step(fixture: &str) -> Step {
    Step::Say(Author::Bot, message::fixture(fixture))
}

fn text_step(html: &str) -> Step {
    Step::Say(Author::Bot, message::text(html))
}

fn typing(_: &mut Flow) -> Vec<Step> {
    let delay = vec![fixture_step(fixture!("guess-message-delay")), Step::Wait(4)];
    [delay, reply("<p>Thank you for waiting. I was looking it up in a very large book.</p>")].concat()
}

fn burst(_: &mut Flow) -> Vec<Step> {
    let mut steps = reply("<p>Twenty stations, no stop in between:</p>");
    steps.extend((1..=20).map(|number| text_step(&format!("<p>Station <b>{number}</b> of 20</p>"))));
    steps
}

/// Sends enough short messages for a long list, in a few webhook calls.
fn long_thread(_: &mut Flow) -> Vec<Step> {
    /// A multiple of 50.
    const MESSAGES: usize = 250;
    let mut steps = reply(format!("<p>{MESSAGES} kilometres of track, one message each:</p>"));
    let kilometre = |number: usize| message::text(format!("<p>Kilometre <b>{number}</b>{}</p>", scenery(number)));
    let batches = (1..=MESSAGES).step_by(50);
    steps.extend(batches.map(|first| Step::Batch((first..first + 50).map(kilometre).collect())));
    steps
}

fn batch(_: &mut Flow) -> Vec<Step> {
    let texts = ["<p>Three messages,</p>", "<p>one delivery,</p>", "<p>in this order.</p>"];
    vec![Step::Wait(1), Step::Batch(texts.map(message::text).into())]
}

fn twice(_: &mut Flow) -> Vec<Step> {
    let text = "<p>The platform delivers this one <b>twice</b>. You should see it once.</p>";
    vec![Step::Wait(1), Step::Twice(message::text(text))]
}

fn script(_: &mut Flow) -> Vec<Step> {
    let text = text_step("<p>I have just sent a script along. Nothing should have come of it.</p>");
    vec![Step::Wait(1), fixture_step(fixture!("guess-message-javascript")), text]
}

fn close(_: &mut Flow) -> Vec<Step> {
    [reply("<p>It was a pleasure. Have a good journey! 🚆</p>"), vec![Step::Close]].concat()
}

/// Returns an occasional view from the train, so that not all messages are alike.
const fn scenery(kilometre: usize) -> &'static str {
    match kilometre % 25 {
        0 => ": a station, and time to stretch. Mind the gap between the train and the platform edge on your way out.",
        7 => ", the sea 🌊",
        13 => ", a tunnel",
        19 => ", sheep 🐑🐑",
        _ => "",
    }
}

/// Returns the list of all keywords, generated from the table.
pub fn keyword_list() -> String {
    let mut html = String::from("<p>All the words I know</p>");
    for group in SCENARIOS.chunk_by(|one, next| one.group == next.group) {
        let words: Vec<&str> = group.iter().map(|one| one.words[0]).collect();
        html.push_str(&format!("<p><b>{}</b><br>{}</p>", group[0].group, words.join(" · ")));
    }
    html
}

fn help() -> Vec<Step> {
    let title = "<p>Or begin with one of my favourites:</p>";
    let favourites = ["Tour", "Carousel", "Buttons", "Rich", "Parts", "Slider", "Typing", "Twice", "Lost", "Handover"];
    [reply(keyword_list()), reply_with(message::buttons(title, &favourites))].concat()
}
