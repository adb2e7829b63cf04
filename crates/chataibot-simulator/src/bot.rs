//! Pip, the bot of a small fictional travel desk: pure functions from a message to the next steps.
//!
//! - [`scenario`]: the table of keywords, and the scenario that each one plays
//! - [`tour`]: the guided conversation name → e-mail → place → summary
//! - [`small_talk`]: replies to everything else a visitor may say
//! - [`answers`]: replies to what the bot had asked for
//! - [`agent`]: Noor, the person a conversation can be handed to
//! - [`message`]: messages as the platform writes them

pub mod agent;
pub mod answers;
pub mod message;
pub mod scenario;
pub mod small_talk;
pub mod tour;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::scenario::{Play, Trick};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    #[default]
    Bot,
    Agent,
    Visitor,
}

/// A step that the platform performs in a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Wait(u32),
    Say(Author, Value),
    Batch(Vec<Value>),
    /// Say something, and deliver it a second time.
    Twice(Value),
    HandOver {
        name: String,
        picture: String,
    },
    HandBack,
    Close,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    pub responder: Responder,
    pub expects: Expects,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Responder {
    #[default]
    Bot,
    /// Noor, with this many lines said; she gives the conversation back on request.
    Noor(usize),
    /// An agent played by a test: nothing is said on its own.
    Puppet,
}

/// What the bot has just asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Expects {
    #[default]
    Nothing,
    Choice,
    Name,
    Email,
    Phone,
    Nights,
    Day,
    File,
    Form,
    Tour(tour::Stop),
}

/// Returns the bot's first steps. If the first text is a keyword, its scenario follows a greeting.
pub fn greet(flow: &mut Flow, first_text: &str) -> Vec<Step> {
    let found = scenario::find(first_text);
    let mut steps = if found.is_some_and(|found| !matches!(found.play, Play::Help)) {
        reply("<p>Hello, this is <b>Pip</b> from Harbour &amp; Hill 👋</p>")
    } else {
        let welcome = "<p>Hello, and welcome to <b>Harbour &amp; Hill</b> 👋</p>\
            <p>I'm Pip. I plan small weekends by train: two to four nights, door to door, no airports.</p>";
        let welcome = message::text_and_note(welcome, scenario::keyword_list());
        [reply_with(welcome), reply_with(scenario::menu())].concat()
    };
    if found.is_some() {
        steps.extend(answer(flow, first_text));
    }
    steps
}

/// Returns the steps of the bot, or of the person in its place, after a visitor's message.
pub fn answer(flow: &mut Flow, text: &str) -> Vec<Step> {
    match flow.responder {
        Responder::Puppet => return Vec::new(),
        // Keywords about the connection work with Noor too: they do not depend on who answers.
        Responder::Noor(lines_said) if trick(flow, text).is_none() => return agent::answer(flow, lines_said, text),
        Responder::Noor(_) | Responder::Bot => {}
    }
    if !tour::takes_as_answer(&flow.expects, text)
        && let Some(found) = scenario::find(text)
    {
        flow.expects = Expects::Nothing;
        return scenario::play(flow, found);
    }
    let asked = std::mem::take(&mut flow.expects);
    if let Expects::Tour(stop) = asked {
        return tour::answer(flow, stop, text);
    }
    answers::answer(flow, asked, text)
}

/// Returns what a visitor's message does to the call that carries it, besides the bot's reply.
pub fn trick(flow: &Flow, text: &str) -> Option<Trick> {
    if tour::takes_as_answer(&flow.expects, text) || flow.responder == Responder::Puppet {
        return None;
    }
    if let Play::Trick(trick, _) = scenario::find(text)?.play { Some(trick) } else { None }
}

fn reply_with(message: Value) -> Vec<Step> {
    vec![Step::Wait(1), Step::Say(Author::Bot, message)]
}

fn reply(html: impl Into<String>) -> Vec<Step> {
    reply_with(message::text(html))
}
