//! Noor, the agent to whom a conversation can be handed over in the demo. Tests play the agent
//! themselves, through the controls.

use super::{Author, Flow, Responder, Step, message, reply, say};

pub const NAME: &str = "Noor Haddad";

const LINES: &[&str] = &[
    "<p>Thank you, I have that in front of me now. Is there anything else you would like me to look at?</p>",
    "<p>Understood. I'll check with the station and come back to you.</p>",
    "<p>Good news: that can be done. Say <b>bot</b> when you would like Pip back, or <b>close</b> when we are done.</p>",
];

pub fn take_over(flow: &mut Flow) -> Vec<Step> {
    flow.responder = Responder::Noor(0);
    let mut steps = reply("<p>Of course. One moment, I'll fetch a <b>colleague</b>.</p>");
    let picture = format!("{}noor.svg", message::MEDIA_HOST);
    steps.extend([Step::Wait(2), Step::HandOver { name: NAME.to_owned(), picture }]);
    add_line(&mut steps, "<p>Hello, this is <b>Noor</b>. I have read your conversation with Pip. How can I help?</p>");
    steps
}

pub fn answer(flow: &mut Flow, lines_said: usize, text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    match text.trim().to_lowercase().as_str() {
        "bot" | "pip" | "help" => {
            add_line(&mut steps, "<p>It was nice to meet you. I'll hand you back to Pip.</p>");
            flow.responder = Responder::Bot;
            steps.push(Step::HandBack);
            say(&mut steps, message::text("<p>Pip again 👋 Where were we? <b>help</b> shows all I can do.</p>"));
        }
        "close" => {
            add_line(&mut steps, "<p>Thank you for your patience. Have a good journey!</p>");
            steps.push(Step::Close);
        }
        _ => {
            flow.responder = Responder::Noor(lines_said + 1);
            add_line(&mut steps, LINES[lines_said % LINES.len()]);
        }
    }
    steps
}

fn add_line(steps: &mut Vec<Step>, html: &str) {
    // A person is slower than a bot.
    steps.push(Step::Wait(2));
    steps.push(Step::Say(Author::Agent, message::text(html)));
}
