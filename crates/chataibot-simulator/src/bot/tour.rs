//! The guided conversation: name → e-mail → place → summary, each answer checked.

use super::{Expects, Flow, Step, answers, message, reply, reply_with};

/// The next answer the tour waits for, with what it knows so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    Name,
    Email { name: String, attempt: u8 },
    Place { name: String, email: String },
    Summary { name: String },
}

struct Weekend {
    place: &'static str,
    pitch: &'static str,
    price: u32,
}

const WEEKENDS: &[Weekend] = &[
    Weekend { place: "Port Ellery", pitch: "a room over the harbour and a boat at low tide", price: 189 },
    Weekend { place: "Upper Fern", pitch: "an inn with a stove, and a steam train up the valley", price: 164 },
    Weekend { place: "Glasshouse Street", pitch: "a small hotel among the galleries, jazz next door", price: 210 },
];

const SURPRISE: &str = "Surprise me";

/// Whether the tour takes this as its answer even if it is a keyword: one may be called Rich.
pub fn takes_as_answer(expects: &Expects, text: &str) -> bool {
    let is_exit_keyword = matches!(text.trim().to_lowercase().as_str(), "help" | "close" | "?");
    matches!(expects, Expects::Tour(Stop::Name)) && !is_exit_keyword
}

pub fn begin(flow: &mut Flow) -> Vec<Step> {
    flow.expects = Expects::Tour(Stop::Name);
    let intro = "<p>Lovely. Three short questions and your weekend is on hold. Say <b>stop</b> at any time.</p>";
    [reply(intro), ask("name", "<p>First things first: what may I <b>call you</b>?</p>")].concat()
}

/// Returns the next question, or the same one again.
pub fn answer(flow: &mut Flow, stop: Stop, text: &str) -> Vec<Step> {
    let said = text.trim();
    if matches!(said.to_lowercase().as_str(), "stop" | "cancel") {
        return reply("<p>Of course, we leave it there. Nothing is booked. Say <b>tour</b> whenever you like.</p>");
    }
    match stop {
        Stop::Name => name(flow, said),
        Stop::Email { name, attempt } => email(flow, name, attempt, said),
        Stop::Place { name, email } => place(flow, name, email, said),
        Stop::Summary { name } => summary(flow, name, said),
    }
}

fn name(flow: &mut Flow, said: &str) -> Vec<Step> {
    if !said.chars().any(char::is_alphabetic) || said.chars().count() > 60 {
        flow.expects = Expects::Tour(Stop::Name);
        return ask("name", "<p>That would be hard to call across a platform. What is your <b>name</b>?</p>");
    }
    flow.expects = Expects::Tour(Stop::Email { name: said.to_owned(), attempt: 1 });
    let name = message::escape(said);
    let html = format!("<p>Nice to meet you, <b>{name}</b>! Which <b>e-mail address</b> shall the tickets go to?</p>");
    ask("email", html)
}

fn email(flow: &mut Flow, name: String, attempt: u8, said: &str) -> Vec<Step> {
    if !answers::is_email(said) {
        let html = if attempt == 1 {
            "<p>Something is missing there. An address looks like <b>you@example.com</b>. Once more?</p>"
        } else {
            "<p>Still not quite. Please write it as <b>you@example.com</b>, or say <b>stop</b> and we leave it there.</p>"
        };
        flow.expects = Expects::Tour(Stop::Email { name, attempt: attempt.saturating_add(1) });
        return ask("email", html);
    }
    flow.expects = Expects::Tour(Stop::Place { name, email: said.to_owned() });
    let places = places("<p>And now the nice part: <b>where to</b>?</p>");
    [reply("<p>Got it. I never send more than the tickets.</p>"), places].concat()
}

fn place(flow: &mut Flow, name: String, email: String, said: &str) -> Vec<Step> {
    let wanted = said.to_lowercase();
    let wanted = if wanted == SURPRISE.to_lowercase() { WEEKENDS[1].place.to_lowercase() } else { wanted };
    let Some(weekend) = WEEKENDS.iter().find(|weekend| weekend.place.to_lowercase() == wanted) else {
        flow.expects = Expects::Tour(Stop::Place { name, email });
        return places("<p>I have no room there yet. May it be one of these?</p>");
    };
    flow.expects = Expects::Tour(Stop::Summary { name: name.clone() });
    let Weekend { place, pitch, price } = weekend;
    let (name, email) = (message::escape(&name), message::escape(&email));
    let summary = format!(
        "<p>Here is your weekend:</p><ul><li>Traveller: <b>{name}</b></li><li>Tickets to: <b>{email}</b></li>\
         <li>Place: <b>{place}</b>, two nights</li><li>Price: <b>€{price}</b> a person, trains included</li></ul>\
         <p>Shall I hold it for you?</p>"
    );
    let summary = reply_with(message::buttons(summary, &["Yes, please", "Start again"]));
    [reply(format!("<p><b>{place}</b>! You get {pitch}.</p>")), summary].concat()
}

fn summary(flow: &mut Flow, name: String, said: &str) -> Vec<Step> {
    let said = said.to_lowercase();
    if said.starts_with("yes") || matches!(said.as_str(), "ok" | "okay" | "sure" | "please" | "👍") {
        let name = message::escape(&name);
        return reply(format!(
            "<p>Done! It is on hold until tomorrow noon, <b>{name}</b>. This is a demo, so please don't pack yet 🧳</p>\
             <p>Say <b>help</b> to see what else I can do.</p>"
        ));
    }
    if said.starts_with("no") {
        return reply("<p>No harm done, nothing is booked. Say <b>tour</b> to try another place.</p>");
    }
    flow.expects = Expects::Tour(Stop::Summary { name });
    let labels = ["Yes, please", "No, thank you", "Start again"];
    reply_with(message::buttons("<p>Shall I hold this weekend for you?</p>", &labels))
}

fn ask(kind: &str, html: impl Into<String>) -> Vec<Step> {
    reply_with(message::prompt(kind, html))
}

fn places(title: &str) -> Vec<Step> {
    let mut labels: Vec<&str> = WEEKENDS.iter().map(|weekend| weekend.place).collect();
    labels.push(SURPRISE);
    reply_with(message::buttons(title, &labels))
}
